/* tokens.c - small things that strangers write: cookies, tokens, codes, mail addresses, network addresses, names,
 * and the UTF-8 that all else stands on. The first byte says which. */
#include "lib/fuzz.h"
#include "account/sign_in.h"
#include "base/line.h"
#include "base/utf8.h"
#include "net/address.h"
#include "net/cookie.h"
#include "net/utf8.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fuzz_begin(void)
{
}

/* --- cookies ------------------------------------------------------------------------------------------------ */

/* How often a cookie of exactly that name stands in the header, found in another way. */
static int cookie_count(const char *header, const char *name)
{
	char *copy = strdup(header), *rest = copy;
	const char *pair;
	int count = 0;

	while ((pair = strsep(&rest, ";"))) {
		pair += strspn(pair, " \t");
		count += strncmp(pair, name, strlen(name)) == 0 && pair[strlen(name)] == '=';
	}
	free(copy);
	return count;
}

static void cookie_look(char *text)
{
	char value[COOKIE_VALUE_MAX + 1];
	int count = cookie_count(text, COOKIE_SESSION);

	switch (cookie_find(text, COOKIE_SESSION, value)) {
	case COOKIE_ABSENT:
		fuzz_check(count == 0, "it is there %d times", count);
		break;
	case COOKIE_FOUND:
		fuzz_check(count == 1, "it is there %d times", count);
		fuzz_check(*value && !strpbrk(value, " \t\",;\\") && strstr(text, value), "the value %s", value);
		break;
	case COOKIE_BAD:
		fuzz_check(count > 0, "bad, but not there");
	}
}

/* --- tokens, codes, names ----------------------------------------------------------------------------------- */

static void sign_in_look(char *text)
{
	char code[CODE_SIZE], printed[CODE_SIZE + 1], again[CODE_SIZE], name[SESSION_NAME_SIZE], cookie[COOKIE_SIZE];

	if (code_fold(text, code)) {
		code_print(code, printed);
		fuzz_check(strlen(code) == 8 && code_fold(printed, again) && strcmp(code, again) == 0, "%s is shown as %s", code, printed);
	}
	if (secret_is_shaped(text)) {
		fuzz_check(strlen(text) == SECRET_SIZE - 1, "a secret of %zu characters", strlen(text));
		cookie_session(text, 1000, cookie);
		cookie_ask(text, 1000, cookie);
		fuzz_check(strstr(cookie, text) && strstr(cookie, "; SameSite=Lax"), "a cookie that is cut: %s", cookie);
	}
	session_name(text, name);
	fuzz_check(*name && utf8_is_valid(name, strlen(name)), "a session's name that is none");
	for (const char *c = name; *c; c++)
		fuzz_check((unsigned char)*c >= 0x20 && *c != 0x7f, "a control in a session's name");
	fuzz_check(redeem_decide(true, true) == REDEEM_OPEN && redeem_decide(false, true) == REDEEM_OTHER_BROWSER, "what is opened is open");
	if (line_is_visible(text))
		fuzz_check(*text && !strpbrk(text, "\r\n\t"), "a name of several lines");
}

static void mail_look(char *text)
{
	char folded[255];
	const char *at = strchr(text, '@');

	if (!mail_is_valid(text))
		return;
	fuzz_check(at && !strchr(at + 1, '@') && strlen(text) <= 254 && !strpbrk(text, " \t\r\n<>,;:\"()[]\\"), "%s", text);
	mail_fold(text, folded, sizeof(folded));
	fuzz_check(mail_is_valid(folded) && strcasecmp(text, folded) == 0, "%s folds to %s", text, folded);
	for (const char *c = folded; *c; c++)
		fuzz_check(!isupper((unsigned char)*c), "%s", folded);
}

/* --- network addresses -------------------------------------------------------------------------------------- */

