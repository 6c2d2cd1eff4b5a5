/* snapshot_http.c - large snapshots over HTTP, where they travel by gzip: GET /snapshot/<stream>/<seq>.
 *
 * Any node answers, for the request may come to another than the connection that was told the address: what the stream holds at that
 * number or later. Who asks is looked up anew for each request, and the right to read is looked at with that. */
#include "rpc/rpc_private.h"
#include "rpc/allow.h"
#include <stdlib.h>

#define ROOT "/snapshot/"
#define ADDRESS_SHARE 40 /* as of calls: an address stands for an office */

struct fetch { /* one request */
	struct fetch *prev, *next; /* rpc->fetches */
	struct rpc *rpc;
	struct http_request *request;
	const struct stream_kind *kind;
	char name[STREAM_NAME_SIZE];
	const char *id;            /* in name */
	int64_t least;
	struct caller_ref *caller;
	struct db_ticket ticket;
	struct opening_wait opening;
	struct pack_wait pack;
	struct snapshot *snapshot;
};

const char *snapshot_offer(struct rpc *rpc, struct arena *mem, const char *stream, struct snapshot *s)
{
	if (!s->packed && !s->packing && !s->is_unpackable)
		snapshot_pack(s, rpc->config.loop, NULL);
	return arena_printf(mem, "\"" ROOT "%s/%lld\"", stream, (long long)s->seq);
}

static void fetch_free(struct fetch *f)
{
	DL_DELETE(f->rpc->fetches, f);
	db_ticket_cancel(&f->ticket);
	openings_cancel(&f->opening);
	snapshot_unref(f->opening.snapshot);
	snapshot_pack_cancel(&f->pack);
	snapshot_unref(f->snapshot);
	caller_unref(f->caller);
	free(f);
}

static void reply(struct http_request *r, int status, const char *why)
{
	if (status == 503)
		http_header(r, "Retry-After", "1");
	http_reply(r, status, "text/plain; charset=utf-8", why, strlen(why));
}

static void fetch_refuse(struct fetch *f, int status, const char *why)
{
	reply(f->request, status, why);
	fetch_free(f);
}

static void fetch_fail(struct fetch *f, const struct err *err)
{
	bool is_ours = err->code == KD_E_INTERNAL;

	if (is_ours)
		log_line(LOG_ERROR, "snapshot not answered", "stream", f->kind->name, "detail", err->detail[0] ? err->detail : err->text, NULL);
	fetch_refuse(f, is_ours ? 500 : 503, is_ours ? "something went wrong on our side\n" : "try again\n");
}

void snapshot_fetches_end(struct rpc *rpc)
{
	while (rpc->fetches)
		fetch_refuse(rpc->fetches, 503, "the server is stopping\n");
}

/* --- the answer ------------------------------------------------------------------------------------------------------ */

static void body_done(void *owner)
{
	snapshot_unref(owner);
}

static void fetch_answer(struct fetch *f, bool is_packed)
{
	struct snapshot *s = f->snapshot;
	char seq[24];

	f->snapshot = NULL; /* the body's */
	snprintf(seq, sizeof(seq), "%lld", (long long)s->seq);
	http_header(f->request, "Cache-Control", "private, no-store");
	http_header(f->request, "Vary", "Accept-Encoding");
	http_header(f->request, "Korsdrag-Seq", seq);
	if (is_packed)
		http_header(f->request, "Content-Encoding", "gzip");
	http_reply_lent(f->request, 200, "application/json", is_packed ? s->packed : s->text, is_packed ? s->packed_len : s->len, body_done, s);
	fetch_free(f);
}

static void packed(struct pack_wait *w)
{
	struct fetch *f = (struct fetch *)((char *)w - offsetof(struct fetch, pack));

	fetch_answer(f, f->snapshot->packed != NULL);
}

static void fetch_pack(struct fetch *f)
{
	if (!http_takes_gzip(f->request) || f->snapshot->is_unpackable || f->snapshot->packed) {
		fetch_answer(f, http_takes_gzip(f->request) && f->snapshot->packed);
		return;
	}
	f->pack.done = packed;
	snapshot_pack(f->snapshot, f->rpc->config.loop, &f->pack);
}

/* --- what it holds ------------------------------------------------------------------------------------------------------ */

