/* test_queue.c - the ring of waiting frames and the octets it makes. */
#include "net/queue.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct frame *frame_of(size_t len)
{
	char *text = malloc(len + 1);
	struct frame *f;

	for (size_t i = 0; i < len; i++)
		text[i] = (char)('a' + i % 26);
	f = frame_create(text, len);
	free(text);
	return f;
}

/* Reads the frames that `bytes` hold, as a client would; adds up their payload. */
static int frames_read(const char *bytes, size_t len, size_t *payload)
{
	int n = 0;

	for (size_t at = 0; at < len; n++) {
		size_t size = (unsigned char)bytes[at + 1], head = 2;

		if (size == 126) {
			size = (size_t)(unsigned char)bytes[at + 2] << 8 | (unsigned char)bytes[at + 3];
			head = 4;
		}
		cr_assert(size < 126 || head == 4);
		at += head + size;
		cr_assert(at <= len);
		*payload += size;
	}
	return n;
}

#define OUT_SIZE (2 * QUEUE_PIECE_MAX)

/* What a socket that takes everything would get in one write of QUEUE_PIECE_MAX octets or a piece more. */
static size_t queue_gather(struct queue *q, char *out, size_t cap, size_t *frames)
{
	struct queue_piece pieces[64];
	size_t n = queue_peek(q, pieces, 64, QUEUE_PIECE_MAX), len = 0;

	for (size_t i = 0; i < n; i++) {
		memcpy(out + len, pieces[i].head, pieces[i].head_len);
		memcpy(out + len + pieces[i].head_len, pieces[i].data, pieces[i].len);
		len += pieces[i].head_len + pieces[i].len;
		cr_assert_leq(len, cap);
	}
	*frames += queue_take(q, n);
	return len;
}

Test(queue, gathers_many_in_one_write)
{
	struct queue q = { 0 };
	struct frame *f = frame_of(200);
	char out[OUT_SIZE];
	size_t frames = 0, payload = 0, n;

	for (int i = 0; i < 50; i++)
		cr_assert(queue_push(&q, f, 0));
	cr_assert_eq(q.bytes, 50 * queue_cost(f));
	n = queue_gather(&q, out, sizeof(out), &frames);
	cr_assert_eq(frames, 50);
	cr_assert_eq(frames_read(out, n, &payload), 50);
	cr_assert_eq(payload, 50 * 200);
	cr_assert_eq(q.bytes, 0);
	cr_assert_eq(queue_gather(&q, out, sizeof(out), &frames), 0);
	cr_assert_eq(f->refs, 1);
	frame_unref(f);
	queue_finish(&q);
}

Test(queue, splits_what_is_too_big)
{
	static const size_t sizes[] = { 0, 125, 126, 16379, 16380, 16381, 16384, 65535, 65536, 200000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct queue q = { 0 };
		struct frame *f = frame_of(sizes[i]), *small = frame_of(3);
		char out[OUT_SIZE];
		size_t frames = 0, payload = 0, n, last = 0;
		int pieces = 0;

		queue_push(&q, small, 0);
		queue_push(&q, f, 0);
		queue_push(&q, small, 0);
		while ((n = queue_gather(&q, out, sizeof(out), &frames))) {
			last = q.bytes;
			pieces += frames_read(out, n, &payload);
			cr_assert((out[0] & 0x0f) == (payload == sizes[i] ? 0 : out[0] & 0x0f));
		}
		cr_assert_eq(last, 0);
		cr_assert_eq(frames, 3);
		cr_assert_eq(payload, sizes[i] + 6);
		cr_assert(pieces >= 3 && (sizes[i] < 16381 || pieces > 3));
		cr_assert(f->refs == 1 && small->refs == 1);
		frame_unref(f);
		frame_unref(small);
		queue_finish(&q);
	}
}

Test(queue, drops_by_tag_but_not_what_has_begun_to_leave)
{
	struct queue q = { 0 };
	struct frame *big = frame_of(40000), *f = frame_of(10);
	char out[OUT_SIZE];
	size_t frames = 0, payload = 0, n;

	queue_push(&q, big, 7);
	for (uint32_t i = 0; i < 30; i++)
		queue_push(&q, f, i % 3 == 0 ? 7 : i % 3);
	queue_gather(&q, out, sizeof(out), &frames);
	cr_assert(q.sent > 0);
	cr_assert_eq(queue_drop(&q, 7), 10);
	cr_assert_eq(queue_drop(&q, 1), 10);
	while ((n = queue_gather(&q, out, sizeof(out), &frames)))
		frames_read(out, n, &payload);
	cr_assert_eq(frames, 11);
	cr_assert_eq(q.bytes, 0);
	cr_assert(big->refs == 1 && f->refs == 1);
	frame_unref(big);
	frame_unref(f);
	queue_finish(&q);
}

Test(queue, gives_everything_back)
{
	struct queue q = { 0 };
	struct frame *f = frame_of(5);

	for (int i = 0; i < 1000; i++)
		queue_push(&q, f, (uint32_t)i);
	for (uint32_t i = 0; i < 1000; i += 2)
		cr_assert_eq(queue_drop(&q, i), 1);
	queue_finish(&q);
	cr_assert_eq(f->refs, 1);
	frame_unref(f);
	frame_unref(NULL);
}