static void listen_look(char *text)
{
	struct sockaddr_storage a, again;
	socklen_t len, len_again;
	char printed[ADDRESS_SIZE], whole[ADDRESS_SIZE + 16];
	struct err err;

	if (!address_parse(text, &a, &len, &err)) {
		fuzz_check(err.code == KD_E_INVALID && err.text[0], "refused without a reason");
		return;
	}
	fuzz_check(len <= sizeof(a), "%u bytes", (unsigned)len);
	address_print(&a, printed);
	if (a.ss_family == AF_UNIX) {
		fuzz_check(address_is_loopback(&a) && address_port(&a) == 0 && strcmp(printed, "unix") == 0, "%s", printed);
		return;
	}
	snprintf(whole, sizeof(whole), strchr(printed, ':') ? "[%s]:%d" : "%s:%d", printed, address_port(&a));
	fuzz_check(address_parse(whole, &again, &len_again, &err), "%s is printed as %s", text, whole);
	address_is_loopback(&again);
	if (a.ss_family == again.ss_family) /* IPv4 inside IPv6 is printed as IPv4 */
		fuzz_check(len == len_again && memcmp(&a, &again, len) == 0, "%s is printed as %s", text, whole);
}

static void forwarded_look(char *text)
{
	static const char *const proxies[] = { "127.0.0.1", "10.0.0.2", "::1", NULL };
	char address[ADDRESS_SIZE], again[ADDRESS_SIZE];

	if (!address_forwarded(text, proxies, address))
		return;
	fuzz_check(*address && strlen(address) < ADDRESS_SIZE && !address_in(address, proxies), "%s", address);
	fuzz_check(address_forwarded(address, NULL, again) && strcmp(address, again) == 0, "%s becomes %s", address, again);
}

static void places_look(char *text)
{
	struct addresses *all = addresses_create(2);
	struct address *taken[3];

	if (!all)
		abort();
	for (int i = 0; i < 3; i++)
		taken[i] = address_take(all, text);
	fuzz_check(taken[0] && taken[1] == taken[0] && !taken[2], "one address has two places");
	for (int i = 0; i < 3; i++)
		address_release(all, taken[i]);
	taken[0] = address_take(all, text);
	fuzz_check(taken[0], "and again when they are free");
	addresses_destroy(all);
}

/* --- UTF-8 -------------------------------------------------------------------------------------------------- */

/* The two readers agree, wherever the text is cut. */
static void utf8_look(const uint8_t *bytes, size_t len, size_t cut)
{
	bool is_valid = utf8_is_valid((const char *)bytes, len), is_taken;
	struct utf8 whole = { 0 }, pieces = { 0 };
	uint32_t c;
	char out[4];

	cut = len ? cut % len : 0;
	is_taken = utf8_feed(&whole, bytes, len) && utf8_is_whole(&whole);
	fuzz_check(is_taken == is_valid, "whole: %d, should be %d", is_taken, is_valid);
	is_taken = utf8_feed(&pieces, bytes, cut) && utf8_feed(&pieces, bytes + cut, len - cut) && utf8_is_whole(&pieces);
	fuzz_check(is_taken == is_valid, "cut at %zu: %d, should be %d", cut, is_taken, is_valid);
	for (size_t i = 0, n; i < len; i += n ? n : 1) {
		n = utf8_read((const char *)bytes + i, len - i, &c);
		if (n)
			fuzz_check(utf8_write(c, out) == n && memcmp(out, bytes + i, n) == 0, "U+%04X is written otherwise", c);
	}
	fuzz_check(utf8_count((const char *)bytes, len) <= len, "more characters than bytes");
	cut = utf8_cut((const char *)bytes, len, cut);
	fuzz_check(cut <= len && (!is_valid || utf8_is_valid((const char *)bytes, cut)), "cut in a character");
}

void fuzz_input(const uint8_t *bytes, size_t size)
{
	static void (*const looks[])(char *text) = { cookie_look, sign_in_look, mail_look, listen_look, forwarded_look, places_look };
	struct fuzz_bytes b = { bytes, bytes + size };
	uint8_t which = fuzz_take(&b);
	char *text;

	if (which >= '6') {
		utf8_look(b.at, fuzz_left(&b), which - '6');
		return;
	}
	text = fuzz_rest(&b);
	looks[which % 6](text); /* '0' is the first */
	free(text);
}
