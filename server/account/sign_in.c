#include "account/sign_in.h"
#include "base/utf8.h"
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* --- codes and secrets ---------------------------------------------------------------------------- */

bool code_fold(const char *typed, char ret_code[CODE_SIZE])
{
	size_t n = 0;

	for (; *typed; typed++) {
		char c = (char)toupper((unsigned char)*typed);
		if (c == ' ' || c == '-')
			continue;
		if (n == CODE_SIZE - 1 || !strchr("23456789ABCDEFGHJKLMNPQRSTUVWXYZ", c))
			return false;
		ret_code[n++] = c;
	}
	ret_code[n] = '\0';
	return n == CODE_SIZE - 1;
}

void code_print(const char code[CODE_SIZE], char ret_text[CODE_SIZE + 1])
{
	snprintf(ret_text, CODE_SIZE + 1, "%.4s-%.4s", code, code + 4);
}

bool secret_is_shaped(const char *text)
{
	size_t n = 0;

	for (; text && text[n]; n++)
		if (n == SECRET_SIZE - 1 ||
		        (!isalnum((unsigned char)text[n]) && text[n] != '-' && text[n] != '_'))
			return false;
	return n == SECRET_SIZE - 1;
}

void session_name(const char *user_agent, char ret_name[SESSION_NAME_SIZE])
{
	size_t max = SESSION_NAME_SIZE - 1, n = 0, len = strlen(user_agent);

	for (size_t i = 0, step; i < len; i += step ? step : 1) {
		uint32_t c;
		step = utf8_read(user_agent + i, len - i, &c);
		if (!step || c < 0x20 || c == 0x7F || utf8_is_bidi_control(c))
			continue;
		if (n + step > max)
			break;
		memcpy(ret_name + n, user_agent + i, step);
		n += step;
	}
	ret_name[n] = '\0';
	if (n == 0)
		strcpy(ret_name, "browser");
}

/* --- cookies -------------------------------------------------------------------------------------- */

/* The browser forgets it a little late rather than early: the server knows when it has ended. */
static void cookie(const char *name, const char *secret, int64_t ms, char ret_value[COOKIE_SIZE])
{
	snprintf(ret_value, COOKIE_SIZE, "%s=%s; Path=/; Max-Age=%lld; Secure; HttpOnly; SameSite=Lax", name,
	        secret ? secret : "", secret ? (long long)((ms + 999) / 1000) : 0);
}

void cookie_session(const char *secret, int64_t ms, char ret_value[COOKIE_SIZE])
{
	cookie(COOKIE_SESSION, secret, ms, ret_value);
}

void cookie_ask(const char *secret, int64_t ms, char ret_value[COOKIE_SIZE])
{
	cookie(COOKIE_ASK, secret, ms, ret_value);
}

/* --- decisions ------------------------------------------------------------------------------------ */

enum redeem redeem_decide(bool is_open, bool is_other_browser)
{
	return is_open ? REDEEM_OPEN : is_other_browser ? REDEEM_OTHER_BROWSER : REDEEM_INVALID;
}
