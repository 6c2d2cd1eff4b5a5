/* seats.h - how many connections each member has open on this node, so that nobody takes all of them (T4). */
#ifndef RPC_SEATS_H
#define RPC_SEATS_H
#include <stdbool.h>
struct seats;

struct seats *seats_create(int max_per_member); /* 0: any number; NULL: out of memory */
void seats_destroy(struct seats *s);            /* NULL is fine */
bool seats_take(struct seats *s, const char *member); /* false: that member has as many as may be */
void seats_give(struct seats *s, const char *member);
#endif
