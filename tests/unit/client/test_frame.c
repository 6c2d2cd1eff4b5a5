#include "clients/lib/frame.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const size_t lens[] = { 0, 1, 7, 8, 125, 126, 127, 65535, 65536, 100003 };
#define LENS (sizeof lens / sizeof *lens)

/* What a server would make of it, by RFC 6455, 5.2 and 5.3. */
static size_t unmask(const uint8_t *frame, uint8_t *ret_payload)
{
	size_t len = frame[1] & 0x7f, head = 2;

	cr_assert(frame[1] & 0x80, "masked");
	if (len >= 126) {
		int wide = len == 126 ? 2 : 8;

		len = 0;
		for (int i = 0; i < wide; i++)
			len = len << 8 | frame[head++];
	}
	for (size_t i = 0; i < len; i++)
		ret_payload[i] = frame[head + 4 + i] ^ frame[head + i % 4];
	return head + 4 + len;
}

Test(frame, a_masked_frame_holds_its_payload)
{
	static const uint8_t mask[4] = { 1, 2, 200, 255 };

	for (size_t i = 0; i < LENS; i++) {
		uint8_t *payload = malloc(lens[i] + 1), *frame = malloc(FRAME_HEAD_MAX + lens[i]), *back = malloc(lens[i] + 1);
		size_t len;

		for (size_t k = 0; k < lens[i]; k++)
			payload[k] = (uint8_t)(k * 31);
		len = frame_write(frame, WS_FIN | WS_TEXT, payload, lens[i], mask);
		cr_assert_eq(frame[0], 0x81);
		cr_assert_eq(unmask(frame, back), len);
		cr_assert_eq(memcmp(back, payload, lens[i]), 0, "%zu", lens[i]);
		free(payload);
		free(frame);
		free(back);
	}
}

/* A server's frame: as written above, without the mask. */
static size_t server_frame(uint8_t *to, size_t len)
{
	uint8_t *masked = malloc(FRAME_HEAD_MAX + len), *payload = calloc(1, len + 1);
	size_t total = frame_write(masked, WS_FIN | WS_TEXT, payload, len, (uint8_t[4]){ 0 }), head = total - len - 4;

	memcpy(to, masked, head);
	to[1] &= 0x7f;
	memset(to + head, 'x', len);
	free(masked);
	free(payload);
	return head + len;
}

Test(frame, a_frame_is_part_until_it_is_whole)
{
	for (size_t i = 0; i < LENS; i++) {
		uint8_t *bytes = malloc(FRAME_HEAD_MAX + lens[i]);
		size_t total = server_frame(bytes, lens[i]);
		struct frame f;

		for (size_t there = 0; there < total; there += there < 20 ? 1 : 4099) {
			uint8_t *exactly = malloc(there + 1);

			memcpy(exactly, bytes, there);
			cr_assert_eq(frame_read(exactly, there, 1 << 20, &f), FRAME_PART);
			cr_assert(f.total == total || (f.total == 0 && there < 10));
			free(exactly);
		}
		cr_assert_eq(frame_read(bytes, total, 1 << 20, &f), FRAME_WHOLE);
		cr_assert(f.total == total && f.len == lens[i] && f.is_last && f.opcode == WS_TEXT);
		if (lens[i])
			cr_assert_eq(frame_read(bytes, total, lens[i] - 1, &f), FRAME_WRONG, "longer than we take");
		free(bytes);
	}
}

Test(frame, what_no_server_sends_is_wrong)
{
	static const uint8_t bad[][4] = { { 0xc1, 0 }, { 0x81, 0x81 }, { 0x08, 0 }, { 0x89, 126, 0, 200 }, { 0x91, 0 } };
	struct frame f;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		cr_assert_eq(frame_read(bad[i], 4, 1 << 20, &f), FRAME_WRONG, "%zu", i);
}
