/* tally.c - see tally.h */
#include "tally.h"
#include "schema.h"
#include "journal_sql.h"

static const char tables[] =
	"CREATE TABLE tally (stream_id uuid PRIMARY KEY, sum integer NOT NULL CHECK (sum < 1000),"
	" openness text NOT NULL DEFAULT 'network');"
	"INSERT INTO member VALUES ('" ACTOR "');"
	"INSERT INTO stream VALUES ('" STREAM "', 'board'), ('" OTHER "', 'board');"
	"INSERT INTO tally VALUES ('" STREAM "', 0), ('" OTHER "', 0)";

const char *schema_text(void)
{
	return journal_schema(tables);
}

/* --- a model: a sum, which may not go below zero ------------------------------------------------------------- */

static const struct db_stmt Q_LOAD = { "tally_load", "SELECT sum FROM tally WHERE stream_id = $1::uuid", 1 };
static const struct db_stmt Q_UNCHANGED = { "tally_unchanged",
	"SELECT assure(EXISTS (SELECT FROM tally WHERE stream_id = $1::uuid AND openness = $2::text AND NOT $6::boolean)"
	" AND $3::text IS NULL AND $4::uuid IS NULL AND $5::uuid IS NULL)", 6 };
static const struct db_stmt Q_KNOWN = { "tally_known", "SELECT id FROM stream WHERE id = ANY ($1::uuid[])", 1 };
static const struct db_stmt Q_WRITE = { "tally_write", "UPDATE tally SET sum = $2::integer WHERE stream_id = $1::uuid", 2 };
static const struct db_stmt Q_COLD = { "tally_add", "UPDATE tally SET sum = sum + $2::integer WHERE stream_id = $1::uuid", 2 };
static const struct db_stmt Q_ACCESS = { "tally_access",
	"SELECT openness, NULL AS track, NULL AS cohort_id, NULL AS space_id, NULL AS board_id, NULL AS member_id, "
	"false AS is_archived FROM tally WHERE stream_id = $1::uuid", 1 };

struct stream_model {
	int sum;
	char text[16];
	const char *params[2];
};

const size_t tally_bytes = sizeof(struct stream_model);
int viewers, loads, applied, models;

static struct stream_model *model_create(const struct db_rows *rows)
{
	struct stream_model *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->sum = (int)db_int(rows, 0, "sum");
	loads++;
	models++;
	return m;
}

static void model_destroy(struct stream_model *m)
{
	models--;
	free(m);
}

static size_t model_bytes(const struct stream_model *m)
{
	return sizeof(*m);
}

static bool model_apply(struct stream_model *m, const char *type, const json_t *body)
{
	if (strcmp(type, "odd") == 0)
		return false;
	applied++;
	m->sum += (int)json_integer_value(json_object_get(body, "add"));
	return true;
}

static int model_write(struct stream_model *m, const char *id, struct db_call calls[MODEL_WRITES_MAX])
{
	snprintf(m->text, sizeof(m->text), "%d", m->sum);
	m->params[0] = id;
	m->params[1] = m->text;
	calls[0] = (struct db_call){ &Q_WRITE, m->params };
	return 1;
}

static void model_written(struct stream_model *m)
{
	(void)m;
}

static const struct model_kind tally = { &Q_LOAD, model_create, model_destroy, model_bytes, model_apply, &Q_UNCHANGED, &Q_KNOWN,
	model_write, model_written };

struct body { int64_t add; };
static const struct kd_field body_fields[] = { KD_INT(struct body, add, -10000, 10000, "So much more."), KD_FIELDS_END };
static const struct kd_event added = { .name = "tally.added", .fields = body_fields, .size = sizeof(struct body) };

/* --- a command: adds a number --------------------------------------------------------------------------------- */

static bool decide(struct change *ch, struct stream_model *m, const struct access *access, struct err *err)
{
	struct adder *a = (struct adder *)ch;
	struct body body = { a->add };

	if (!access || a->is_stranger) {
		ch->is_stranger = true;
		return err_set(err, KD_E_NOT_FOUND, "not for you");
	}
	if (ch->is_taken)
		return err_set(err, KD_E_CONFLICT, "the id is taken");
	if (m->sum + a->add < 0)
		return err_set(err, KD_E_CONFLICT, "not below zero, from %d", m->sum);
	m->sum += a->add;
	snprintf(a->answer, sizeof(a->answer), "{\"seq\":%d}", (int)change_seq(ch));
	ch->answer = a->answer;
	change_tell(ch, &added, &body);
	return true;
}

