/* http_call.c - from the body of a POST to a call, and its answer back. */
#include "rpc/http_call.h"
#include "loop/work.h"
#include "rpc/reader.h"
#include "rpc/rpc_private.h"
#include <stdlib.h>
#include <string.h>

struct job { /* what the other thread has */
	const struct kd_method *method;
	const struct kd_scan_limits *limits;
	struct arena *mem;
	void *params;
	bool is_read;
	struct kd_fault fault;
	size_t len;
	char text[];
};

struct arrival { /* one request, until its call begins */
	struct reader reader; /* first */
	struct method_stats *stats;
	const struct kd_scan_limits *limits;
	struct work *work;
};

/* --- on the other thread ------------------------------------------------------------------------------------------------ */

static void job_run(void *job)
{
	struct job *j = job;
	json_t *json = kd_parse(j->text, j->len, j->limits, &j->fault);

	if (json && !json_is_object(json))
		j->fault = (struct kd_fault){ .code = KD_E_REQUEST, .reason = "must be an object" };
	j->params = json ? arena_try(j->mem, j->method->params_size + 1) : NULL;
	if (json && !j->params)
		j->fault = (struct kd_fault){ .code = KD_E_BUSY, .reason = "the server is short of memory" };
	j->is_read = j->params && json_is_object(json) &&
		kd_decode(j->method->params, json, arena_mem(j->mem), j->params, j->method->params_size, &j->fault);
	json_decref(json);
}

/* --- the answer ------------------------------------------------------------------------------------------------------------ */

static void answered(void *owner, const char *text, size_t len)
{
	if (text)
		http_reply(owner, 200, "application/json", text, len);
	else
		reader_reply(owner, 503, "try again\n");
}

static void answer_fault(struct http_request *request, const struct kd_fault *fault)
{
	json_t *id = json_integer(1), *answer = kd_response_error(id, fault, -1);
	char *text = json_dumps(answer, JSON_COMPACT);

	answered(request, text, text ? strlen(text) : 0);
	free(text);
	json_decref(answer);
	json_decref(id);
}

/* --- on the loop ------------------------------------------------------------------------------------------------------------- */

static void job_free(void *job)
{
	struct job *j = job;

	arena_destroy(j->mem);
	free(j);
}

static void arrival_start(struct arrival *a, struct job *j)
{
	struct reply_group *group = calloc(1, sizeof(*group));

	if (!group) {
		reader_reply(a->reader.request, 503, "try again\n");
		return;
	}
	group->answered = answered;
	group->owner = a->reader.request; /* the call's to answer from here on */
	call_begin(a->reader.rpc, a->stats, group, a->reader.caller, 0, j->mem, j->params, "1");
	j->mem = NULL; /* the call's */
}

static void arrived(void *owner, void *job)
{
	struct arrival *a = owner;
	struct job *j = job;

	a->work = NULL;
	if (j->is_read) {
		arrival_start(a, j);
	} else {
		metric_add(a->stats->refused, 1);
		answer_fault(a->reader.request, &j->fault);
	}
	reader_end(&a->reader);
}

static void arrival_allowed(struct reader *r)
{
	struct arrival *a = (struct arrival *)r;
	const struct rpc_binding *b = a->stats->binding;
	size_t len;
	const char *body = http_body(r->request, &len);
	struct job *j = reserve_is_low() ? NULL : malloc(sizeof(*j) + len + 1);

	if (j) {
		*j = (struct job){ .method = b->method, .limits = a->limits, .len = len };
		memcpy(j->text, body, len);
		j->text[len] = '\0';
		j->mem = arena_create(sizeof(struct call_run) + 1024 + b->method->params_size + b->frame_size, CALL_MEMORY_MAX);
		a->work = j->mem ? work_begin(r->rpc->config.loop, j, job_run, arrived, job_free, a) : NULL;
		if (!a->work)
			job_free(j);
	}
	if (!a->work)
		reader_refuse(r, 503, "many files are being read just now; try again\n");
}

static void arrival_free(struct reader *r)
{
	struct arrival *a = (struct arrival *)r;

	work_abandon(a->work);
	free(a);
}

void http_call(struct rpc *rpc, struct http_request *request, const char *method, const struct kd_scan_limits *limits)
{
	struct method_stats *stats = dispatch_find(rpc, method);
	struct arrival *a = reserve_is_low() || rpc->is_draining ? NULL : calloc(1, sizeof(*a));

	if (!a) {
		reader_reply(request, 503, "try again\n");
	} else if (!reader_is_paced(rpc, request, stats->binding->rate)) {
		free(a);
	} else {
		a->stats = stats;
		a->limits = limits;
		a->reader.rate = stats->binding->rate;
		a->reader.allowed = arrival_allowed;
		a->reader.free = arrival_free;
		reader_begin(&a->reader, rpc, request, NULL);
	}
}