static void snapshot_read(struct opening_wait *w, const struct err *err)
{
	struct fetch *f = (struct fetch *)((char *)w - offsetof(struct fetch, opening));

	f->snapshot = w->snapshot;
	w->snapshot = NULL;
	if (err)
		fetch_fail(f, err);
	else if (!f->snapshot)
		fetch_refuse(f, 404, "no such object\n");
	else
		fetch_pack(f);
}

static void looked(struct opening_wait *w, const struct err *err)
{
	struct fetch *f = (struct fetch *)((char *)w - offsetof(struct fetch, opening));

	if (err) {
		fetch_fail(f, err);
		return;
	}
	/* A number that the stream has not come to was never given out. */
	if (!w->is_found || !access_may_read(&w->access, &f->caller->caller) || f->least > w->head) {
		fetch_refuse(f, 404, "no such object\n");
		return;
	}
	f->snapshot = openings_kept(f->rpc->openings, f->name, f->least);
	if (f->snapshot) {
		fetch_pack(f);
		return;
	}
	w->done = snapshot_read;
	openings_read(f->rpc->openings, f->kind, f->id, f->least, w);
}

/* --- who asks ------------------------------------------------------------------------------------------------------------ */

static bool is_within_rate(struct rpc *rpc, struct http_request *r, const char *who, int share)
{
	int64_t retry_ms = 0;
	char seconds[24];

	if (rate_take(rpc->rates, who, RATE_READ, share, clock_mono_ms(), &retry_ms))
		return true;
	metric_add(rpc->refusals.rate[RATE_READ], 1);
	snprintf(seconds, sizeof(seconds), "%lld", (long long)(retry_ms / 1000 + 1));
	http_header(r, "Retry-After", seconds);
	return false;
}

static void caller_known(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct fetch *f = owner;
	struct err forbidden;

	if (err) {
		fetch_fail(f, err);
		return;
	}
	f->caller = caller_from_row(rows, 0);
	if (!f->caller)
		fetch_refuse(f, 401, "sign in again\n");
	else if (!allow_call(ACCESS_MEMBER, &f->caller->caller, &forbidden))
		fetch_refuse(f, 403, "not for you\n");
	else if (!is_within_rate(f->rpc, f->request, f->caller->caller.member, 1))
		fetch_refuse(f, 429, "too many calls of this kind; wait a moment\n");
	else
		openings_look(f->rpc->openings, f->kind, f->id, &f->opening);
}

/* "/snapshot/board:<id>/12" */
static bool fetch_read_path(struct fetch *f, const char *path)
{
	const char *stream = path + strlen(ROOT), *slash = strchr(stream, '/');
	char *end;

	if (!slash || (size_t)(slash - stream) >= sizeof(f->name) || slash[1] < '0' || slash[1] > '9')
		return false;
	memcpy(f->name, stream, (size_t)(slash - stream));
	f->least = strtoll(slash + 1, &end, 10);
	f->kind = stream_name_read(f->rpc->config.kinds, f->name, &f->id);
	return *end == '\0' && f->least <= KD_MAX_SAFE_INT && f->kind && f->kind->snapshot && f->kind->snapshot->params == 1;
}

static void snapshot_get(void *owner, struct http_request *r)
{
	struct rpc *rpc = owner;
	bool is_bearer;
	const char *credential = http_credential(r, &is_bearer);
	struct fetch *f = reserve_is_low() || rpc->is_draining ? NULL : calloc(1, sizeof(*f));
	char hash[HASH_SIZE];
	const char *params[] = { hash, call_bool(is_bearer) };

	if (!f) {
		reply(r, 503, "try again\n");
		return;
	}
	f->rpc = rpc;
	f->request = r;
	f->opening.done = looked;
	DL_APPEND(rpc->fetches, f);
	if (!fetch_read_path(f, http_path(r))) {
		fetch_refuse(f, 404, "no such object\n");
	} else if (!is_within_rate(rpc, r, http_address(r), ADDRESS_SHARE)) {
		fetch_refuse(f, 429, "too many calls of this kind; wait a moment\n");
	} else {
		secret_hash(credential, hash);
		db_query(rpc->config.db, &f->ticket, rpc->config.caller_by_credential, params, caller_known, f);
	}
}

const struct http_route rpc_routes[] = {
	{ "GET", ROOT, snapshot_get, HTTP_SIGNED_IN, 0 },
	{ .path = NULL },
};
