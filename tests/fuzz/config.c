/* config.c - settings from a file, the environment and flags, by the server's own table. A line that begins with '$'
 * is a variable, one with '-' a flag (or what follows one), any other a line of the file. */
#include "lib/fuzz.h"
#include "settings.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define WORDS_MAX 24

struct sources {
	char *words[2 * WORDS_MAX + 4];
	size_t word_count, variable_count;
	char *variables[WORDS_MAX + 1];
	char *file;
	size_t file_len;
};

/* What a setting may name as a secret's file: /proc/self/fd/100 to 102. */
static void secret_make(int fd, const char *text, size_t len)
{
	int made = memfd_create("secret", 0);

	if (made < 0 || write(made, text, len) != (ssize_t)len || dup2(made, fd) != fd)
		abort();
	close(made);
}

void fuzz_begin(void)
{
	static const char large[5000];
	struct buf help;

	secret_make(100, "secret\r\n", 8);
	secret_make(101, "\n", 1);
	secret_make(102, large, sizeof(large));

	buf_init(&help, 65536);
	config_help(settings_keys, &help);
	fuzz_check(!help.failed, "the help is too long");
	buf_finish(&help);
}

static void sources_read(struct sources *s, struct fuzz_bytes *b)
{
	FILE *f = open_memstream(&s->file, &s->file_len);
	char *line;

	while (f && (line = fuzz_line(b))) {
		if (*line == '$' && s->variable_count < WORDS_MAX)
			s->variables[s->variable_count++] = strdup(line + 1);
		else if (*line == '-' && s->word_count < WORDS_MAX)
			s->words[s->word_count++] = strdup(line[1] == '=' ? line + 2 : line);
		else
			fprintf(f, "%s\n", line);
		free(line);
	}
	if (!f || fclose(f) != 0)
		abort();
}

static void sources_free(struct sources *s)
{
	for (size_t i = 0; i < s->word_count; i++)
		free(s->words[i]);
	for (size_t i = 0; i < s->variable_count; i++)
		free(s->variables[i]);
	free(s->file);
}

/* A file that is in memory only; its path. */
static int file_make(const char *text, size_t len, char ret_path[40])
{
	int fd = memfd_create("settings", MFD_CLOEXEC);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		abort();
	snprintf(ret_path, 40, "/proc/self/fd/%d", fd);
	return fd;
}

/* Printed and read again they are the same: what `korsdragd config` promises. */
static void print_check(const struct config *c)
{
	struct buf out;
	struct settings again;
	struct config *c2;
	struct err err;
	char path[40], *args[] = { (char[]){ "--config" }, path, NULL };
	int fd;

	buf_init(&out, 1u << 20);
	config_print(c, &out);
	fuzz_check(!out.failed, "too long to print");
	fd = file_make(out.data, out.len, path);
	c2 = config_load(settings_keys, &again, &(struct config_source){ .args = args }, &err);
	fuzz_check(c2, "what is printed is not read: %s\n%s", err.text, out.data);
	for (const struct config_key *k = settings_keys; k->key; k++)
		fuzz_check(strcmp(config_value(c, k->key), config_value(c2, k->key)) == 0, "%s was \"%s\" and became \"%s\"", k->key,
			config_value(c, k->key), config_value(c2, k->key));
	config_destroy(c2);
	close(fd);
	buf_finish(&out);
}

/* Secrets are read from the files that are named: no devices, please. */
static bool is_harmless(const char *text)
{
	static const char ours[] = "/proc/self/fd/10";

	for (const char *at = text; (at = strstr(at, "/proc")); at++)
		if (strncmp(at, ours, strlen(ours)) != 0)
			return false;
	return !strstr(text, "/dev");
}

static bool sources_are_harmless(const struct sources *s)
{
	bool is_so = is_harmless(s->file);

	for (size_t i = 0; i < s->word_count; i++)
		is_so = is_so && is_harmless(s->words[i]);
	for (size_t i = 0; i < s->variable_count; i++)
		is_so = is_so && is_harmless(s->variables[i]);
	return is_so;
}

static void settings_look(struct sources *s)
{
	char path[40], *rest[2 * WORDS_MAX + 4], *args[2 * WORDS_MAX + 4];
	int fd = file_make(s->file, s->file_len, path);
	struct settings settings;
	struct config *c;
	struct err err = { 0 };
	size_t n = 0;

	if (s->file_len > 0) {
		args[n++] = (char[]){ "--config" };
		args[n++] = path;
	}
	memcpy(args + n, s->words, (s->word_count + 1) * sizeof(*args));
	c = config_load(settings_keys, &settings, &(struct config_source){ .args = args, .environment = s->variables, .rest = rest,
		.keeps_flags = s->word_count % 2 == 0 }, &err);
	if (!c)
		fuzz_check(err.code == KD_E_INVALID && err.text[0], "refused without a reason");
	if (c) {
		(void)!settings_fit(&settings, &err);
		fuzz_check(!config_value(c, "nothing") && !config_origin(c, "nothing"), "a setting that is none");
		fuzz_check(s->file_len == 0 || config_file(c), "a file that was not read");
		print_check(c);
	}
	config_destroy(c);
	close(fd);
}

void fuzz_input(const uint8_t *bytes, size_t size)
{
	struct fuzz_bytes b = { bytes, bytes + size };
	struct sources s = { .word_count = 0 };

	sources_read(&s, &b);
	if (sources_are_harmless(&s))
		settings_look(&s);
	sources_free(&s);
}
