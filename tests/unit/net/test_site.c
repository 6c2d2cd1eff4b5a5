/* test_site.c - the web client's files. */
#include "harness.h"
#include "net/site.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64], answer[100000];
static struct server server;

static void put(const char *path, const char *text)
{
	char whole[256];
	FILE *f;

	snprintf(whole, sizeof(whole), "%s/%s", root, path);
	f = fopen(whole, "w");
	cr_assert_not_null(f);
	fputs(text, f);
	fclose(f);
}

static void folder(const char *path)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "%s/%s", root, path);
	cr_assert_eq(mkdir(whole, 0700), 0);
}

static void start(void)
{
	static const char *const app_paths[] = { "/", "/boards", "/thread/", NULL };
	static const char *const origins[] = { ORIGIN, NULL };
	struct net_config config = server_config();
	char secret[128], link[160];

	strcpy(root, "/tmp/korsdrag-site-XXXXXX");
	cr_assert_not_null(mkdtemp(root));
	snprintf(secret, sizeof(secret), "%s.secret", root);
	cr_assert_eq(symlink("/etc/passwd", secret), 0);
	folder("assets");
	put("index.html", "<!doctype html>index");
	put("index.html.br", "INDEX-BR");
	put("favicon.svg", "<svg/>");
	put("manifest.webmanifest", "{}");
	put("empty.txt", "");
	put(".env", "secret");
	put("orphan.js.gz", "no plain file");
	put("assets/app.4f1c.js", "plain script");
	put("assets/app.4f1c.js.br", "BR");
	put("assets/app.4f1c.js.gz", "GZIP");
	put("assets/app.css", "body{}");
	snprintf(link, sizeof(link), "%s/assets/passwd.txt", root);
	cr_assert_eq(symlink(secret, link), 0);
	config.web_root = root;
	config.app_paths = app_paths;
	config.origins = origins;
	server = server_start(&config);
	unlink(secret);
}

static void stop(void)
{
	char command[128];

	server_stop(&server);
	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	cr_assert_eq(system(command), 0);
}

TestSuite(site, .init = start, .fini = stop, .timeout = 60);

static int get(const char *path, const char *fields)
{
	char request[1024];

	snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", path, fields);
	return ask(&server, request, answer, sizeof(answer));
}

static const char *body(void)
{
	return strstr(answer, "\r\n\r\n") + 4;
}

Test(site, serves_hashed_names_for_ever)
{
	cr_assert_eq(get("/assets/app.4f1c.js", ""), 200);
	cr_assert_str_eq(body(), "plain script");
	cr_assert(has_line(answer, "Cache-Control: public, max-age=31536000, immutable"));
	cr_assert(has_line(answer, "Content-Type: text/javascript; charset=utf-8"));
	cr_assert(has_line(answer, "Vary: Accept-Encoding"));
	cr_assert(!strstr(answer, "Content-Encoding") && !strstr(answer, "no-store"));
	cr_assert(has_line(answer, "Strict-Transport-Security: max-age=63072000"));
	cr_assert(has_line(answer, "X-Content-Type-Options: nosniff"));
	cr_assert_eq(get("/assets/app.css", "Accept-Encoding: br, gzip\r\n"), 200);
	cr_assert(has_line(answer, "Content-Type: text/css; charset=utf-8") && !strstr(answer, "Vary"));
}

