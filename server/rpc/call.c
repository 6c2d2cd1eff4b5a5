/* call.c - the life of one call: its steps, its queries, its answer. */
#include "rpc/rpc_private.h"
#include "rpc/budget.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct call_run *run_of(struct call *c)
{
	return (struct call_run *)c;
}

/* --- the end --------------------------------------------------------------------------------------------- */

#define ANSWERS_MAX (64u << 20) /* bytes of all answers of one message */

void call_group_answer(struct rpc *rpc, struct reply_group *g, const char *answer, size_t len)
{
	g->waiting--;
	if (g->answered) {
		g->answered(g->owner, answer, len);
		g->answered = NULL;
	} else if (answer && g->is_batch) {
		if (!g->answers.data)
			buf_init(&g->answers, ANSWERS_MAX);
		buf_add_char(&g->answers, g->answers.len ? ',' : '[');
		buf_add(&g->answers, answer, len);
	} else if (answer) {
		conn_send_text(rpc, g->conn, answer, len, true);
	}
	if (g->waiting > 0)
		return;
	if (g->answers.len)
		buf_add_char(&g->answers, ']');
	if (g->answers.len && !g->answers.failed)
		conn_send_text(rpc, g->conn, g->answers.data, g->answers.len, true);
	buf_finish(&g->answers);
	free(g);
}

