/* licences.c - the table of libraries. The texts themselves are in /usr/share/doc/<package>/copyright on Debian. */
#include "licences.h"
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *package, *licence;
} libraries[] = {
	{ "libwebsockets", "libwebsockets-dev", "MIT" },
	{ "libuv", "libuv1-dev", "MIT" },
	{ "libpq (PostgreSQL)", "libpq-dev", "PostgreSQL" },
	{ "jansson", "libjansson-dev", "MIT" },
	{ "OpenSSL", "libssl-dev", "Apache-2.0" },
	{ "cmark-gfm", "libcmark-gfm-dev", "BSD-2-Clause" },
	{ "libcurl", "libcurl4-openssl-dev", "curl" },
	{ "zlib", "zlib1g-dev", "Zlib" },
	{ "NATS client (cnats)", "libnats-dev", "Apache-2.0" },
	{ "pango", "libpango1.0-dev", "LGPL-2.0+" },
	{ "GLib", "libglib2.0-dev", "LGPL-2.1+" },
	{ "cairo", "libcairo2-dev", "LGPL-2.1 or MPL-1.1" },
	{ "Inter (a font)", "fonts-inter", "OFL-1.1" },
	{ "Noto Color Emoji", "fonts-noto-color-emoji", "OFL-1.1" },
	{ "uthash (compiled in)", "uthash-dev", "BSD-1-Clause" },
};

static int print_file(const char *folder)
{
	char path[1200], block[4096];
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/licences.txt", folder);
	f = fopen(path, "re");
	if (!f) {
		fprintf(stderr, "korsdragd: the browser client's list %s cannot be read\n", path);
		return 1;
	}
	puts("\nThe browser client holds:\n");
	while ((len = fread(block, 1, sizeof(block), f)) > 0)
		fwrite(block, 1, len, stdout);
	fclose(f);
	return 0;
}

int licences_print(const char *web_root)
{
	puts("Korsdrag is under the European Union Public Licence 1.2 (EUPL-1.2).\n\nThe server uses these libraries:\n");
	for (size_t i = 0; i < sizeof(libraries) / sizeof(*libraries); i++)
		printf("  %-22s %-14s (Debian: %s)\n", libraries[i].name, libraries[i].licence, libraries[i].package);
	return web_root[0] ? print_file(web_root) : 0;
}
