/* What opening a stream asks, on a real database: once for all who ask at the same time, never an answer from before they came;
 * and how long a snapshot is kept. The statement counts how often it was run. */
#include "../db/fixture.h"
#include "base/clock.h"
#include "journal_sql.h"
#include "stream/openings.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOARD "01890000-0000-7000-8000-0000000000b1"
#define OTHER "01890000-0000-7000-8000-0000000000b2"
#define NAME "board:" BOARD

static const char tables[] =
	"CREATE TABLE stream (id uuid PRIMARY KEY, kind text NOT NULL, head bigint NOT NULL DEFAULT 0);"
	"CREATE SEQUENCE reads; GRANT ALL ON SEQUENCE reads TO PUBLIC; GRANT ALL ON stream TO PUBLIC;"
	"INSERT INTO stream VALUES ('" BOARD "', 'board', 7), ('" OTHER "', 'board', 1)";

static const struct db_stmt Q_ACCESS = { "board_access",
	"SELECT 'network' AS openness, NULL AS track, NULL AS cohort_id, NULL AS space_id, id AS board_id, NULL AS member_id,"
	" false AS is_archived FROM stream WHERE id = $1::uuid", 1 };
static const struct db_stmt Q_SNAPSHOT = { "board_snapshot",
	"SELECT head AS seq, json_build_object('n', nextval('reads'), 'text', 'a \"b\" c') AS snapshot FROM stream WHERE id = $1::uuid", 1 };
static const struct stream_kind board = { .name = "board", .access = &Q_ACCESS, .snapshot = &Q_SNAPSHOT };

struct room {
	struct world *world;
	struct openings *openings;
	int held, holds; /* now; ever */
	int answers;
};

struct asker {
	struct opening_wait wait;
	struct room *room;
	bool is_in;
	enum kd_code code;
	char text[200];
};

static void hold(void *owner, const char *kind, const char *id, int64_t head)
{
	struct room *r = owner;

	(void)kind, (void)id, (void)head;
	r->held++;
	r->holds++;
}

static void release(void *owner, const char *id)
{
	struct room *r = owner;

	(void)id;
	r->held--;
	cr_assert_geq(r->held, 0);
}

static void room_open(struct room *r, size_t max_bytes)
{
	static const struct db_stmt *const statements[] = { &Q_ACCESS, &Q_SNAPSHOT, &Q_STREAM_HEADS, NULL };

	*r = (struct room){ .world = world_create(pg_newdb(tables), statements, (struct world_options){ 0 }) };
	world_until_up(r->world);
	r->openings = openings_create(&(struct openings_config){
		.db = r->world->db, .max_bytes = max_bytes, .idle_ms = 1000, .hold = hold, .release = release, .owner = r });
	cr_assert(r->openings);
}

static void room_close(struct room *r)
{
	openings_destroy(r->openings);
	cr_assert_eq(r->held, 0, "%d streams are held after the end", r->held);
	world_destroy(r->world);
}

static void answered(struct opening_wait *w, const struct err *err)
{
	struct asker *a = (struct asker *)w;

	a->is_in = true;
	a->code = err ? err->code : KD_OK;
	if (w->snapshot)
		snprintf(a->text, sizeof(a->text), "%lld %s", (long long)w->snapshot->seq, w->snapshot->text);
	snapshot_unref(w->snapshot);
	w->snapshot = NULL;
	a->room->answers++;
}

static void read_for(struct room *r, struct asker *a, const char *id, int64_t least)
{
	*a = (struct asker){ .wait.done = answered, .room = r };
	openings_read(r->openings, &board, id, least, &a->wait);
}

static void read_now(struct room *r, struct asker *a, const char *id)
{
	read_for(r, a, id, 0);
	world_until(r->world, &a->is_in);
}

static bool is_kept(struct room *r, const char *name, int64_t least)
{
	struct snapshot *s = openings_kept(r->openings, name, least);

	snapshot_unref(s);
	return s != NULL;
}

static int reads(struct room *r)
{
	return pg_int(r->world->admin, "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM reads");
}

Test(openings, many_who_come_at_once_share_one_reading)
{
	struct room r;
	struct asker askers[100];

	room_open(&r, 1 << 20);
	for (int i = 0; i < 100; i++)
		read_for(&r, &askers[i], BOARD, 7);
	world_until(r.world, &askers[99].is_in);
	cr_assert_eq(r.answers, 100);
	for (int i = 0; i < 100; i++)
		cr_assert_str_eq(askers[i].text, "7 {\"n\":1,\"text\":\"a \\\"b\\\" c\"}");
	cr_assert(is_kept(&r, NAME, 7));
	cr_assert_not(is_kept(&r, NAME, 8), "it does not hold the eighth event");
	cr_assert_eq(r.held, 1, "the stream is followed while its snapshot is kept");
	room_close(&r);
}

