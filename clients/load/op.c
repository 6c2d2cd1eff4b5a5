/* op.c - the table of calls, and ids that hold their index. */
#include "clients/load/op.h"
#include "clients/load/clock.h"
#include "clients/load/value.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 65536
#define CHUNKS_MAX 65535 /* so that OP_NONE stays free */
#define RUN_BITS UINT64_C(0x3ffffffffff)
#define OBJECT_MARK UINT64_C(0x155) /* in the run's number: ids of objects are none of ops */

const char *const op_methods[OP_KINDS] = {
	[OP_MOVE] = "card.move", [OP_CREATE] = "card.create", [OP_EDIT] = "card.edit", [OP_RECOLOUR] = "card.recolour",
	[OP_DELETE] = "card.delete", [OP_POST] = "post.create", [OP_LIST] = "thread.list", [OP_OPEN] = "stream.open",
};

void ops_init(struct ops *ops, uint64_t random)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	*ops = (struct ops){ .run = random & RUN_BITS, .chunks = calloc(CHUNKS_MAX, sizeof(struct op *)) };
	ops->realtime_0 = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 - clock_ns() / NS_PER_MS;
	if (!ops->chunks)
		abort();
}

void ops_finish(struct ops *ops)
{
	for (uint32_t i = 0; i * (uint64_t)CHUNK < ops->count; i++)
		free(ops->chunks[i]);
	free(ops->chunks);
}

uint32_t ops_add(struct ops *ops, const struct op *op)
{
	uint32_t index = ops->count;

	if (index % CHUNK == 0 && (index / CHUNK == CHUNKS_MAX || !(ops->chunks[index / CHUNK] = malloc(CHUNK * sizeof *op))))
		abort();
	ops->count++;
	ops->chunks[index / CHUNK][index % CHUNK] = *op;
	return index;
}

struct op *ops_get(const struct ops *ops, uint32_t index)
{
	return &ops->chunks[index / CHUNK][index % CHUNK];
}

static char *id_write(const struct ops *ops, uint32_t index, uint64_t run, char ret_id[ID_TEXT])
{
	uint64_t ms = (uint64_t)(ops->realtime_0 + ops_get(ops, index)->due / NS_PER_MS);
	uint64_t high = ms << 16 | 0x7000 | (run >> 30);
	uint64_t low = UINT64_C(0x8000000000000000) | (run & 0x3fffffff) << 32 | index;

	snprintf(ret_id, ID_TEXT, "%08llx-%04llx-%04llx-%04llx-%012llx", (unsigned long long)(high >> 32),
	        (unsigned long long)(high >> 16 & 0xffff), (unsigned long long)(high & 0xffff),
	        (unsigned long long)(low >> 48), (unsigned long long)(low & 0xffffffffffff));
	return ret_id;
}

char *op_id(const struct ops *ops, uint32_t index, char ret_id[ID_TEXT])
{
	return id_write(ops, index, ops->run, ret_id);
}

char *op_object_id(const struct ops *ops, uint32_t index, char ret_id[ID_TEXT])
{
	return id_write(ops, index, ops->run ^ OBJECT_MARK, ret_id);
}

uint32_t op_of_id(const struct ops *ops, struct span text)
{
	uint64_t run, index;
	uint8_t b[16];

	if (!uuid_read(text, b) || b[6] >> 4 != 7)
		return OP_NONE;
	run = (uint64_t)(b[6] & 0xf) << 38 | (uint64_t)b[7] << 30 | (uint64_t)(b[8] & 0x3f) << 24 | (uint64_t)b[9] << 16 |
	      (uint64_t)b[10] << 8 | b[11];
	index = (uint64_t)b[12] << 24 | (uint64_t)b[13] << 16 | (uint64_t)b[14] << 8 | b[15];
	return run == ops->run && index < ops->count ? (uint32_t)index : OP_NONE;
}
