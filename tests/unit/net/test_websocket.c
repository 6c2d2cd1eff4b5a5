/* test_websocket.c - what net/ does with frames (security.md T8, P1). */
#include "harness.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct server server;
static struct message m;

static void start(void)
{
	struct net_config config = server_config();

	server = server_start(&config);
}

static void stop(void)
{
	server_stop(&server);
}

TestSuite(websocket, .init = start, .fini = stop, .timeout = 60);

static void expect_echo(int fd, const char *text, size_t len)
{
	cr_assert(ws_read(fd, &m, 5000), "no echo of %zu octets", len);
	cr_assert(m.opcode == 1 && m.len == len && memcmp(m.data, text, len) == 0, "%zu came back as %zu", len, m.len);
}

Test(websocket, echoes_every_size)
{
	static const size_t sizes[] = { 0, 1, 125, 126, 127, 128, 511, 512, 513, 4096, 65535, 65536 };
	static char text[65536];
	int fd = ws_open(&server);

	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		ws_send(fd, 0x81, text, sizes[i]);
		expect_echo(fd, text, sizes[i]);
	}
	close(fd);
}

Test(websocket, echoes_what_comes_octet_by_octet)
{
	static const size_t sizes[] = { 0, 5, 125, 126, 127, 128, 65535, 65536 };
	static char text[65536], out[65560];
	int fd = ws_open(&server);

	memset(text, 'b', sizeof(text));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t n = ws_frame(out, 0x81, text, sizes[i]);

		for (size_t at = 0; at < n; at++) {
			client_send(fd, out + at, 1);
			if (at < 256 && at % 16 == 0)
				usleep(1000); /* the head and what is around it come apart for sure */
		}
		expect_echo(fd, text, sizes[i]);
	}
	close(fd);
}

Test(websocket, puts_fragments_together)
{
	static char text[60000];
	int fd = ws_open(&server);

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i % 26);
	for (size_t pieces = 2; pieces <= 64; pieces *= 2) {
		size_t piece = sizeof(text) / pieces, at = 0;

		for (size_t i = 0; i < pieces; i++) {
			size_t len = i + 1 == pieces ? sizeof(text) - at : piece;

			ws_send(fd, (i == 0 ? 0x01 : 0x00) | (i + 1 == pieces ? 0x80 : 0), text + at, len);
			at += len;
			if (i == 0) { /* a ping between fragments is answered between them */
				ws_send(fd, 0x89, "now", 3);
				cr_assert(ws_read_frame(fd, &m, 2000) && m.opcode == 10 && strcmp(m.data, "now") == 0);
			}
		}
		expect_echo(fd, text, sizeof(text));
	}
	ws_send(fd, 0x01, "", 0); /* empty ones, first, between and last */
	ws_send(fd, 0x00, "a", 1);
	ws_send(fd, 0x00, "", 0);
	ws_send(fd, 0x00, "b", 1);
	ws_send(fd, 0x80, "", 0);
	expect_echo(fd, "ab", 2);
	close(fd);
}

static int closing[64];
static size_t closing_count;

static void expect_code(int fd, int code, const char *what)
{
	int got = ws_close_code(fd, 3000);

	cr_assert_eq(got, code, "%s: %d", what, got);
	ws_send(fd, 0x88, "\x03\xe8", 2);
	closing[closing_count++] = fd;
}

/* Some wait for an answer to the close frame that they cannot read any more: all are gone after 5 s. */
static void expect_all_closed(void)
{
	for (size_t i = 0; i < closing_count; i++) {
		cr_assert(client_is_closed(closing[i], 6000));
		close(closing[i]);
	}
}

