/* link.h - one libpq connection on the loop: connecting without blocking, its descriptor watched, what waits
 * to be sent flushed. It knows no queries: conn.c and listen.c do.
 *
 * libpq may change its descriptor while it connects and closes it in PQfinish; the watch never outlives
 * either. */
#ifndef DB_LINK_H
#define DB_LINK_H
#include "db/hosts.h"
#include "loop/loop.h"
#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

struct link;

/* All run from the loop, never from inside a call of this header. Each may call link_close. */
struct link_events {
	void (*opened)(struct link *link);                /* connected: what is sent now arrives */
	void (*readable)(struct link *link);              /* results or notifications may have come */
	void (*lost)(struct link *link, const char *why); /* refused or gone; the owner calls link_close */
};

enum link_state { LINK_CLOSED, LINK_CONNECTING, LINK_OPEN, LINK_BROKEN };

struct link {
	struct loop *loop;
	const struct link_events *events;
	enum link_state state;
	PGconn *pg;
	struct watch *watch;
	struct hosts *hosts; /* the owner's */
	int64_t moved_ms;    /* while connecting: the last time that it got on */
	struct task task; /* a step that must not run inside the caller's */
	bool was_open;    /* when it broke: the server's last words may wait in libpq's buffer */
	char why[160];    /* it broke */
};

void link_init(struct link *link, struct loop *loop, const struct link_events *events);
/* `wanted` is libpq's target_session_attrs, unless the conninfo says otherwise. `hosts` outlives the link. */
void link_start(struct link *link, struct hosts *hosts, const char *wanted, const char *application);
/* Breaks a link whose host lets it wait while it connects; the next one begins with another host. */
void link_check(struct link *link, int64_t now_ms);
void link_flush(struct link *link); /* after each PQsend… */
void link_again(struct link *link); /* `readable` on a later step: there was more than one turn's worth */
void link_break(struct link *link, const char *why); /* `lost` follows on a later step */
void link_pass(struct link *link, const char *why);  /* the same, and this host is not the next to be tried */
void link_close(struct link *link);                  /* silently; may be started again */
#endif
