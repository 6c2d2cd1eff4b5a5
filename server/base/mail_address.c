/* mail_address.c - what a mail address may look like. */
#include "base/mail_address.h"
#include <ctype.h>
#include <string.h>

static bool is_atom(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("!#$%&'*+/=?^_`{|}~-", c));
}

static bool is_local_part(const char *s, size_t len)
{
	if (len < 1 || len > 64 || s[0] == '.' || s[len - 1] == '.')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_atom(s[i]) && (s[i] != '.' || s[i + 1] == '.'))
			return false;
	return true;
}

static bool is_domain(const char *s)
{
	size_t label = 0, dots = 0;

	for (; *s; s++) {
		if (*s == '.') {
			if (label == 0 || s[-1] == '-')
				return false;
			dots++;
			label = 0;
		} else if (isalnum((unsigned char)*s) || (*s == '-' && label > 0)) {
			if (++label > 63)
				return false;
		} else {
			return false;
		}
	}
	return dots > 0 && label > 1 && s[-1] != '-';
}

bool mail_is_valid(const char *mail)
{
	const char *at = strrchr(mail, '@');

	for (const char *s = mail; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return at && strlen(mail) <= 254 && is_local_part(mail, (size_t)(at - mail)) && is_domain(at + 1);
}

void mail_fold(const char *mail, char *ret_folded, size_t size)
{
	size_t i = 0;

	for (; mail[i] && i + 1 < size; i++)
		ret_folded[i] = (char)tolower((unsigned char)mail[i]);
	ret_folded[i] = '\0';
}