Test(websocket, bounds_messages)
{
	static char text[65537];
	int fd = ws_open(&server);

	memset(text, 'c', sizeof(text));
	ws_send(fd, 0x81, text, 65537);
	expect_code(fd, 1009, "65,537 octets");
	fd = ws_open(&server); /* 2^62 announced: refused with its first octets, nothing is kept for it */
	client_send(fd, "\x81\xff\x40\0\0\0\0\0\0\0\1\2\3\4abcdefgh", 22);
	expect_code(fd, 1009, "2^62 announced");
	fd = ws_open(&server);
	ws_send(fd, 0x01, text, 40000);
	client_send(fd, "\x80\xfe\x90\x00\1\2\3\4abcdefgh", 16); /* 36,864 more announced */
	expect_code(fd, 1009, "over its fragments");
	fd = ws_open(&server);
	for (int i = 0; i < 65; i++)
		ws_send(fd, i == 0 ? 0x01 : 0x00, "d", 1);
	expect_code(fd, 1009, "65 fragments");
	expect_all_closed();
}

Test(websocket, fails_bad_framing)
{
	static const struct {
		const char *bytes, *what;
		size_t len;
	} rows[] = {
		{ "\xc1\x80\1\2\3\4", "RSV1", 6 },
		{ "\xa1\x80\1\2\3\4", "RSV2", 6 },
		{ "\x91\x80\1\2\3\4", "RSV3", 6 },
		{ "\x83\x80\1\2\3\4", "opcode 3", 6 },
		{ "\x84\x80\1\2\3\4", "opcode 4", 6 },
		{ "\x85\x80\1\2\3\4", "opcode 5", 6 },
		{ "\x86\x80\1\2\3\4", "opcode 6", 6 },
		{ "\x87\x80\1\2\3\4", "opcode 7", 6 },
		{ "\x8b\x80\1\2\3\4", "opcode 11", 6 },
		{ "\x8c\x80\1\2\3\4", "opcode 12", 6 },
		{ "\x8d\x80\1\2\3\4", "opcode 13", 6 },
		{ "\x8e\x80\1\2\3\4", "opcode 14", 6 },
		{ "\x8f\x80\1\2\3\4", "opcode 15", 6 },
		{ "\x80\x81\1\2\3\4a", "continuation without a start", 7 },
		{ "\x00\x81\1\2\3\4a", "continuation without a start, more to come", 7 },
		{ "\x01\x81\1\2\3\4a\x81\x81\1\2\3\4a", "start inside a message", 14 },
		{ "\x09\x80\1\2\3\4", "fragmented ping", 6 },
		{ "\x08\x80\1\2\3\4", "fragmented close", 6 },
		{ "\x89\xfe\x00\x7e\1\2\3\4", "ping of 126", 8 },
		{ "\x88\xfe\x00\x7e\1\2\3\4", "close of 126", 8 },
		{ "\x81\xff\x80\0\0\0\0\0\0\0\1\2\3\4a", "length with its highest bit", 15 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fd = ws_open(&server);

		client_send(fd, rows[i].bytes, rows[i].len);
		expect_code(fd, 1002, rows[i].what);
	}
	expect_all_closed();
}

Test(websocket, takes_text_only)
{
	int fd = ws_open(&server);

	ws_send(fd, 0x82, "binary", 6);
	expect_code(fd, 1003, "binary");
	fd = ws_open(&server);
	ws_send(fd, 0x82, "", 0);
	expect_code(fd, 1003, "empty binary");
	expect_all_closed();
}

Test(websocket, answers_pings)
{
	char payload[125];
	int fd = ws_open(&server);

	memset(payload, 'p', sizeof(payload));
	for (size_t len = 0; len <= 125; len += 25) {
		ws_send(fd, 0x89, payload, len);
		cr_assert(ws_read_frame(fd, &m, 2000) && m.opcode == 10 && m.len == len && memcmp(m.data, payload, len) == 0);
	}
	ws_send(fd, 0x8a, "unasked", 7);
	ws_text(fd, "on");
	expect_echo(fd, "on", 2);
	close(fd);
}

Test(websocket, checks_utf8_over_fragments)
{
	static const char good[] = "\xe2\x82\xac \xf0\x9f\x8f\xa0 \xc3\xa5";
	static const char *const bad[] = { "a\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5", "\xe0\x80\x80", "ab\x80" };
	int fd = ws_open(&server);

	for (size_t i = 0; i <= strlen(good); i++) {
		ws_send(fd, 0x01, good, i);
		ws_send(fd, 0x80, good + i, strlen(good) - i);
		expect_echo(fd, good, strlen(good));
	}
	close(fd);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fd = ws_open(&server);
		ws_text(fd, bad[i]);
		expect_code(fd, 1007, "whole");
		fd = ws_open(&server); /* at the first bad octet: the message is not finished */
		ws_send(fd, 0x01, bad[i], strlen(bad[i]));
		expect_code(fd, 1007, "unfinished");
	}
	fd = ws_open(&server);
	ws_text(fd, "cut off \xe2\x82");
	expect_code(fd, 1007, "cut off");
	fd = ws_open(&server);
	ws_send(fd, 0x01, "cut off \xe2\x82", 10);
	ws_send(fd, 0x80, "", 0);
	expect_code(fd, 1007, "cut off before an empty last fragment");
	expect_all_closed();
}

