/* methods.c - every noun's methods, events, notices and snapshots in one place. */
#include "protocol/account.h"
#include "protocol/board.h"
#include "protocol/board_import.h"
#include "protocol/lock.h"
#include "protocol/people.h"
#include "protocol/stream.h"
#include "protocol/talk.h"
#include "protocol/template.h"
#include "protocol/timer.h"
#include "protocol/vote.h"
#include "protocol/writing.h"
#include <string.h>

const struct kd_method *const *const kd_method_tables[] = {
	kd_account_methods, kd_people_methods, kd_talk_methods, kd_board_methods, kd_lock_methods, kd_timer_methods, kd_vote_methods, kd_writing_methods, kd_template_methods,
	kd_board_import_methods, kd_stream_methods, NULL,
};

const struct kd_event *const *const kd_event_tables[] = {
	kd_account_events, kd_people_events, kd_talk_events, kd_board_events, kd_lock_events, kd_timer_events, kd_vote_events, kd_writing_events, NULL,
};

const struct kd_notice *const kd_notices[] = {
	&kd_stream_events, &kd_stream_closed, &kd_presence_changed, &kd_hint, NULL,
};

const struct kd_snapshot kd_snapshots[] = {
	{ "space", kd_space_snapshot_fields, sizeof(struct kd_space_snapshot) },
	{ "thread", kd_thread_snapshot_fields, sizeof(struct kd_thread_snapshot) },
	{ "board", kd_board_snapshot_fields, sizeof(struct kd_board_snapshot) },
	{ NULL, NULL, 0 },
};

/* A row after the other: there are some dozens, and the server keeps an index of its own by binding. */
const struct kd_method *kd_method_find(const char *name)
{
	for (const struct kd_method *const *const *table = kd_method_tables; *table; table++)
		for (const struct kd_method *const *m = *table; *m; m++)
			if (strcmp((*m)->name, name) == 0)
				return *m;
	return NULL;
}

const struct kd_event *kd_event_find(const char *name)
{
	for (const struct kd_event *const *const *table = kd_event_tables; *table; table++)
		for (const struct kd_event *const *e = *table; *e; e++)
			if (strcmp((*e)->name, name) == 0)
				return *e;
	return NULL;
}
