/* config_value.c - what is written in a setting, as the type it has. */
#include "base/arena.h"
#include "base/config.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REASON 200
#define SECRET_FILE_MAX 4096

struct unit {
	const char *name;
	int64_t size;
};

static const struct unit durations[] = { { "ms", 1 }, { "s", 1000 }, { "min", 60000 }, { "h", 3600000 },
	{ "d", 86400000 }, { NULL, 0 } };
static const struct unit sizes[] = { { "", 1 }, { "B", 1 }, { "KiB", 1024 }, { "MiB", 1024 * 1024 },
	{ "GiB", 1024 * 1024 * 1024 }, { NULL, 0 } };
static const struct unit plain[] = { { "", 1 }, { NULL, 0 } };

static bool wrong(char *ret_reason, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool wrong(char *ret_reason, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ret_reason, REASON, format, args);
	va_end(args);
	return false;
}

/* The largest unit that divides the value, so that 1048576 is shown as 1MiB. */
static const char *with_unit(int64_t value, const struct unit *units, char *ret_text)
{
	const struct unit *best = units;

	for (const struct unit *u = units; u->name; u++)
		if (value != 0 && value % u->size == 0)
			best = u;
	snprintf(ret_text, 40, "%" PRId64 "%s", value / best->size, best->name);
	return ret_text;
}

static bool read_number(const struct config_key *key, const char *text, const struct unit *units, const char *form,
	int64_t *ret, char *ret_reason)
{
	char low[40], high[40];
	const struct unit *u;
	int64_t n;
	char *end;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (end == text || errno || (*text != '-' && (*text < '0' || *text > '9')))
		return wrong(ret_reason, "must be %s", form);
	while (*end == ' ')
		end++;
	for (u = units; u->name && strcmp(u->name, end) != 0; u++)
		;
	if (!u->name && !(n == 0 && !*end))
		return wrong(ret_reason, "must be %s", form);
	if (u->name && __builtin_mul_overflow(n, u->size, &n))
		n = INT64_MAX;
	if (n < key->min || n > key->max)
		return wrong(ret_reason, "must be from %s to %s", with_unit(key->min, units, low), with_unit(key->max, units, high));
	*ret = n;
	return true;
}

static bool read_bool(const char *text, bool *ret, char *ret_reason)
{
	static const char *const yes[] = { "yes", "true", "on", "1" }, *const no[] = { "no", "false", "off", "0" };

	for (size_t i = 0; i < 4; i++) {
		if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
			*ret = strcmp(text, yes[i]) == 0;
			return true;
		}
	}
	return wrong(ret_reason, "must be yes or no");
}

static bool read_enum(const struct config_key *key, const char *text, int *ret, char *ret_reason)
{
	char all[REASON - 20] = "";
	size_t len = 0;

	for (int i = 0; key->words[i]; i++) {
		if (strcmp(text, key->words[i]) == 0) {
			*ret = i;
			return true;
		}
		if (len < sizeof all)
			len += (size_t)snprintf(all + len, sizeof all - len, "%s%s", i ? ", " : "", key->words[i]);
	}
	return wrong(ret_reason, "must be one of %s", all);
}

static bool check_text(const struct config_key *key, const char *text, char *ret_reason)
{
	const char *reason = key->wrong && *text ? key->wrong(text) : NULL;

	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7F)
			return wrong(ret_reason, "must not hold control characters");
	return reason ? wrong(ret_reason, "%s", reason) : true;
}

static bool read_text(const struct config_key *key, const char *text, struct arena *mem, const char **ret, char *ret_reason)
{
	size_t len = strlen(text);

	if (!check_text(key, text, ret_reason))
		return false;
	if ((int64_t)len < key->min)
		return wrong(ret_reason, len ? "must have at least %" PRId64 " characters" : "must not be empty", key->min);
	if (key->max && (int64_t)len > key->max)
		return wrong(ret_reason, "must have at most %" PRId64 " characters", key->max);
	*ret = arena_strdup(mem, text);
	return true;
}

static bool read_list(const struct config_key *key, const char *text, struct arena *mem, const char *const **ret,
	char *ret_reason)
{
	size_t most = 1, count = 0;
	const char **items;

	for (const char *p = text; *p; p++)
		most += *p == ',';
	items = arena_new_n(mem, const char *, most + 1);
	for (const char *p = text; *p;) {
		size_t skip = strspn(p, " \t"), len = strcspn(p + skip, ","), end = len;

		while (end && (p[skip + end - 1] == ' ' || p[skip + end - 1] == '\t'))
			end--;
		if (end == 0)
			return wrong(ret_reason, "holds an empty item");
		items[count] = arena_strndup(mem, p + skip, end);
		if (!check_text(key, items[count], ret_reason))
			return false;
		count++;
		p += skip + len;
		if (*p == ',' && !*++p)
			return wrong(ret_reason, "ends with a comma");
	}
	if ((int64_t)count < key->min)
		return wrong(ret_reason, "must have at least %" PRId64 " items", key->min);
	if (key->max && (int64_t)count > key->max)
		return wrong(ret_reason, "must have at most %" PRId64 " items", key->max);
	*ret = items;
	return true;
}

static bool read_secret(const char *path, struct arena *mem, const char **ret, char *ret_reason)
{
	char text[SECRET_FILE_MAX + 1];
	size_t len = 0;
	ssize_t n = 1;
	int fd;

	if (!*path) {
		*ret = "";
		return true;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return wrong(ret_reason, "%s cannot be opened: %s", path, strerror(errno));
	while (len < sizeof text && (n = read(fd, text + len, sizeof text - len)) > 0)
		len += (size_t)n;
	close(fd);
	if (n < 0)
		return wrong(ret_reason, "%s cannot be read: %s", path, strerror(errno));
	if (len > SECRET_FILE_MAX || memchr(text, '\0', len))
		return wrong(ret_reason, "%s is no text of at most %d bytes", path, SECRET_FILE_MAX);
	while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	if (len == 0)
		return wrong(ret_reason, "%s is empty", path);
	*ret = arena_strndup(mem, text, len);
	explicit_bzero(text, sizeof text);
	return true;
}

bool config_read_value(const struct config_key *key, const char *text, struct arena *mem, void *ret_value, char *ret_reason)
{
	switch (key->type) {
	case CONFIG_TEXT:
		return read_text(key, text, mem, ret_value, ret_reason);
	case CONFIG_INT:
		return read_number(key, text, plain, "a whole number", ret_value, ret_reason);
	case CONFIG_BOOL:
		return read_bool(text, ret_value, ret_reason);
	case CONFIG_LIST:
		return read_list(key, text, mem, ret_value, ret_reason);
	case CONFIG_SECRET:
		return read_secret(text, mem, ret_value, ret_reason);
	case CONFIG_DURATION:
		return read_number(key, text, durations, "a time such as 500ms, 20s, 10min, 5h or 14d", ret_value, ret_reason);
	case CONFIG_SIZE:
		return read_number(key, text, sizes, "a size such as 512, 64KiB or 25MiB", ret_value, ret_reason);
	case CONFIG_ENUM:
		return read_enum(key, text, ret_value, ret_reason);
	}
	return wrong(ret_reason, "is of no known type");
}
