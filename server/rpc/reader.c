/* reader.c - from an HTTP request to the snapshot that it may have. */
#include "rpc/reader.h"
#include "rpc/allow.h"
#include "rpc/rpc_private.h"
#include <string.h>

#define ADDRESS_SHARE 40 /* as of calls: an address stands for an office */

void reader_reply(struct http_request *request, int status, const char *why)
{
	if (status == 503)
		http_header(request, "Retry-After", "1");
	http_reply(request, status, "text/plain; charset=utf-8", why, strlen(why));
}

void reader_end(struct reader *r)
{
	DL_DELETE(r->rpc->readers, r);
	db_ticket_cancel(&r->ticket);
	openings_cancel(&r->opening);
	snapshot_unref(r->opening.snapshot);
	snapshot_unref(r->snapshot);
	caller_unref(r->caller);
	r->free(r);
}

void reader_refuse(struct reader *r, int status, const char *why)
{
	reader_reply(r->request, status, why);
	reader_end(r);
}

static void reader_fail(struct reader *r, const struct err *err)
{
	bool is_ours = err->code == KD_E_INTERNAL;

	if (is_ours)
		log_line(LOG_ERROR, "request not answered", "stream", r->kind ? r->kind->name : NULL, "detail", err->detail[0] ? err->detail : err->text, NULL);
	reader_refuse(r, is_ours ? 500 : 503, is_ours ? "something went wrong on our side\n" : "try again\n");
}

void readers_end(struct rpc *rpc)
{
	while (rpc->readers)
		reader_refuse(rpc->readers, 503, "the server is stopping\n");
}

/* --- what it holds ------------------------------------------------------------------------------------------------------ */

static void reader_take(struct reader *r, struct snapshot *snapshot)
{
	r->snapshot = snapshot;
	if (snapshot)
		r->read(r);
	else
		reader_refuse(r, 404, "no such object\n");
}

static void snapshot_read(struct opening_wait *w, const struct err *err)
{
	struct reader *r = (struct reader *)((char *)w - offsetof(struct reader, opening));
	struct snapshot *s = w->snapshot;

	w->snapshot = NULL;
	if (err)
		reader_fail(r, err);
	else
		reader_take(r, s);
}

/* A snapshot that is made for who asks alone. */
static void own_read(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct reader *r = owner;
	struct snapshot *s = err || db_count(rows) == 0 ? NULL : snapshot_from_row(rows);

	if (err)
		reader_fail(r, err);
	else if (!s && db_count(rows) > 0)
		reader_refuse(r, 503, "try again\n");
	else
		reader_take(r, s);
}

void reader_read(struct reader *r, int64_t least)
{
	struct rpc *rpc = r->rpc;
	const char *params[] = { r->id, r->caller->caller.member };

	if (r->kind->snapshot->params > 1) {
		db_query(rpc->config.db, &r->ticket, r->kind->snapshot, params, own_read, r);
		return;
	}
	r->snapshot = openings_kept(rpc->openings, r->name, least);
	if (r->snapshot) {
		r->read(r);
		return;
	}
	r->opening.done = snapshot_read;
	openings_read(rpc->openings, r->kind, r->id, least, &r->opening);
}

static void looked(struct opening_wait *w, const struct err *err)
{
	struct reader *r = (struct reader *)((char *)w - offsetof(struct reader, opening));

	if (err)
		reader_fail(r, err);
	else if (!w->is_found || !access_may_read(&w->access, &r->caller->caller))
		reader_refuse(r, 404, "no such object\n");
	else
		r->allowed(r);
}

/* --- who asks ------------------------------------------------------------------------------------------------------------ */

static bool is_within_rate(struct rpc *rpc, struct http_request *request, const char *who, enum call_rate rate, int share)
{
	int64_t retry_ms = 0;
	char seconds[24];

	if (rate_take(rpc->rates, who, (int)rate, share, clock_mono_ms(), &retry_ms))
		return true;
	metric_add(rpc->refusals.rate[rate], 1);
	snprintf(seconds, sizeof(seconds), "%lld", (long long)(retry_ms / 1000 + 1));
	http_header(request, "Retry-After", seconds);
	return false;
}

bool reader_is_paced(struct rpc *rpc, struct http_request *request, enum call_rate rate)
{
	if (is_within_rate(rpc, request, http_address(request), rate, ADDRESS_SHARE))
		return true;
	reader_reply(request, 429, "too many calls of this kind; wait a moment\n");
	return false;
}

static void caller_known(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct reader *r = owner;
	struct err forbidden;

	if (err) {
		reader_fail(r, err);
		return;
	}
	r->caller = caller_from_row(rows, 0);
	if (!r->caller)
		reader_refuse(r, 401, "sign in again\n");
	else if (!allow_call(ACCESS_MEMBER, &r->caller->caller, &forbidden))
		reader_refuse(r, 403, "not for you\n");
	else if (!is_within_rate(r->rpc, r->request, r->caller->caller.member, r->rate, 1))
		reader_refuse(r, 429, "too many calls of this kind; wait a moment\n");
	else if (!r->kind)
		r->allowed(r);
	else
		openings_look(r->rpc->openings, r->kind, r->id, &r->opening);
}

void reader_begin(struct reader *r, struct rpc *rpc, struct http_request *request, const char *name)
{
	bool is_bearer;
	const char *credential = http_credential(request, &is_bearer);
	char hash[HASH_SIZE];
	const char *params[] = { hash, call_bool(is_bearer) };

	r->rpc = rpc;
	r->request = request;
	r->opening.done = looked;
	snprintf(r->name, sizeof(r->name), "%s", name ? name : "");
	DL_APPEND(rpc->readers, r);
	r->kind = name ? stream_name_read(rpc->config.kinds, r->name, &r->id) : NULL;
	if (name && (!r->kind || !r->kind->snapshot)) {
		reader_refuse(r, 404, "no such object\n");
		return;
	}
	secret_hash(credential, hash);
	db_query(rpc->config.db, &r->ticket, rpc->config.caller_by_credential, params, caller_known, r);
}
