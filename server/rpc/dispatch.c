/* dispatch.c - a message becomes calls: parsed, read, authorised, limited, decoded. */
#include "rpc/rpc_private.h"
#include "rpc/allow.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An address stands for an office behind one proxy: so many people's share. */
#define ADDRESS_SHARE 40

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct method_stats *)a)->binding->method->name, ((const struct method_stats *)b)->binding->method->name);
}

struct method_stats *dispatch_find(struct rpc *rpc, const char *method)
{
	size_t lo = 0, hi = rpc->stats_count;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int order = strcmp(method, rpc->stats[mid].binding->method->name);
		if (order == 0)
			return &rpc->stats[mid];
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

bool dispatch_bind(struct rpc *rpc, struct err *err)
{
	const struct rpc_binding *const *table, *b;
	size_t n = 0;

	for (table = rpc->config.bindings; *table; table++)
		for (b = *table; b->method; b++)
			n++;
	rpc->stats = calloc(n + 1, sizeof(*rpc->stats));
	if (!rpc->stats)
		return err_set(err, KD_E_INTERNAL, "out of memory");
	for (table = rpc->config.bindings; *table; table++)
		for (b = *table; b->method; b++)
			rpc->stats[rpc->stats_count++].binding = b;
	qsort(rpc->stats, n, sizeof(*rpc->stats), by_name);
	for (size_t i = 0; i < n; i++) {
		struct method_stats *s = &rpc->stats[i];
		char labels[96];

		if (i > 0 && by_name(s, s - 1) == 0)
			return err_set(err, KD_E_INTERNAL, "method %s is bound twice", s->binding->method->name);
		if (!s->binding->handler || !s->binding->access || !s->binding->rate)
			return err_set(err, KD_E_INTERNAL, "method %s lacks a handler, a permission or a rate", s->binding->method->name);
		snprintf(labels, sizeof(labels), "method=\"%s\"", s->binding->method->name);
		s->seconds = metric_histogram("korsdrag_call_seconds", "Time from a call's message to its answer.", labels);
		snprintf(labels, sizeof(labels), "method=\"%s\",outcome=\"ok\"", s->binding->method->name);
		s->ok = metric_counter("korsdrag_calls_total", "Calls answered.", labels);
		snprintf(labels, sizeof(labels), "method=\"%s\",outcome=\"refused\"", s->binding->method->name);
		s->refused = metric_counter("korsdrag_calls_total", "Calls answered.", labels);
	}
	for (const struct kd_method *const *const *t = kd_method_tables; *t; t++)
		for (const struct kd_method *const *m = *t; *m; m++)
			if (!dispatch_find(rpc, (*m)->name))
				return err_set(err, KD_E_INTERNAL, "method %s has no binding", (*m)->name);
	return true;
}

/* --- one request ------------------------------------------------------------------------------------------ */

static bool is_within_rate(struct conn *conn, const struct rpc_binding *b, struct err *err)
{
	struct rpc *rpc = conn->rpc;
	int64_t now = clock_mono_ms(), retry = -1;

	if (rate_take(rpc->rates, conn->caller->caller.member, (int)b->rate, 1, now, &retry) &&
		rate_take(rpc->rates, conn->address, (int)b->rate, ADDRESS_SHARE, now, &retry))
		return true;
	metric_add(rpc->refusals.rate[b->rate], 1);
	err_set(err, KD_E_RATE_LIMITED, "too many calls of this kind; wait a moment");
	err->retry_after_ms = retry;
	return false;
}

static void answer_fault(struct rpc *rpc, struct reply_group *g, const json_t *id, const struct kd_fault *fault, int64_t retry_ms)
{
	g->waiting++; /* it is answered at once, and the group goes on */
	call_group_answer_json(rpc, g, kd_response_error(id, fault, retry_ms));
}

static void answer_err(struct rpc *rpc, struct reply_group *g, const json_t *id, const struct err *err)
{
	struct kd_fault fault = { .code = err->code };

	if (!id) /* a notification is never answered */
		return;
	snprintf(fault.field, sizeof(fault.field), "%s", err->field);
	snprintf(fault.reason, sizeof(fault.reason), "%s", err->text);
	answer_fault(rpc, g, id, &fault, err->retry_after_ms);
}

static const char *id_text(struct arena *mem, const json_t *id)
{
	char *text = id ? json_dumps(id, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	const char *copy = arena_strdup(mem, text);

	free(text);
	return copy;
}

static struct arena *run_memory(const struct method_stats *stats)
{
	size_t size = sizeof(struct call_run) + 1024 + stats->binding->method->params_size + stats->binding->frame_size;

	return reserve_is_low() ? NULL : arena_create(size, CALL_MEMORY_MAX);
}

void call_begin(struct rpc *rpc, struct method_stats *stats, struct reply_group *group, struct caller_ref *caller, uint64_t conn,
	struct arena *mem, void *params, const char *id)
{
	struct call_run *run = arena_new(mem, struct call_run);

	run->rpc = rpc;
	run->binding = stats->binding;
	run->stats = stats;
	run->group = group;
	run->id = id;
	run->caller_ref = caller_ref(caller);
	run->call.params = params;
	run->call.frame = arena_alloc(mem, stats->binding->frame_size + 1);
	run->call.caller = &run->caller_ref->caller;
	run->call.mem = mem;
	run->call.method = stats->binding->method;
	run->call.conn = conn;
	group->waiting++;
	call_start(run);
}

static void run_start(struct conn *conn, struct method_stats *stats, struct reply_group *group, struct arena *mem,
	void *params, const char *id)
{
	conn->calls++;
	call_begin(conn->rpc, stats, group, conn->caller, conn->id, mem, params, id);
}

static bool fault_busy(struct kd_fault *fault)
{
	*fault = (struct kd_fault){ .code = KD_E_BUSY, .reason = "the server is short of memory" };
	return false;
}

static bool run_create(struct conn *conn, struct method_stats *stats, const struct kd_request *request,
	struct reply_group *group, struct kd_fault *fault)
{
	static const struct kd_field none[] = { KD_FIELDS_END };
	const struct kd_method *m = stats->binding->method;
	struct arena *mem = run_memory(stats);
	json_t *params;
	const char *id;
	void *decoded;
	bool is_ok;

	if (!mem)
		return fault_busy(fault);
	decoded = arena_alloc(mem, m->params_size + 1);
	params = request->params ? json_incref((json_t *)request->params) : json_object();
	is_ok = kd_decode(m->params ? m->params : none, params, arena_mem(mem), decoded, m->params_size, fault);
	json_decref(params);
	id = id_text(mem, request->id);
	if (is_ok && request->id && !id)
		is_ok = fault_busy(fault);
	if (is_ok)
		run_start(conn, stats, group, mem, decoded, id);
	else
		arena_destroy(mem);
	return is_ok;
}

/* Whether the caller may have this call now. */
static bool is_admitted(struct conn *conn, const struct method_stats *stats, struct err *err)
{
	struct rpc *rpc = conn->rpc;

	if (conn->calls >= rpc->config.calls_per_conn) {
		metric_add(rpc->refusals.calls, 1);
		return err_set(err, KD_E_BUSY, "at most %d calls may be under way on a connection", rpc->config.calls_per_conn);
	}
	if (is_within_rate(conn, stats->binding, err) && allow_call(stats->binding->access, &conn->caller->caller, err))
		return true;
	metric_add(stats->refused, 1);
	return false;
}

/* Answers at once what cannot become a call. */
static void dispatch_request(struct conn *conn, const json_t *in, struct reply_group *group)
{
	struct rpc *rpc = conn->rpc;
	struct kd_request request = { 0 };
	struct kd_fault fault = { 0 };
	struct method_stats *stats;
	struct err err = { .retry_after_ms = -1 };

	if (!kd_request_read(in, &request, &fault)) {
		conn_bad_message(conn);
		answer_fault(rpc, group, request.id, &fault, -1);
		return;
	}
	stats = dispatch_find(rpc, request.method);
	if (!stats) {
		conn_bad_message(conn);
		err_set(&err, KD_E_METHOD, "no such method");
		answer_err(rpc, group, request.id, &err);
		return;
	}
	loop_note(rpc->config.loop, stats->binding->method->name);
	if (!is_admitted(conn, stats, &err)) {
		answer_err(rpc, group, request.id, &err);
		return;
	}
	if (!run_create(conn, stats, &request, group, &fault)) {
		metric_add(stats->refused, 1);
		if (request.id)
			answer_fault(rpc, group, request.id, &fault, -1);
	}
}

/* A plain request, without building its JSON: most are. False: it is not, and nothing has been done. */
static bool dispatch_quick(struct conn *conn, const char *text, size_t len)
{
	struct err err = { .retry_after_ms = -1 };
	char method[KD_METHOD_NAME_MAX + 1];
	struct method_stats *stats;
	struct reply_group *group;
	struct kd_quick q;
	struct arena *mem;
	json_t *id;
	void *params;

	if (!kd_quick_read(text, len, &conn->rpc->config.scan, &q))
		return false;
	memcpy(method, q.method, q.method_len);
	method[q.method_len] = '\0';
	stats = dispatch_find(conn->rpc, method);
	if (!stats || !stats->binding->method->params)
		return false;
	mem = run_memory(stats);
	group = mem ? calloc(1, sizeof(*group)) : NULL;
	params = group ? arena_alloc(mem, stats->binding->method->params_size + 1) : NULL;
	if (!params || !kd_quick_decode(stats->binding->method->params, &q, arena_mem(mem), params, stats->binding->method->params_size)) {
		free(group);
		arena_destroy(mem);
		return false;
	}
	loop_note(conn->rpc->config.loop, stats->binding->method->name);
	group->conn = conn->id;
	if (is_admitted(conn, stats, &err)) {
		run_start(conn, stats, group, mem, params, arena_strndup(mem, q.id, q.id_len));
		return true;
	}
	id = json_loadb(q.id, q.id_len, JSON_DECODE_ANY, NULL);
	group->waiting = 1;
	answer_err(conn->rpc, group, id, &err);
	call_group_answer(conn->rpc, group, NULL, 0);
	json_decref(id);
	arena_destroy(mem);
	return true;
}

/* --- one message ------------------------------------------------------------------------------------------- */

static void dispatch_refuse(struct conn *conn, const struct kd_fault *fault)
{
	json_t *answer = kd_response_error(NULL, fault, -1);

	conn_bad_message(conn);
	conn_send_json(conn->rpc, conn->id, answer, true);
	json_decref(answer);
}

void dispatch_message(struct conn *conn, const char *text, size_t len)
{
	struct kd_fault fault = { 0 };
	struct reply_group *group;
	uint64_t id = conn->id;
	struct rpc *rpc = conn->rpc;
	json_t *in, *item;
	size_t i;

	if (dispatch_quick(conn, text, len))
		return;
	in = kd_parse(text, len, &rpc->config.scan, &fault);
	if (!in) {
		if (fault.limit)
			metric_add(rpc->refusals.message[fault.limit], 1);
		dispatch_refuse(conn, &fault);
		return;
	}
	if (json_is_array(in) && (json_array_size(in) == 0 || json_array_size(in) > (size_t)rpc->config.batch)) {
		fault = (struct kd_fault){ .code = KD_E_REQUEST };
		snprintf(fault.reason, sizeof(fault.reason), "a batch holds 1 to %d requests", rpc->config.batch);
		if (json_array_size(in) > 0)
			metric_add(rpc->refusals.batch, 1);
		dispatch_refuse(conn, &fault);
		json_decref(in);
		return;
	}
	group = calloc(1, sizeof(*group));
	if (!group) {
		conn_close(conn, NET_CLOSE_TRY_LATER, "the server is short of memory");
		json_decref(in);
		return;
	}
	group->conn = id;
	group->waiting = 1; /* held until all requests have been started */
	if (!json_is_array(in)) {
		dispatch_request(conn, in, group);
	} else {
		group->is_batch = true;
		json_array_foreach(in, i, item)
			if (conn->state == CONN_OPEN)
				dispatch_request(conn, item, group);
	}
	json_decref(in);
	call_group_answer(rpc, group, NULL, 0);
}
