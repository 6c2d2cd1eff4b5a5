/* view.h - a board or a thread as a client holds it: a snapshot, and then event by event. */
#ifndef CLIENTS_LOAD_VIEW_H
#define CLIENTS_LOAD_VIEW_H
#include "clients/load/scan.h"

struct view;

enum stream_kind { STREAM_BOARD, STREAM_THREAD };

struct view *view_create(enum stream_kind kind); /* empty, as before a stream's first event */
void view_destroy(struct view *v);               /* NULL is fine */

/* Fills an empty view. A thread's snapshot holds its latest posts only; earlier ones then do not count in comparisons. */
bool view_take_snapshot(struct view *v, struct span snapshot);
/* False: no such event is known, or what it speaks of is not there. */
bool view_apply(struct view *v, struct span type, struct span body);
/* False: they differ, and `ret_how` says where. */
bool view_equals(const struct view *a, const struct view *b, char *ret_how, size_t size);
#endif