static void cold_stored(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct adder *a = owner;
	int64_t seq;

	(void)rows;
	if (err) {
		change_undo(&a->change, err);
		return;
	}
	seq = change_emit(&a->change, "tally.added", json_pack("{s:i}", "add", a->add));
	change_finish(&a->change, json_pack("{s:I}", "seq", (json_int_t)seq));
}

static void cold_turn(struct change *ch)
{
	struct adder *a = (struct adder *)ch;
	char add[16];
	const char *params[] = { ch->id, add };

	snprintf(add, sizeof(add), "%d", a->add);
	change_query(ch, &Q_COLD, params, cold_stored, a);
}
static void ended(struct change *ch, const struct err *err)
{
	struct adder *a = (struct adder *)ch;
	json_t *answer = ch->answer ? json_loads(ch->answer, 0, NULL) : json_incref(ch->result);
	char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL; /* as jsonb gives it back, there is a blank in it */

	a->has_ended = true;
	a->code = err ? err->code : KD_OK;
	snprintf(a->result, sizeof(a->result), "%s", err ? err->text : text ? text : "");
	a->world->answers++;
	json_decref(answer);
	free(text);
}

void submit_on(struct journal *j, struct world *w, struct adder *a, const char *stream, const char *op)
{
	a->world = w;
	a->has_ended = false;
	if (!op)
		id_make(a->op);
	else if (op != a->op)
		strcpy(a->op, op);
	strcpy(a->change.kind, "board");
	strcpy(a->change.id, stream);
	a->change.actor = ACTOR;
	a->change.op = a->op;
	a->change.at_ms = 1000;
	a->change.ended = ended;
	if (a->is_cold) {
		a->change.turn = cold_turn;
	} else {
		a->change.decide = decide;
		a->change.model = &tally;
		a->change.facts = &Q_ACCESS;
		a->change.facts_id = a->change.id;
	}
	journal_submit(j, &a->change);
}

void submit(struct journal *j, struct world *w, struct adder *a, const char *op)
{
	submit_on(j, w, a, STREAM, op);
}

/* --- nodes ------------------------------------------------------------------------------------------------------ */

static void committed(void *owner, const char *kind, const char *id, int64_t first, int64_t last, const char *events,
	const struct access *access)
{
	struct heard *h = owner;
	json_t *list = json_loads(events, 0, NULL);

	if (!list) /* where memory is made to fail, once, it is not the test that is tried */
		list = json_loads(events, 0, NULL);
	(void)kind, (void)id, (void)access;
	cr_assert_eq((int64_t)json_array_size(list), last - first + 1, "%s", events);
	for (int64_t i = 0; i <= last - first; i++) {
		const json_t *ev = json_array_get(list, (size_t)i);

		h->is_gapless = h->is_gapless && json_integer_value(json_object_get(ev, "seq")) == first + i;
		cr_assert_str_eq(json_string_value(json_object_get(ev, "type")), "tally.added");
		cr_assert(json_is_integer(json_object_get(json_object_get(ev, "body"), "add")));
	}
	h->is_gapless = h->is_gapless && (!h->next || first == h->next);
	h->next = last + 1;
	h->commits++;
	json_decref(list);
}

struct node node_open(const char *database)
{
	static const struct db_stmt *statements[32];
	struct node n = { .heard = { .is_gapless = true } };
	size_t count = 0;

	for (const struct db_stmt *const *s = journal_statements; *s; s++)
		statements[count++] = *s;
	statements[count++] = &Q_LOAD;
	statements[count++] = &Q_KNOWN;
	statements[count++] = &Q_UNCHANGED;
	statements[count++] = &Q_WRITE;
	statements[count++] = &Q_ACCESS;
	statements[count++] = &Q_COLD;
	statements[count] = NULL;
	n.world = world_create(database, statements, (struct world_options){ .pool_size = 4 });
	world_until_up(n.world);
	return n;
}

static int count_viewers(void *owner, const char *id)
{
	(void)owner, (void)id;
	return viewers;
}

void node_start(struct node *n)
{
	n->journal = journal_create(n->world->db, committed, &n->heard);
	journal_set_hot(n->journal, &(struct journal_hot){ .loop = n->world->loop, .models_max = 1 << 20, .model_idle_ms = 60000,
		.viewers = count_viewers });
}

void node_close(struct node *n)
{
	journal_destroy(n->journal);
	world_destroy(n->world);
}

int sum_of(struct node *n, const char *stream)
{
	char sql[200];

	snprintf(sql, sizeof(sql), "SELECT sum FROM tally WHERE stream_id = '%s'", stream);
	return pg_int(n->world->admin, sql);
}
