/* presence.h - who is where, cursors, drags in flight: never stored, coalesced per tick, newest wins. */
#ifndef STREAM_PRESENCE_H
#define STREAM_PRESENCE_H
#include "stream/access.h"
#include "protocol/stream.h"
#include <jansson.h>
struct loop; struct bus; struct presence;

#define PRESENCE_TICK_MS 50
#define PRESENCE_ROOM (KD_PRESENT_MAX / 4) /* so many must have left a full list before others come onto it */
#define PRESENCE_CROWD 16    /* where more than so many are, who comes and goes is told each CROWD_TICKS only, all at once */
#define PRESENCE_CROWD_TICKS 5
#define PRESENCE_DOUBT_MS 2000 /* for a node to say again who is with it */

/* A presence.changed message for everyone who looks at `stream`; `left` are those of its connections that went (borrowed),
 * for who cannot be sent it now. */
typedef void presence_send(void *owner, const char *stream, const char *text, size_t len, const json_t *left);

/* There is room again on a list that was full: who is here is put on it (presence_come). */
typedef void presence_fill(void *owner, const char *stream);

struct presence *presence_create(struct loop *loop, presence_send *send, presence_fill *fill, void *owner);
void presence_destroy(struct presence *p);
void presence_set_bus(struct presence *p, struct bus *bus);

/* `key` names the connection on all nodes. `state` holds what the person says of themselves (cursor, held, editing,
 * typing); taken; NULL: just here. Joining twice only renews. A stream shows KD_PRESENT_MAX of those who look at it: who comes to
 * more is not told of, until there is room (`fill`). */
void presence_put(struct presence *p, const char *stream, const char *key, const struct caller *c, json_t *state);
bool presence_come(struct presence *p, const char *stream, const char *key, const struct caller *c); /* unless shown already; false: no room */
void presence_leave(struct presence *p, const char *stream, const char *key);
/* Who is there, as the text of a JSON array without the asker; borrowed until the next call into presence. Put together once for
 * all who ask between two changes. */
const char *presence_list(struct presence *p, const char *stream, const char *but_key);
void presence_rest(struct presence *p); /* each second or so: lists that nobody has asked for lately take no memory */
void presence_follow(struct presence *p, const char *stream); /* somebody looks at it here: others' people are kept, even before ours has come */
void presence_forget_stream(struct presence *p, const char *stream); /* nobody looks at it here any more */

/* From the bus. */
void presence_heard(struct presence *p, const char *node, const json_t *streams);
void presence_tell(struct presence *p, const char *stream); /* another node asks who is here */
void presence_tell_all(struct presence *p);                 /* a node has come that knows nothing of ours */
void presence_doubt(struct presence *p, const char *node);  /* words of this node (NULL: of any) may have been lost: who is not said again goes */
void presence_lose_node(struct presence *p, const char *node);
#endif
