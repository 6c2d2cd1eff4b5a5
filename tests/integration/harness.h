/* harness.h - a real server on a fresh database, and people who talk to it.
 *
 *	struct world *w = world_start(2);                       two nodes on a database as the fixture says
 *	struct person *anna = sign_in(w, 0, "anna");            on the first node
 *	json_t *seen = ok(anna, "thread.list", "{}");           checked against the method's table; released with the person
 *	refused(anna, KD_E_NOT_FOUND, NULL, "thread.rename", "{s:s, s:s}", "thread", id, "title", "x");
 *	world_stop(w);                                          ends everybody; the nodes end with 0 and without a report
 *
 * A change gets a fresh op unless it has one. Whatever a server sends is checked: that it fits its table, and that it has no
 * canary word which its reader may not see. */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H
#include "clients/lib/client.h"
#include "fixture.h"
#include "protocol/kd.h"
#include <libpq-fe.h>
#include <stdarg.h>
#include <sys/types.h>

#define ANSWER_MS 20000 /* generous: two cores, sanitizers, other tests beside */
#define QUIET_MS 300    /* how long nothing must come for "nothing comes" */
#define NODES_MAX 2

struct node {
	pid_t pid; /* 0: not running */
	int port;
	char name[8];
	const char *pg_folder; /* where it finds PostgreSQL; NULL: where it is */
};

struct world {
	char folder[64]; /* of this world: logs, settings */
	char database[40];
	struct node nodes[NODES_MAX];
	int node_count;
	struct person *people; /* everybody signed in */
	PGconn *pg;            /* the superuser's; made by world_pg */
	bool is_template;
	const char *pardoned;  /* lines of the nodes' logs with these words may be errors; NULL: none may */
};

struct world *world_start(int nodes);
struct world *world_start_with(int nodes, const char *settings); /* lines added to each node's settings */
int port_take(void); /* on loopback, taken by nobody else in this run */
void world_stop(struct world *w);
void node_start(struct world *w, int node);
void node_stop(struct world *w, int node); /* SIGTERM; exit 0, and nothing suspicious in its log */
void node_kill(struct world *w, int node); /* SIGKILL */
char *node_url(const struct world *w, int node, char ret_url[64]);
char *node_log(const struct world *w, int node); /* the caller's to free */
/* `korsdragd ARGS` with this world's settings; what it printed (the caller's to free); *ret_exit when not NULL, else it must be 0. */
char *operator_command(const struct world *w, int *ret_exit, const char *args);

char *file_text(const char *path); /* "" when there is none; the caller's to free */
struct world *world_make(const char *database); /* folder and settings only, for the template */

/* Fails the test, naming the line of the test that called the harness; outside of tests the program. */
#define must(condition, ...) ((condition) ? (void)0 : must_fail(#condition, __VA_ARGS__))
void must_fail(const char *condition, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));
void here(const char *file, int line);

/* --- people ------------------------------------------------------------------------------------------ */

struct person {
	struct world *world;
	const char *who;
	struct client *client;
	json_t *events;  /* that came and nobody asked for yet: {stream, event} */
	json_t *notices; /* others that came */
	json_t *kept;    /* results and events handed out, until the person goes */
	struct person *next;
};

struct person *sign_in(struct world *w, int node, const char *who);
struct person *sign_in_with(struct world *w, int node, const char *who, const char *token);
void reconnect(struct person *p, int node); /* drops the line and comes back */
void leave(struct person *p);

/* Parameters as json_pack's. Results are borrowed, good until the person leaves. */
json_t *person_ok(struct person *p, const char *method, const char *format, ...);
void person_refused(struct person *p, enum kd_code code, const char *field, const char *method, const char *format, ...);
#define ok(...) (here(__FILE__, __LINE__), person_ok(__VA_ARGS__))
#define refused(...) (here(__FILE__, __LINE__), person_refused(__VA_ARGS__))
/* Sends as it is. The whole answer, borrowed. `params` is taken. */
json_t *ask(struct person *p, const char *method, json_t *params);
json_t *params_of(const char *method, const char *format, va_list args); /* with an op where one is due */

/* The next event of a stream that is open; it must be of that type. The whole envelope, borrowed. */
json_t *person_expect_event(struct person *p, const char *stream, const char *type);
#define expect_event(...) (here(__FILE__, __LINE__), person_expect_event(__VA_ARGS__))
json_t *expect_notice(struct person *p, const char *method); /* params, borrowed */
void expect_nothing(struct person *p);                       /* for QUIET_MS; hints and presence do not count */
void expect_closed(struct person *p, int code);

/* --- what a test says about JSON ------------------------------------------------------------------------ */

/* Follows keys and indexes, "posts/0/author/name"; fails when there is none. */
const json_t *at(const json_t *value, const char *path);
const char *text_at(const json_t *value, const char *path);
json_int_t int_at(const json_t *value, const char *path);
bool has(const json_t *value, const char *path);
const json_t *find_id(const json_t *list, const char *id); /* the object of a list with that id, or NULL */

/* --- looking behind the server --------------------------------------------------------------------------- */

PGconn *world_pg(struct world *w);
void world_pg_lost(struct world *w); /* its server has gone: made anew when it is needed */
void sql(struct world *w, const char *statement);
char *sql_text(struct world *w, const char *statement); /* one value; the caller's to free; "" for null */
/* Every table's content as one hash, without what the server changes by itself: when sessions were last seen, and
 * invitations that have left, and that what is refused is remembered as such. The caller's to free. */
char *digest(struct world *w);

/* frames.c: what every message to a person must be. */
void frame_check(const struct person *p, const char *text, size_t len);
void result_check(const struct person *p, const struct kd_method *method, const json_t *result);
void text_check_canaries(const char *who, const char *text, size_t len);
void log_check(const char *name, const char *log); /* no reports, no errors, no words of people's */

const char *new_id(void); /* a fresh UUIDv7, good for the next 16 calls */

/* template.c, for main */
void template_make(const char *folder);
#endif