Test(site, chooses_the_variant_that_is_taken)
{
	static const struct {
		const char *accept, *body;
	} rows[] = {
		{ "br", "BR" }, { "gzip, deflate, br", "BR" }, { "gzip", "GZIP" }, { "br;q=0, gzip", "GZIP" },
		{ "br;q=0.000,gzip;q=0", "plain script" }, { "br;q=0.001", "BR" }, { "GZIP;q=1.0", "GZIP" }, { "brotli", "plain script" },
		{ "identity", "plain script" }, { "", "plain script" }, { "br ; q=0", "plain script" }, { "deflate", "plain script" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char fields[128];

		snprintf(fields, sizeof(fields), "Accept-Encoding: %s\r\n", rows[i].accept);
		cr_assert_eq(get("/assets/app.4f1c.js", fields), 200);
		cr_assert_str_eq(body(), rows[i].body, "for %s", rows[i].accept);
		cr_assert_eq(strstr(answer, "Content-Encoding") != NULL, rows[i].body[0] != 'p');
	}
}

Test(site, asks_again_for_what_may_change)
{
	char etag[64], fields[256];

	cr_assert_eq(get("/", "Accept-Encoding: br\r\n"), 200);
	cr_assert_str_eq(body(), "INDEX-BR");
	cr_assert(has_line(answer, "Cache-Control: no-cache") && has_line(answer, "Content-Encoding: br"));
	cr_assert_eq(sscanf(strstr(answer, "ETag: "), "ETag: %63s", etag), 1);
	snprintf(fields, sizeof(fields), "Accept-Encoding: br\r\nIf-None-Match: \"other\", W/%s\r\n", etag);
	cr_assert_eq(get("/", fields), 304);
	cr_assert_str_eq(body(), "");
	cr_assert(has_line(answer, "Vary: Accept-Encoding") && strstr(answer, etag));
	snprintf(fields, sizeof(fields), "If-None-Match: %s\r\n", etag); /* of the other variant */
	cr_assert_eq(get("/", fields), 200);
	cr_assert_str_eq(body(), "<!doctype html>index");
	cr_assert_eq(get("/favicon.svg", "If-None-Match: *\r\n"), 304);
	cr_assert_eq(get("/manifest.webmanifest", ""), 200);
	cr_assert(has_line(answer, "Content-Type: application/manifest+json"));
	cr_assert_eq(get("/empty.txt", ""), 200);
	cr_assert(has_line(answer, "Content-Length: 0"));
}

Test(site, gives_client_routes_the_index)
{
	static const char *const yes[] = { "/", "/boards", "/thread/", "/thread/0190-abc", "/thread/x?y=z", "/index.html" };
	static const char *const no[] = { "/boards/", "/boardsx", "/thread", "/other", "/assets/", "/assets/missing.js" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		cr_assert_eq(get(yes[i], ""), 200, "%s", yes[i]);
		cr_assert_str_eq(body(), "<!doctype html>index");
		cr_assert(has_line(answer, "Cache-Control: no-cache"));
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		cr_assert_eq(get(no[i], ""), 404, "%s", no[i]);
		cr_assert(has_line(answer, "Cache-Control: no-store"));
	}
}

#define A_BROWSER "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\n"

/* Who went to a page that is not there sees the client, not a line of text; scripts and programs get the line. */
Test(site, tells_people_that_a_page_is_not_there)
{
	static const char *const lost[] = { "/other", "/boards/", "/assets/missing.js", "/../etc/passwd", "/%2e%2e/etc/passwd" };

	for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
		cr_assert_eq(get(lost[i], A_BROWSER), 404, "%s", lost[i]);
		cr_assert_str_eq(body(), "<!doctype html>index");
		cr_assert(has_line(answer, "Cache-Control: no-store") && has_line(answer, "Content-Type: text/html; charset=utf-8"));
		cr_assert(has_line(answer, "Vary: Accept, Accept-Encoding") && strstr(answer, "\r\nContent-Security-Policy: "));
		cr_assert_eq(get(lost[i], "Accept: */*\r\n"), 404);
		cr_assert_str_eq(body(), "not found\n");
	}
}

Test(site, lets_nobody_out_of_its_folder)
{
	static const char *const paths[] = { "/../etc/passwd", "/assets/../../etc/passwd", "/assets/../index.html", "/thread/../../etc/passwd",
		"/%2e%2e/etc/passwd", "/assets/%2e%2e/index.html", "/assets%2fapp.css", "//etc/passwd", "/./index.html", "/assets/passwd.txt",
		"/.env", "/orphan.js", "/orphan.js.gz", "/index.html.br", "/assets/app.4f1c.js.gz", "/INDEX.HTML", "/index.html/", "/assets" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		cr_assert_eq(get(paths[i], ""), 404, "%s", paths[i]);
		cr_assert(!strstr(answer, "root:") && !strstr(answer, "secret"));
	}
	cr_assert_eq(ask(&server, "POST /index.html HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", answer, sizeof(answer)), 405);
	cr_assert(has_line(answer, "Allow: GET, HEAD"));
	cr_assert_eq(ask(&server, "HEAD /index.html HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", answer, sizeof(answer)), 200);
	cr_assert(has_line(answer, "Content-Length: 20"));
	cr_assert_str_eq(body(), "");
}

Test(site_folder, needs_an_index)
{
	struct err err = { 0 };

	strcpy(root, "/tmp/korsdrag-site-XXXXXX");
	cr_assert_not_null(mkdtemp(root));
	cr_assert_null(site_create(root, &err));
	cr_assert(strstr(err.text, "no index.html"));
	rmdir(root);
	cr_assert_null(site_create(root, &err));
	site_destroy(NULL);
}
