/* cookie.c - the parser of Cookie headers. */
#include "net/cookie.h"
#include <stdbool.h>
#include <string.h>

static bool is_value_char(unsigned char c) /* RFC 6265 cookie-octet */
{
	return c > 0x20 && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\';
}

enum cookie_result cookie_find(const char *header, const char *name, char ret_value[COOKIE_VALUE_MAX + 1])
{
	size_t name_len = strlen(name);
	enum cookie_result result = COOKIE_ABSENT;

	for (const char *p = header; *p;) {
		const char *pair = p + strspn(p, " \t"), *value;
		size_t len = strcspn(pair, ";"), value_len;

		p = pair + len + (pair[len] == ';');
		if (len <= name_len || strncmp(pair, name, name_len) != 0 || pair[name_len] != '=')
			continue;
		if (result == COOKIE_FOUND)
			return COOKIE_BAD;
		value = pair + name_len + 1;
		value_len = len - name_len - 1;
		while (value_len && (value[value_len - 1] == ' ' || value[value_len - 1] == '\t'))
			value_len--;
		if (value_len == 0 || value_len > COOKIE_VALUE_MAX)
			return COOKIE_BAD;
		for (size_t i = 0; i < value_len; i++)
			if (!is_value_char((unsigned char)value[i]))
				return COOKIE_BAD;
		memcpy(ret_value, value, value_len);
		ret_value[value_len] = '\0';
		result = COOKIE_FOUND;
	}
	return result;
}
