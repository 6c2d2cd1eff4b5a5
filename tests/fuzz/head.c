/* head.c - the head of an HTTP request, octet by octet and whole, and the checks of a handshake. The first byte says how
 * many octets come at once. */
#include "lib/fuzz.h"
#include "base/buf.h"
#include "net/handshake.h"
#include <stdlib.h>
#include <string.h>

static const char *const origins[] = { "https://korsdrag.example.se", "http://localhost:8080", NULL };

void fuzz_begin(void)
{
}

/* However it is cut, it is the same head; *ret_size is its length when it is one. */
static enum head_state scan(const char *bytes, size_t len, size_t step, size_t *ret_size)
{
	size_t in_pieces = 0;
	enum head_state whole, state = HEAD_MORE;

	*ret_size = 0;
	whole = head_scan(bytes, len, ret_size);
	for (size_t there = 0; state == HEAD_MORE && there < len;) {
		there = len - there > step ? there + step : len;
		state = head_scan(bytes, there, &in_pieces);
	}
	fuzz_check(state == whole, "whole %d, in pieces %d", (int)whole, (int)state);
	fuzz_check(state != HEAD_DONE || in_pieces == *ret_size, "whole %zu, in pieces %zu", *ret_size, in_pieces);
	return whole;
}

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < 0x20 && *text != '\t') || *text == 0x7f)
			return false;
	return true;
}

static void fields_check(const struct head *h)
{
	fuzz_check(head_is_token(h->method) && strlen(h->method) <= 16, "the method %s", h->method);
	fuzz_check(*h->path == '/' && !strpbrk(h->path, " ?#\"<>\\^`{|}") && is_plain(h->path), "the path %s", h->path);
	fuzz_check(h->minor == 0 || h->minor == 1, "HTTP/1.%d", h->minor);
	fuzz_check(h->minor == 0 || head_get_only(h, "host"), "without a Host");
	fuzz_check(h->field_count <= HEAD_FIELDS_MAX, "%zu fields", h->field_count);
	for (size_t i = 0; i < h->field_count; i++) {
		const char *name = h->fields[i].name, *value = h->fields[i].value;
		size_t len = strlen(value);

		fuzz_check(head_is_token(name) && !strpbrk(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), "the name %s", name);
		fuzz_check(is_plain(value), "the value of %s", name);
		fuzz_check(len == 0 || (!strchr(" \t", value[0]) && !strchr(" \t", value[len - 1])), "blanks about the value of %s", name);
		fuzz_check(head_get(h, name), "%s is not found", name);
	}
}

/* Written anew from what was understood, it is understood as the same: nobody behind us can read it otherwise. */
static void again_check(const struct head *h)
{
	struct buf out;
	struct head again;
	const char *why;
	size_t scanned = 0;

	buf_init(&out, 1u << 20);
	buf_printf(&out, "%s %s%s%s HTTP/1.%d\r\n", h->method, h->path, h->query ? "?" : "", h->query ? h->query : "", h->minor);
	for (size_t i = 0; i < h->field_count; i++)
		buf_printf(&out, "%s: %s\r\n", h->fields[i].name, h->fields[i].value);
	buf_add_str(&out, "\r\n");
	fuzz_check(head_scan(out.data, out.len, &scanned) == HEAD_DONE && scanned == out.len, "written anew it is no head");
	fuzz_check(head_parse(&again, out.data, out.len, &why) == 0, "written anew it is refused: %s", why);
	fuzz_check(strcmp(again.method, h->method) == 0 && strcmp(again.path, h->path) == 0 && again.minor == h->minor, "another line");
	fuzz_check(again.field_count == h->field_count, "another number of fields");
	for (size_t i = 0; i < h->field_count; i++)
		fuzz_check(strcmp(again.fields[i].name, h->fields[i].name) == 0 && strcmp(again.fields[i].value, h->fields[i].value) == 0,
			"another field %s", h->fields[i].name);
	buf_finish(&out);
}

static void body_check(const struct head *h)
{
	const char *why = NULL;
	size_t size = 7;

	if (!head_body_size(h, &size, &why)) {
		fuzz_check(why && size == 7, "refused without a reason");
		return;
	}
	fuzz_check(!head_get(h, "transfer-encoding") && head_count(h, "content-length") <= 1, "a length that can be misread");
	fuzz_check(head_get(h, "content-length") || size == 0, "a body without a length");
}

/* Who gets in has shown exactly what the rules ask for (security.md T1-T3). */
static void handshake_fits(const struct handshake *hs, const struct head *h)
{
	const char *origin = head_get_only(h, "origin");

	fuzz_check(strcmp(h->method, "GET") == 0 && h->minor == 1, "%s HTTP/1.%d", h->method, h->minor);
	fuzz_check(hs->key && strlen(hs->key) == 24, "the key %s", hs->key);
	fuzz_check(*hs->credential && strlen(hs->credential) <= CREDENTIAL_MAX && is_plain(hs->credential), "the credential");
	fuzz_check(!strpbrk(hs->credential, " ;,\"\\"), "the credential %s", hs->credential);
	fuzz_check(hs->is_bearer || head_count(h, "cookie") == 1, "a cookie from nowhere");
	fuzz_check(head_count(h, "origin") == 0 ? hs->is_bearer : origin && handshake_origin_is_ours(origin, origins), "the origin");
}

static void handshake_look(const struct head *h)
{
	struct handshake hs;
	const char *why = NULL;
	int status = handshake_check(&hs, h, origins, &why);

	if (status == 0)
		handshake_fits(&hs, h);
	else
		fuzz_check((status == 400 || status == 401 || status == 403 || status == 405 || status == 426) && why, "%d", status);
}

void fuzz_input(const uint8_t *bytes, size_t size)
{
	struct fuzz_bytes b = { bytes, bytes + size };
	size_t step = 1 + fuzz_take(&b) % 32, len;
	struct head head;
	const char *why = NULL;
	char *text;
	int status;

	if (scan((const char *)b.at, fuzz_left(&b), step, &len) != HEAD_DONE)
		return;
	text = malloc(len + 1);
	if (!text)
		abort();
	memcpy(text, b.at, len);
	text[len] = '\0';
	status = head_parse(&head, text, len, &why);
	if (status) {
		fuzz_check((status == 400 || status == 431 || status == 505) && why, "%d", status);
	} else {
		fields_check(&head);
		again_check(&head);
		body_check(&head);
		handshake_look(&head);
		head_has_token(&head, "connection", "close");
	}
	free(text);
}
