/* op.h - every call that the load client makes, from when it was due to its answer, and the ids by which it is known again
 * in what others hear.
 *
 * A change's `op` is a UUIDv7 (RFC 9562, 5.7) whose random bits are this run's own number and the call's index, so that
 * an event's op leads to the call without any table. */
#ifndef CLIENTS_LOAD_OP_H
#define CLIENTS_LOAD_OP_H
#include "clients/load/scan.h"
#include <stdint.h>

enum op_kind {
	OP_MOVE, OP_CREATE, OP_EDIT, OP_RECOLOUR, OP_DELETE, /* of cards */
	OP_POST,
	OP_WRITES, /* those above change something */
	OP_LIST = OP_WRITES, OP_OPEN,
	OP_KINDS,
};
extern const char *const op_methods[OP_KINDS];

enum op_state {
	OP_SENT,    /* or held back by a lost connection */
	OP_WAITING, /* refused for the moment: will be sent again */
	OP_ACKED, OP_REFUSED, OP_UNKNOWN,
};

#define OP_NONE UINT32_MAX

struct op {
	int64_t due;  /* clock_ns() when it should have been sent */
	uint64_t seq; /* of its event, as acknowledged; 0: not, or no change */
	uint64_t seen; /* of its event, as heard; 0: not */
	uint32_t user, next; /* whose, and that user's next one under way */
	uint32_t object, argument; /* card of the board; revision */
	uint16_t stream;
	uint8_t kind, state;
	bool was_resent;
};

struct ops {
	struct op **chunks;
	uint32_t count;
	uint64_t run;       /* 42 bits: this run's own number */
	int64_t realtime_0; /* clock_ns() 0 in milliseconds since 1970 */
};

#define ID_TEXT 37

void ops_init(struct ops *ops, uint64_t random);
void ops_finish(struct ops *ops);
uint32_t ops_add(struct ops *ops, const struct op *op); /* its index */
struct op *ops_get(const struct ops *ops, uint32_t index);

char *op_id(const struct ops *ops, uint32_t index, char ret_id[ID_TEXT]);
char *op_object_id(const struct ops *ops, uint32_t index, char ret_id[ID_TEXT]); /* of what the call makes */
uint32_t op_of_id(const struct ops *ops, struct span text); /* OP_NONE: not one of ours */
#endif
