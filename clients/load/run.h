/* run.h - everything of one run: who is connected, what they do, and what has been measured. */
#ifndef CLIENTS_LOAD_RUN_H
#define CLIENTS_LOAD_RUN_H
#include "clients/load/clock.h"
#include "clients/load/conn.h"
#include "clients/load/cpu.h"
#include "clients/load/histogram.h"
#include "clients/load/journal.h"
#include "clients/load/reach.h"
#include "clients/load/schedule.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#define STREAMS_A_USER 2
#define SECTIONS 4
#define UNDER_WAY_MAX 48 /* calls of one connection: below limit.calls */

enum phase { PHASE_RAMP, PHASE_WARMUP, PHASE_MEASURE, PHASE_DRAIN, PHASE_SETTLE, PHASE_DONE };

struct card {
	char id[ID_TEXT];
	uint32_t revision;
	bool is_there, is_busy; /* busy: a call under way would clash with another */
};

struct board {
	char id[ID_TEXT];
	char sections[SECTIONS][ID_TEXT];
	int section_count;
	struct card *cards;
	uint32_t count, size, there;
};

enum user_state { USER_AWAY, USER_CONNECTING, USER_OPENING, USER_READY };

struct subscription {
	uint64_t seq;
	uint16_t stream;
	bool is_live, has_begun; /* begun: seq means something */
};

struct user {
	struct conn conn; /* first: hooks get it */
	struct timer due, again, beat; /* next call, next try (to connect or to send again), next presence */
	struct subscription streams[STREAMS_A_USER];
	struct schedule schedule;
	int64_t lost_at;  /* when the connection was lost; 0: it was not */
	int64_t began_at; /* connecting */
	uint32_t index, under_way, first_op;
	uint16_t url, tries;
	uint8_t state, stream_count;
	bool is_writer, is_slow, is_hostile, drags;
};

struct stats {
	struct histogram ack, delivery, read, back, connect, presence, late;
	uint64_t sent, acked, refused, resent, deferred; /* deferred: told to try again */
	uint64_t refusals[16];                         /* by code, see refusal_words */
	uint64_t deliveries, delivery_frames;          /* events and frames, within the measuring */
	uint64_t presence_sent, presence_heard, notices;
	uint64_t lost, failed_connects, behind, reads_done, hostile_acts, hostile_closed, bad_answers;
	uint64_t acked_measured, reads_measured, unknown;
	char last_loss[200];
};

struct run {
	struct options o;
	struct loop loop;
	struct net net;
	struct random random;
	struct ops ops;
	struct wrongs wrongs;
	struct journal *streams;
	int stream_count;
	struct board *boards; /* streams 0 … boards - 1 */
	char (*threads)[ID_TEXT]; /* streams after them */
	struct user *users; /* clients, then the hostile */
	uint32_t user_count;
	struct tokens tokens;
	struct conn_target targets[URLS_MAX];
	struct stats stats;
	enum phase phase;
	int64_t began, ramp_ends, measure_begins, measure_ends, drain_begins;
	uint32_t arrived, ready, live; /* users who began; have all open; hostile count in neither */
	uint64_t under_way;
	struct timer tick, next_phase, arrival, storm;
	struct cpu cpu_start, cpu_before, cpu_after; /* with nobody there; around the measuring */
	uint64_t bytes_before, bytes_after;
	FILE *record;
	double mix_total;
	bool has_failed; /* could not be run to its end */
};

extern struct run *the_run; /* there is one a process */

static inline bool is_measured(const struct run *r, int64_t due)
{
	return due >= r->measure_begins && due < r->measure_ends;
}

/* calls.c */
extern const char *const refusal_words[16];
int refusal_of(struct span word);     /* its place among them */
bool may_work(const struct run *r);
void user_work(struct user *u);       /* makes the calls that are due */
void calls_begin(struct run *r, struct user *u); /* begins a writer's schedule, once */
void call_due(struct timer *t, int64_t now);     /* of user.due */
void call_answered(struct run *r, struct user *u, const struct message *m);
void calls_again(struct run *r, struct user *u, bool waiting_only); /* sends what is under way again */
void call_give_up(struct run *r, struct user *u, uint32_t index, enum op_state state, const char *code);

/* follow.c */
void streams_open(struct run *r, struct user *u); /* asks for them; user_ready when all are open */
bool frame_known(struct run *r, struct user *u, const char *text, size_t len); /* others had the same: done */
void open_answered(struct run *r, struct user *u, const struct message *m, const char *text, size_t len);
void notice_heard(struct run *r, struct user *u, const struct message *m, const char *text, size_t len);
void presence_beat(struct timer *t, int64_t now); /* of user.beat */

/* user.c */
void user_ready(struct user *u);
void users_create(struct run *r);
void user_arrive(struct user *u);            /* begins to connect */
void user_cut(struct user *u, int64_t back_within); /* loses its connection as if the cable were cut */
void users_begin_work(struct run *r);
bool users_have_settled(struct run *r);      /* nothing under way, every subscription at its stream's end */
void users_leave(struct run *r);

/* work.c */
bool work_choose(struct run *r, struct user *u, struct op *op); /* what to do next; false: nothing fits just now */
size_t work_write(struct run *r, uint32_t index, char *text, size_t size); /* the call as a message */
void work_done(struct run *r, uint32_t index, struct span result);         /* acknowledged: what the board is like now */
void work_given_up(struct run *r, uint32_t index);

/* setup.c, blocking */
bool run_prepare(struct run *r); /* makes the streams; false: said why */

/* afresh.c, blocking */
struct client;
bool snapshot_look(struct client *c, struct journal *j); /* gives the journal a snapshot; false: there is none */
void run_look_afresh(struct run *r);                      /* a fresh client at each node opens each stream */

/* record.c */
bool record_open(struct run *r);
void record_op(struct run *r, uint32_t index, const char *code);
void record_close(struct run *r);

/* hostile.c */
void hostile_begin(struct user *u);

/* report.c */
void progress_print(struct run *r, bool is_last);
void report_print(struct run *r);
bool report_write_json(struct run *r);

/* run.c */
int run_play(const struct options *o); /* an exit status */
#endif
