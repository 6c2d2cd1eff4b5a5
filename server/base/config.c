/* config.c - where settings come from: the table's defaults, a file, the environment, flags. */
#include "config_private.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_MAX (4u << 20)
#define LINE_MAX_BYTES 8192
#define PREFIX "KORSDRAG_"

static int key_find(const struct config *c, const char *name)
{
	for (int i = 0; i < c->count; i++)
		if (strcmp(c->keys[i].key, name) == 0)
			return i;
	return -1;
}

void config_variable(const char *key, char ret_name[CONFIG_NAME_SIZE])
{
	int len = snprintf(ret_name, CONFIG_NAME_SIZE, PREFIX "%s", key);

	for (int i = 0; i < len && i < CONFIG_NAME_SIZE - 1; i++)
		ret_name[i] = ret_name[i] == '.' ? '_' : (char)toupper((unsigned char)ret_name[i]);
}

/* Blanks about a value mean nothing, wherever it comes from: a file could not hold them. */
static const char *without_blanks(struct config *c, const char *value)
{
	size_t len;

	while (isspace((unsigned char)*value))
		value++;
	len = strlen(value);
	while (len > 0 && isspace((unsigned char)value[len - 1]))
		len--;
	return arena_strndup(c->mem, value, len);
}

static bool key_set(struct config *c, int i, const char *value, const char *origin, struct err *err)
{
	const struct config_key *key = &c->keys[i];
	char reason[200];

	value = without_blanks(c, value);
	if (!config_read_value(key, value, c->mem, c->settings + key->offset, reason))
		return err_set(err, KD_E_INVALID, "%s: %s %s", origin, key->key, reason);
	c->entries[i].value = value;
	c->entries[i].origin = arena_strdup(c->mem, origin);
	return true;
}

static bool defaults_read(struct config *c, struct err *err)
{
	for (int i = 0; i < c->count; i++)
		if (!key_set(c, i, c->keys[i].initial, "default", err))
			return false;
	return true;
}

/* --- the file --------------------------------------------------------------------------------------- */

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static bool line_read(struct config *c, char *line, const char *place, struct err *err)
{
	char *key = trim(line), *equals, *value;
	int i;

	if (!*key || *key == '#')
		return true;
	equals = strchr(key, '=');
	if (!equals)
		return err_set(err, KD_E_INVALID, "%s: not of the form `key = value`", place);
	*equals = '\0';
	key = trim(key);
	value = trim(equals + 1);
	i = key_find(c, key);
	if (i < 0)
		return err_set(err, KD_E_INVALID, "%s: there is no setting \"%s\"", place, key);
	if (strcmp(c->entries[i].origin, "default") != 0)
		return err_set(err, KD_E_INVALID, "%s: %s was set already in %s", place, key, c->entries[i].origin);
	return key_set(c, i, value, place, err);
}

static bool lines_read(struct config *c, FILE *f, struct err *err)
{
	char line[LINE_MAX_BYTES];
	bool ok = true;

	for (int number = 1; ok && fgets(line, sizeof line, f); number++) {
		const char *place = arena_printf(c->mem, "%s:%d", c->file, number);

		if (strlen(line) == sizeof line - 1)
			ok = err_set(err, KD_E_INVALID, "%s: longer than %d bytes", place, LINE_MAX_BYTES - 2);
		else
			ok = line_read(c, line, place, err);
	}
	if (ok && ferror(f))
		ok = err_set(err, KD_E_INVALID, "%s cannot be read: %s", c->file, strerror(errno));
	return ok;
}

static bool file_read(struct config *c, const char *path, bool must_exist, struct err *err)
{
	FILE *f = fopen(path, "re");
	bool ok;

	if (!f && errno == ENOENT && !must_exist)
		return true;
	if (!f)
		return err_set(err, KD_E_INVALID, "%s cannot be opened: %s", path, strerror(errno));
	c->file = arena_strdup(c->mem, path);
	ok = lines_read(c, f, err);
	fclose(f);
	return ok;
}

/* --- the environment ---------------------------------------------------------------------------------- */

/* Whether a variable is ours to know: KORSDRAG_LOG_… is, since there are log.… settings. Other programs of the house
 * have variables too (KORSDRAG_TOKEN), which are none of our business. */
static bool variable_is_of_a_group(const struct config *c, const char *name)
{
	for (int i = 0; i < c->count; i++) {
		const char *dot = strchr(c->keys[i].key, '.');
		char variable[CONFIG_NAME_SIZE];

		config_variable(c->keys[i].key, variable);
		if (dot && strncmp(variable, name, strlen(PREFIX) + (size_t)(dot - c->keys[i].key) + 1) == 0)
			return true;
	}
	return false;
}

static bool variable_read(struct config *c, const char *variable, struct err *err)
{
	const char *equals = strchr(variable, '=');
	char name[CONFIG_NAME_SIZE], mine[CONFIG_NAME_SIZE];

	if (!equals || (size_t)(equals - variable) >= sizeof name || strncmp(variable, PREFIX, strlen(PREFIX)) != 0)
		return true;
	snprintf(name, sizeof name, "%.*s", (int)(equals - variable), variable);
	for (int i = 0; i < c->count; i++) {
		config_variable(c->keys[i].key, mine);
		if (strcmp(mine, name) == 0)
			return key_set(c, i, equals + 1, name, err);
	}
	if (variable_is_of_a_group(c, name))
		return err_set(err, KD_E_INVALID, "%s: there is no such setting", name);
	return true;
}

