/* config.h - settings by one table: from a file, the environment and flags, the later winning.
 *
 * A row says what a setting is; from the rows come the reading, the checks, the sample file and --help. An unknown key
 * or a bad value is an error that names its place ("korsdrag.conf:12", "KORSDRAG_LOG_LEVEL", "--log.level").
 *
 *	file         key = value; a line that begins with # is a comment (a # later in a line belongs to the value)
 *	environment  KORSDRAG_DATABASE_POOL=8 for database.pool
 *	flags        --database.pool 8, --database.pool=8, or for yes and no just --allow_unsafe_database */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H
#include "base/buf.h"
#include "base/err.h"
#include <stdint.h>
#include <stdio.h>

enum config_type {
	CONFIG_TEXT = 1, /* const char *; "" when not given */
	CONFIG_INT,      /* int64_t */
	CONFIG_BOOL,     /* bool: yes or no */
	CONFIG_LIST,     /* const char *const *, NULL-terminated: comma-separated */
	CONFIG_SECRET,   /* const char *: what the named file holds, without its last line end; "" when no file is named */
	CONFIG_DURATION, /* int64_t, milliseconds: 500ms, 20s, 10min, 5h, 14d */
	CONFIG_SIZE,     /* int64_t, bytes: 512, 64KiB, 25MiB, 1GiB */
	CONFIG_ENUM,     /* int: index into words */
};

struct config_key {
	const char *key; /* NULL ends the table; secrets end in _file */
	enum config_type type;
	size_t offset;       /* in the struct of settings */
	const char *initial; /* the default as one would write it; "" for nothing */
	int64_t min, max;    /* numbers, milliseconds, bytes; for text its length, for lists the number of items */
	const char *const *words;                 /* CONFIG_ENUM: NULL-terminated */
	const char *(*wrong)(const char *value); /* what is wrong with a text or an item of a list; NULL when nothing */
	bool reloads;    /* taken anew on SIGHUP */
	const char *doc; /* one sentence */
};

struct config_source {
	const char *default_file; /* read when it exists and neither --config nor KORSDRAG_CONFIG name one; may be NULL */
	char *const *args;        /* NULL-terminated, without the program's name; may be NULL */
	char *const *environment; /* NULL-terminated "NAME=value"; may be NULL */
	/* Where arguments go that are not settings, NULL-terminated, of as many places as args has. Unknown flags go there too
	 * when `keeps_flags`, otherwise they are an error. */
	char **rest;
	bool keeps_flags;
};

struct config; /* owns every text that the settings point to */

/* Fills `settings`. NULL: err says what is wrong and where, and `settings` is unspecified. */
struct config *config_load(const struct config_key *keys, void *settings, const struct config_source *source,
	struct err *err) KD_MUST_CHECK;
void config_destroy(struct config *c); /* NULL is fine */

/* The setting as it was written, and where: "default", "korsdrag.conf:12", "KORSDRAG_LISTEN", "--listen". */
const char *config_value(const struct config *c, const char *key);
const char *config_origin(const struct config *c, const char *key);
const char *config_file(const struct config *c); /* NULL when none was read */

/* A sample file that explains every key; what is not at its default is set in it, with where that came from. Read
 * again it gives the same settings. Secrets are shown by their files' names only. */
void config_print(const struct config *c, struct buf *out);
void config_help(const struct config_key *keys, struct buf *out); /* one line a key */

/* The types, for tests. False: `ret_reason` (200 bytes) says what the value must be. */
struct arena;
bool config_read_value(const struct config_key *key, const char *text, struct arena *mem, void *ret_value, char *ret_reason);
#endif
