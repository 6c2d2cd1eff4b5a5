/* recent.h - who has written lately on this node: they read from the primary until the replica has what they wrote. */
#ifndef RPC_RECENT_H
#define RPC_RECENT_H
#include <stdint.h>

struct recent;
struct recent *recent_create(void); /* NULL: out of memory */
void recent_destroy(struct recent *r); /* NULL is fine */

void recent_note(struct recent *r, const char *member, int64_t now_ms); /* without memory for it nobody may read old things for a while */
int64_t recent_ms(const struct recent *r, const char *member);          /* when last; 0: not for long */
void recent_sweep(struct recent *r, int64_t before_ms);                 /* forgets who wrote before */
#endif