static int echo_of(int code)
{
	char payload[8] = { (char)(code >> 8), (char)code, 'b', 'y', 'e' };
	int fd = ws_open(&server), got;

	ws_send(fd, 0x88, payload, 5);
	got = ws_close_code(fd, 3000);
	cr_assert(client_is_closed(fd, 6000), "closed within 5 s");
	close(fd);
	return got;
}

Test(websocket, echoes_close_codes_that_may_be_sent)
{
	static const int good[] = { 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999 };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		cr_assert_eq(echo_of(good[i]), good[i], "%d", good[i]);
}

Test(websocket, refuses_other_close_frames, .timeout = 200)
{
	static const int bad[] = { 0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535 };
	int fds[sizeof(bad) / sizeof(bad[0])], fd;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char payload[2] = { (char)(bad[i] >> 8), (char)bad[i] };

		fds[i] = ws_open(&server);
		ws_send(fds[i], 0x88, payload, 2);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_code(fds[i], 1002, "a code that may not be sent");
	fd = ws_open(&server);
	ws_send(fd, 0x88, "\x03", 1);
	expect_code(fd, 1002, "one octet");
	fd = ws_open(&server);
	ws_send(fd, 0x88, "\x03\xe8\xff", 3);
	expect_code(fd, 1007, "reason no UTF-8");
	fd = ws_open(&server);
	ws_send(fd, 0x88, "", 0);
	cr_assert_eq(ws_close_code(fd, 2000), 0, "empty is echoed empty");
	close(fd);
	expect_all_closed();
}

Test(websocket, hears_nothing_after_a_close)
{
	char out[256];
	size_t n;
	int fd = ws_open(&server);

	n = ws_frame(out, 0x88, "\x03\xe8", 2);
	n += ws_frame(out + n, 0x81, "after", 5);
	client_send(fd, out, n);
	while (ws_read_frame(fd, &m, 2000))
		cr_assert(m.opcode == 8, "only the echo of the close");
	close(fd);
}

Test(websocket, survives_a_frame_cut_anywhere)
{
	char out[300];
	size_t n = ws_frame(out, 0x81, "a message that is cut off somewhere, and its sender is gone", 59);
	int fd;

	for (size_t at = 0; at <= n; at++) {
		fd = ws_open(&server);
		client_send(fd, out, at);
		close(fd);
	}
	n = ws_frame(out, 0x88, "\x03\xe8 bye", 6);
	for (size_t at = 0; at <= n; at++) {
		fd = ws_open(&server);
		client_send(fd, out, at);
		close(fd);
	}
	fd = ws_open(&server);
	ws_text(fd, "alive");
	expect_echo(fd, "alive", 5);
	close(fd);
}

Test(websocket, sends_what_is_big_in_fragments)
{
	int fd = ws_open(&server);

	ws_text(fd, "reply 1 150000");
	cr_assert(ws_read_frame(fd, &m, 2000));
	cr_assert(m.opcode == 1 && !m.is_final && m.len < 16384);
	while (!m.is_final)
		cr_assert(ws_read_frame(fd, &m, 2000) && m.opcode == 0);
	ws_text(fd, "reply 1 150000");
	cr_assert(ws_read(fd, &m, 2000) && m.len == 150000);
	close(fd);
}