Test(openings, nobody_gets_an_answer_from_before_they_came)
{
	struct room r;
	struct asker first, later, modest;

	room_open(&r, 1 << 20);
	read_for(&r, &first, BOARD, 7);
	pg_exec(r.world->admin, "UPDATE stream SET head = 9 WHERE id = '" BOARD "'");
	read_for(&r, &later, BOARD, INT64_MAX); /* whatever was read by then is too old */
	read_for(&r, &modest, BOARD, 1);
	world_until(r.world, &later.is_in);
	cr_assert_str_eq(modest.text, first.text, "what was under way holds all that it wants");
	cr_assert_eq(reads(&r), 2);
	cr_assert(strncmp(later.text, "9 ", 2) == 0, "%s", later.text);
	room_close(&r);
}

Test(openings, a_look_is_shared_and_says_what_there_is)
{
	struct room r;
	struct asker one = { .wait.done = answered, .room = &r }, two = one, stranger = one;

	room_open(&r, 1 << 20);
	openings_look(r.openings, &board, BOARD, &one.wait);
	openings_look(r.openings, &board, BOARD, &two.wait); /* the first question is under way */
	openings_look(r.openings, &board, "01890000-0000-7000-8000-0000000000ff", &stranger.wait);
	world_until(r.world, &two.is_in);
	world_until(r.world, &stranger.is_in);
	cr_assert(one.wait.is_found && one.wait.head == 7 && one.wait.access.openness == OPEN_NETWORK);
	cr_assert_str_eq(two.wait.access.board, BOARD);
	cr_assert_not(stranger.wait.is_found);
	cr_assert_eq(r.holds, 0, "who has only looked follows nothing");
	room_close(&r);
}

Test(openings, what_has_grown_or_quotes_old_names_is_not_kept)
{
	struct room r;
	struct asker a;

	room_open(&r, 1 << 20);
	read_now(&r, &a, BOARD);
	openings_grown(r.openings, "board", OTHER);
	cr_assert(is_kept(&r, NAME, 0));
	openings_grown(r.openings, "board", BOARD);
	cr_assert_not(is_kept(&r, NAME, 0));
	cr_assert_eq(r.held, 0);
	read_now(&r, &a, BOARD);
	openings_forget(r.openings);
	cr_assert_not(is_kept(&r, NAME, 0));
	read_for(&r, &a, BOARD, 0);
	openings_forget(r.openings); /* what is being read may have the old name */
	world_until(r.world, &a.is_in);
	cr_assert_not(is_kept(&r, NAME, 0));
	room_close(&r);
}

Test(openings, what_is_kept_is_bounded_in_bytes_and_time)
{
	struct room r;
	struct asker a;

	room_open(&r, 40); /* one is 28 bytes */
	read_now(&r, &a, BOARD);
	read_now(&r, &a, OTHER);
	cr_assert(!is_kept(&r, NAME, 0) && is_kept(&r, "board:" OTHER, 0), "the longest unused makes room");
	openings_sweep(r.openings, clock_mono_ms() + 900);
	cr_assert(is_kept(&r, "board:" OTHER, 0));
	openings_sweep(r.openings, clock_mono_ms() + 1100);
	cr_assert_not(is_kept(&r, "board:" OTHER, 0));
	room_close(&r);
	room_open(&r, 20);
	read_now(&r, &a, BOARD);
	cr_assert(!is_kept(&r, NAME, 0), "what is larger than all that may be kept is not");
	room_close(&r);
}

Test(openings, who_waits_may_go_and_what_fails_is_told_to_all)
{
	struct room r;
	struct asker gone, stays, both[2];

	room_open(&r, 1 << 20);
	read_for(&r, &gone, BOARD, 0);
	openings_cancel(&gone.wait);
	openings_cancel(&gone.wait); /* again is fine */
	world_for(r.world, 100);
	cr_assert_not(gone.is_in);
	cr_assert(!is_kept(&r, NAME, 0), "nobody wanted it any more");
	cr_assert_eq(r.held, 0);
	read_for(&r, &stays, BOARD, 0);
	openings_cancel(&stays.wait);
	read_now(&r, &stays, BOARD);
	cr_assert(stays.text[0]);
	openings_grown(r.openings, "board", BOARD);
	pg_exec(r.world->admin, "DROP SEQUENCE reads");
	read_for(&r, &both[0], BOARD, 0);
	read_for(&r, &both[1], BOARD, 0);
	world_until(r.world, &both[1].is_in);
	cr_assert(both[0].is_in && both[0].code == KD_E_INTERNAL && both[1].code == KD_E_INTERNAL);
	room_close(&r);
}