static const char *variable_find(char *const *environment, const char *name)
{
	size_t len = strlen(name);

	for (; environment && *environment; environment++)
		if (strncmp(*environment, name, len) == 0 && (*environment)[len] == '=')
			return *environment + len + 1;
	return NULL;
}

/* --- flags -------------------------------------------------------------------------------------------- */

struct flag {
	char name[CONFIG_NAME_SIZE]; /* with _ for - */
	const char *value;           /* behind the =, or NULL */
};

static bool flag_split(const char *arg, struct flag *ret_flag)
{
	const char *equals;
	size_t len;

	if (strncmp(arg, "--", 2) != 0 || !arg[2])
		return false;
	equals = strchr(arg, '=');
	len = equals ? (size_t)(equals - arg) - 2 : strlen(arg + 2);
	if (len >= sizeof ret_flag->name)
		len = sizeof ret_flag->name - 1;
	for (size_t i = 0; i < len; i++)
		ret_flag->name[i] = arg[2 + i] == '-' ? '_' : arg[2 + i];
	ret_flag->name[len] = '\0';
	ret_flag->value = equals ? equals + 1 : NULL;
	return true;
}

/* A flag for yes needs no value; a word behind it that says yes or no is one all the same. */
static bool is_bool_word(const char *text)
{
	struct config_key key = { .type = CONFIG_BOOL };
	char reason[200];
	bool value;

	return text && config_read_value(&key, text, NULL, &value, reason);
}

/* One argument, or two of them; *at moves on. Without `is_setting` only --config is read. */
static bool flag_read(struct config *c, const struct config_source *s, int *at, int *rest, bool is_setting, struct err *err)
{
	const char *next = s->args[*at + 1];
	char origin[CONFIG_NAME_SIZE + 2];
	struct flag flag;
	int i = -1;
	bool is_config;

	if (!flag_split(s->args[*at], &flag)) {
		if (is_setting && s->rest)
			s->rest[(*rest)++] = s->args[*at];
		return true;
	}
	is_config = strcmp(flag.name, "config") == 0;
	if (!is_config)
		i = key_find(c, flag.name);
	if (!is_config && i < 0) {
		if (is_setting && !s->keeps_flags)
			return err_set(err, KD_E_INVALID, "--%s: there is no such setting", flag.name);
		if (is_setting && s->rest)
			s->rest[(*rest)++] = s->args[*at];
		return true;
	}
	snprintf(origin, sizeof origin, "--%s", flag.name);
	if (!flag.value && i >= 0 && c->keys[i].type == CONFIG_BOOL && !is_bool_word(next)) {
		flag.value = "yes";
	} else if (!flag.value) {
		if (!next)
			return err_set(err, KD_E_INVALID, "%s: needs a value", origin);
		flag.value = next;
		++*at;
	}
	if (is_config)
		c->file = flag.value;
	return i < 0 || !is_setting || key_set(c, i, flag.value, origin, err);
}

static bool flags_read(struct config *c, const struct config_source *s, bool is_setting, struct err *err)
{
	int rest = 0;

	for (int at = 0; s->args && s->args[at]; at++) {
		if (strcmp(s->args[at], "--") == 0) { /* what follows is not ours */
			for (at++; is_setting && s->rest && s->args[at]; at++)
				s->rest[rest++] = s->args[at];
			break;
		}
		if (!flag_read(c, s, &at, &rest, is_setting, err))
			return false;
	}
	if (is_setting && s->rest)
		s->rest[rest] = NULL;
	return true;
}

/* --- all of it ------------------------------------------------------------------------------------------ */

static bool sources_read(struct config *c, const struct config_source *s, struct err *err)
{
	const char *named;

	if (!defaults_read(c, err) || !flags_read(c, s, false, err))
		return false;
	named = c->file ? c->file : variable_find(s->environment, PREFIX "CONFIG");
	if (named && !*named)
		named = NULL; /* as shells unset it for one command */
	c->file = NULL;
	if (named && !file_read(c, named, true, err))
		return false;
	if (!named && s->default_file && !file_read(c, s->default_file, false, err))
		return false;
	for (char *const *v = s->environment; v && *v; v++)
		if (!variable_read(c, *v, err))
			return false;
	return flags_read(c, s, true, err);
}

struct config *config_load(const struct config_key *keys, void *settings, const struct config_source *source,
	struct err *err)
{
	struct config *c = calloc(1, sizeof *c);

	if (c)
		c->mem = arena_create(16384, MEMORY_MAX);
	if (!c || !c->mem) {
		free(c);
		err_set(err, KD_E_INTERNAL, "out of memory");
		return NULL;
	}
	c->keys = keys;
	c->settings = settings;
	while (keys[c->count].key)
		c->count++;
	c->entries = arena_new_n(c->mem, struct config_entry, (size_t)c->count);
	if (sources_read(c, source, err))
		return c;
	config_destroy(c);
	return NULL;
}

void config_destroy(struct config *c)
{
	if (!c)
		return;
	arena_destroy(c->mem);
	free(c);
}

const char *config_value(const struct config *c, const char *key)
{
	int i = key_find(c, key);

	return i < 0 ? NULL : c->entries[i].value;
}

const char *config_origin(const struct config *c, const char *key)
{
	int i = key_find(c, key);

	return i < 0 ? NULL : c->entries[i].origin;
}

const char *config_file(const struct config *c)
{
	return c->file;
}
