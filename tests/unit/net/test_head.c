/* test_head.c - the strict parser of request heads. */
#include "net/head.h"
#include <criterion/criterion.h>
#include <string.h>

static struct head head;
static char text[8192 + 1];

/* The status that a head is refused with; 0 when it is taken, -1 when the scan refuses it, -2 when more is wanted. */
static int parse_bytes(const char *bytes, size_t len)
{
	size_t scanned = 0;
	const char *why;

	switch (head_scan(bytes, len, &scanned)) {
	case HEAD_BAD:
		return -1;
	case HEAD_MORE:
		return -2;
	case HEAD_DONE:
		break;
	}
	memcpy(text, bytes, scanned);
	text[scanned] = '\0';
	return head_parse(&head, text, scanned, &why);
}

static int parse(const char *bytes)
{
	return parse_bytes(bytes, strlen(bytes));
}

Test(head, takes_a_good_one_apart)
{
	cr_assert_eq(parse("GET /a/b?c=d HTTP/1.1\r\nHost: x\r\nX-Two:  a b \t\r\nEmpty:\r\n\r\nrest"), 0);
	cr_assert_str_eq(head.method, "GET");
	cr_assert_str_eq(head.path, "/a/b");
	cr_assert_str_eq(head.query, "c=d");
	cr_assert_eq(head.minor, 1);
	cr_assert_str_eq(head_get(&head, "x-two"), "a b");
	cr_assert_str_eq(head_get(&head, "empty"), "");
	cr_assert_null(head_get(&head, "absent"));
	cr_assert_eq(parse("GET / HTTP/1.0\r\n\r\n"), 0);
	cr_assert_eq(head.minor, 0);
}

Test(head, refuses_what_can_be_read_in_two_ways)
{
	static const struct {
		const char *bytes;
		int status;
	} rows[] = {
		{ "GET / HTTP/1.1\nHost: x\n\n", -1 },               /* bare LF */
		{ "GET / HTTP/1.1\r\nHost: x\n\r\n", -1 },
		{ "GET / HTTP/1.1\r\nHost: x\rY: z\r\n\r\n", -1 },   /* bare CR */
		{ "GET / HTTP/1.1\r\r\nHost: x\r\n\r\n", -1 },
		{ "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", -1 },
		{ "GET / HTTP/1.1\r\nHost: x\r\nA: \x01\r\n\r\n", -1 },
		{ "GET / HTTP/1.1\r\nHost: x\r\nA: \x7f\r\n\r\n", -1 },
		{ "GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\n folded\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\n\tfolded: 2\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n: x\r\nHost: x\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHo st: x\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nH\xc3\xb6st: x\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n\r\n", 400 },                   /* no Host */
		{ "GET / HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n", 400 },
		{ "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "GET / HTTP/1.1 \r\nHost: x\r\n\r\n", 505 },
		{ "GET /\r\nHost: x\r\n\r\n", 400 },
		{ "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505 },
		{ "GET / HTTP/0.9\r\nHost: x\r\n\r\n", 505 },
		{ "GET / http/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "PRI * HTTP/2.0\r\n\r\n", 505 },
		{ "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "G{T / HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ " / HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "GET /a\tb HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "GET /#a HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "GET /\xc3\xa5 HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "GET /\\ HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: x\r\n", -2 },
		{ "GET / HTTP/1.1\r\nHost: x\r\n\r", -2 },
		{ "", -2 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_assert_eq(parse(rows[i].bytes), rows[i].status, "row %zu: %s", i, rows[i].bytes);
	cr_assert_eq(parse_bytes("GET / HTTP/1.1\r\nHost: x\0y\r\n\r\n", 30), -1);
}

Test(head, bounds_the_number_of_fields)
{
	char bytes[8192] = "GET / HTTP/1.1\r\nHost: x\r\n";

	for (int i = 0; i < HEAD_FIELDS_MAX - 1; i++)
		strcat(bytes, "A: b\r\n");
	strcat(bytes, "\r\n");
	cr_assert_eq(parse(bytes), 0);
	bytes[strlen(bytes) - 2] = '\0';
	strcat(bytes, "A: b\r\n\r\n");
	cr_assert_eq(parse(bytes), 431);
}

Test(head, comes_octet_by_octet)
{
	static const char bytes[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
	size_t scanned = 0;

	for (size_t len = 1; len < sizeof(bytes) - 1; len++)
		cr_assert_eq(head_scan(bytes, len, &scanned), HEAD_MORE);
	cr_assert_eq(head_scan(bytes, sizeof(bytes) - 1, &scanned), HEAD_DONE);
	cr_assert_eq(scanned, sizeof(bytes) - 1);
}

static bool body_of(const char *fields, size_t *ret_size)
{
	char bytes[512] = "POST / HTTP/1.1\r\nHost: x\r\n";
	const char *why;

	strcat(bytes, fields);
	strcat(bytes, "\r\n");
	cr_assert_eq(parse(bytes), 0);
	return head_body_size(&head, ret_size, &why);
}

Test(head, takes_a_length_in_one_way_only)
{
	static const char *const bad[] = {
		"Content-Length: 1\r\nContent-Length: 1\r\n", "Content-Length: 1, 1\r\n", "Content-Length: -1\r\n",
		"Content-Length: +1\r\n", "Content-Length: 0x1\r\n", "Content-Length:\r\n",
		"Content-Length: 1a\r\n", "Content-Length: 9999999999999999\r\n", "Transfer-Encoding: chunked\r\n",
		"Transfer-Encoding: identity\r\n", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding:\r\n",
	};
	size_t size = 99;

	cr_assert(body_of("", &size) && size == 0);
	cr_assert(body_of("Content-Length: 0\r\n", &size) && size == 0);
	cr_assert(body_of("Content-Length: 0012\r\n", &size) && size == 12);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert(!body_of(bad[i], &size), "%s", bad[i]);
}

Test(head, finds_tokens_in_lists)
{
	cr_assert_eq(parse("GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nConnection: TE\r\n\r\n"), 0);
	cr_assert(head_has_token(&head, "connection", "upgrade"));
	cr_assert(head_has_token(&head, "connection", "te"));
	cr_assert(!head_has_token(&head, "connection", "keep"));
	cr_assert(!head_has_token(&head, "connection", "upgrade2"));
}