void call_group_answer_json(struct rpc *rpc, struct reply_group *g, json_t *answer)
{
	char *text = answer ? json_dumps(answer, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;

	call_group_answer(rpc, g, text, text ? strlen(text) : 0);
	free(text);
	json_decref(answer);
}

static json_t *error_answer(const char *id, const struct err *err)
{
	struct kd_fault fault = { .code = err->code };
	json_t *json = json_loads(id, JSON_DECODE_ANY, NULL), *answer;

	snprintf(fault.field, sizeof(fault.field), "%s", err->field);
	snprintf(fault.reason, sizeof(fault.reason), "%s", err->text);
	answer = kd_response_error(json, &fault, err->retry_after_ms);
	json_decref(json);
	return answer;
}

/* What is decided in memory comes by the thousand, and its batch has a line of its own. */
static enum log_level call_level(const struct call_run *run, const struct err *err)
{
	if (err && (err->code == KD_E_INTERNAL || err->code == KD_E_UNAVAILABLE))
		return LOG_ERROR;
	return run->binding->method->has_op && !run->decide ? LOG_INFO : LOG_DEBUG;
}

static void call_log(const struct call_run *run, const struct err *err)
{
	enum log_level level = call_level(run, err);
	int64_t us = clock_mono_us() - run->began_us;

	metric_observe_us(run->stats->seconds, us);
	metric_add(err ? run->stats->refused : run->stats->ok, 1);
	if (!log_is_on(level))
		return;
	log_line(level, "call", "method", run->binding->method->name, "member", run->call.caller->member, "conn",
		log_int((int64_t)run->call.conn), "code", err ? kd_error_info(err->code)->name : "ok", "ms", log_ms(us), "db",
		log_int(run->queries), "detail", err && err->detail[0] ? err->detail : NULL, NULL);
}

/* What a method costs must not grow unseen; looked at where tests run. */
static void check_budget(const struct call_run *run, size_t bytes)
{
#ifdef KORSDRAG_CHECK_FRAMES
	if (!budget_holds(run->binding->method, run->queries, bytes))
		log_line(LOG_ERROR, "call over its budget", "method", run->binding->method->name, "db", log_int(run->queries), "bytes",
			log_int((int64_t)bytes), NULL);
#else
	(void)run;
	(void)bytes;
#endif
}

/* The call's memory goes on the next turn: a step that has just ended the call may still look at it. */
static void call_bury(struct call_run *run)
{
	HASH_DEL(run->rpc->calls, run);
	db_ticket_cancel(&run->ticket);
	task_cancel(&run->task);
	call_opening_cancel(run);
	caller_unref(run->caller_ref);
	json_decref(run->result);
	arena_destroy(run->call.mem);
}

#define ANSWER_KEPT (64u << 10) /* bytes of the buffer that answers are written in, beyond which it is given back */

static void call_ended(struct call_run *run, size_t bytes, const struct err *err)
{
	struct conn *conn = rpc_conn(run->rpc, run->call.conn);

	check_budget(run, bytes);
	call_log(run, err);
	if (conn)
		conn->calls--;
	task_post(&run->task);
}

/* NULL: there was no memory for it, and it stays unanswered. */
void call_end_text(struct call_run *run, const char *result)
{
	struct buf *b = &run->rpc->answer;
	bool is_whole;

	assert(run->state != CALL_DONE);
	run->state = CALL_DONE;
	buf_reset(b);
	buf_add_str(b, "{\"jsonrpc\":\"2.0\",\"id\":");
	buf_add_str(b, run->id ? run->id : "null");
	buf_add_str(b, ",\"result\":");
	buf_add_str(b, result ? result : "");
	buf_add_char(b, '}');
	is_whole = result && !b->failed;
	call_group_answer(run->rpc, run->group, run->id && is_whole ? b->data : NULL, b->len);
	call_ended(run, run->id ? b->len : 0, NULL);
	if (b->cap > ANSWER_KEPT)
		buf_finish(b);
}

void call_end(struct call_run *run, json_t *result, const struct err *err)
{
	char *text = result && !err ? json_dumps(result, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;

	if (err && call_may_run_again(run, err)) {
		call_run_again(run, err);
	} else if (!err) {
		call_end_text(run, result ? text : "{}");
	} else {
		assert(run->state != CALL_DONE);
		run->state = CALL_DONE;
		call_group_answer_json(run->rpc, run->group, run->id ? error_answer(run->id, err) : NULL);
		call_ended(run, 0, err);
	}
	free(text);
	json_decref(result);
}

void call_free_all(struct rpc *rpc)
{
	struct call_run *run, *next;

	HASH_ITER(hh, rpc->calls, run, next) {
		if (run->state != CALL_DONE)
			call_group_answer(rpc, run->group, NULL, 0);
		call_bury(run);
	}
}

/* What a call does on a later step: go, or go again. */
static void call_later(struct task *t)
{
	struct call_run *run = task_owner(t, struct call_run, task);

	if (run->state == CALL_DONE) {
		call_bury(run);
		return;
	}
	run->runs++;
	call_step_run(run, run->binding->handler);
}

/* --- steps ------------------------------------------------------------------------------------------------ */

void call_step_run(struct call_run *run, call_step *step)
{
	run->state = CALL_STEP;
	loop_note(run->rpc->config.loop, run->binding->method->name);
	step(&run->call);
}

void call_start(struct call_run *run)
{
	task_init(&run->task, run->rpc->config.loop, call_later);
	run->runs = 1;
	run->handle = ++run->rpc->next_handle;
	run->call.now_ms = clock_now_ms();
	run->began_us = clock_mono_us();
	HASH_ADD(hh, run->rpc->calls, handle, sizeof(run->handle), run);
	call_step_run(run, run->binding->handler);
}

static enum call_next end_with(struct call_run *run, const struct err *err)
{
	if (run->is_in_change) {
		run->is_in_change = false;
		run->state = CALL_COMMIT;
		change_undo(&run->change, err);
	} else {
		call_end(run, NULL, err);
	}
	return CALL_NEXT_;
}

static void query_done(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct call_run *run = owner;

	if (err && run->is_at_replica && call_left_replica(run))
		return;
	if (err) {
		end_with(run, err);
		return;
	}
	run->call.rows = rows;
	call_step_run(run, run->next);
	run->call.rows = NULL;
}

enum call_next call_query(struct call *c, call_step *next, const struct db_stmt *stmt, ...)
{
	struct call_run *run = run_of(c);
	const char *params[32];
	va_list args;

	assert(stmt->params <= 32 && run->state == CALL_STEP);
	va_start(args, stmt);
	for (int i = 0; i < stmt->params; i++)
		params[i] = va_arg(args, const char *);
	va_end(args);
	run->next = next;
	run->state = CALL_QUERY;
	run->queries++;
	if (run->is_in_change)
		change_query(&run->change, stmt, params, query_done, run);
	else
		db_query(call_db(run, stmt), &run->ticket, stmt, params, query_done, run);
	return CALL_NEXT_;
}

/* --- answers ----------------------------------------------------------------------------------------------- */

/* What SQL has put together must be what the table promises; checked where tests run. */
static bool fits(struct call_run *run, const struct kd_field *fields, const json_t *value)
{
#ifdef KORSDRAG_CHECK_FRAMES
	static const struct kd_field no_fields[] = { KD_FIELDS_END };
	struct kd_fault fault;

	if (value && !kd_check(fields ? fields : no_fields, value, &fault)) {
		log_line(LOG_ERROR, "frame does not fit its table", "method", run->binding->method->name, "field", fault.field,
			"reason", fault.reason, NULL);
		return false;
	}
#else
	(void)run;
	(void)fields;
#endif
	return value != NULL;
}

static bool text_fits(struct call_run *run, const char *text)
{
#ifdef KORSDRAG_CHECK_FRAMES
	json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	bool does = fits(run, run->binding->method->result, value);

	json_decref(value);
	return does;
#else
	(void)run;
	(void)text;
	return true;
#endif
}

/* `stored` is what a repeated op will be answered: `result` itself, or less. Both are taken. */
static enum call_next end_ok(struct call_run *run, json_t *result, json_t *stored)
{
	struct err err;

	if (!result || !stored) {
		json_decref(result);
		json_decref(stored);
		err_set(&err, KD_E_INTERNAL, "the answer could not be put together");
		return end_with(run, &err);
	}
	if (!run->is_in_change) {
		json_decref(stored);
		call_end(run, result, NULL);
		return CALL_NEXT_;
	}
	run->is_in_change = false;
	run->state = CALL_COMMIT;
	run->result = result;
	change_finish(&run->change, stored);
	return CALL_NEXT_;
}

enum call_next call_reply(struct call *c, const void *result)
{
	json_t *json = c->method->result ? kd_encode(c->method->result, result) : json_object();

	return end_ok(run_of(c), json, json_incref(json));
}

enum call_next call_reply_once(struct call *c, const void *result, const char *secret_field)
{
	json_t *json = kd_encode(c->method->result, result), *stored = json_copy(json);

	json_object_del(stored, secret_field);
	run_of(c)->has_secret = true;
	return end_ok(run_of(c), json, stored);
}

enum call_next call_reply_json(struct call *c, json_t *result)
{
	if (!fits(run_of(c), c->method->result, result)) {
		json_decref(result);
		result = NULL;
	}
	return end_ok(run_of(c), result, json_incref(result));
}

enum call_next call_reply_text(struct call *c, const char *result)
{
	struct call_run *run = run_of(c);

	assert(!run->is_in_change);
	if (!result || !text_fits(run, result)) {
		err_set(&c->err, KD_E_INTERNAL, "the answer could not be put together");
		return call_refuse(c);
	}
	call_end_text(run, result);
	return CALL_NEXT_;
}

enum call_next call_reply_row(struct call *c)
{
	if (db_count(c->rows) == 0 || !db_text(c->rows, 0, "reply"))
		return call_fail(c, KD_E_NOT_FOUND, "no such object");
	return call_reply_json(c, db_json(c->rows, 0, "reply"));
}

enum call_next call_refuse(struct call *c)
{
	return end_with(run_of(c), &c->err);
}

enum call_next call_fail(struct call *c, enum kd_code code, const char *text, ...)
{
	char sentence[200];
	va_list args;

	va_start(args, text);
	vsnprintf(sentence, sizeof(sentence), text, args);
	va_end(args);
	err_set(&c->err, code, "%s", sentence);
	return call_refuse(c);
}

enum call_next call_fail_field(struct call *c, const char *field, const char *text, ...)
{
	char sentence[200];
	va_list args;

	va_start(args, text);
	vsnprintf(sentence, sizeof(sentence), text, args);
	va_end(args);
	err_field(&c->err, field, "%s", sentence);
	return call_refuse(c);
}

/* --- texts ----------------------------------------------------------------------------------------------------- */

const char *call_int(struct call *c, int64_t value)
{
	return arena_printf(c->mem, "%lld", (long long)value);
}

const char *call_bool(bool value)
{
	return value ? "t" : "f";
}

const char *call_id(struct call *c)
{
	char *id = arena_alloc(c->mem, ID_SIZE);

	id_make(id);
	return id;
}

void *call_domain(const struct call *c, const char *domain)
{
	const struct rpc *rpc = ((const struct call_run *)c)->rpc;

	for (size_t i = 0; i < DOMAINS_MAX && rpc->domains[i].name; i++)
		if (strcmp(rpc->domains[i].name, domain) == 0)
			return rpc->domains[i].state;
	assert(!"a domain that main did not set");
	return NULL;
}
