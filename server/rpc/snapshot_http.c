/* snapshot_http.c - large snapshots over HTTP, where they travel by gzip: GET /snapshot/<stream>/<seq>.
 *
 * Any node answers, for the request may come to another than the connection that was told the address: what the stream holds at that
 * number or later. */
#include "rpc/reader.h"
#include "rpc/rpc_private.h"
#include <stdlib.h>

#define ROOT "/snapshot/"

struct fetch { /* one request */
	struct reader reader;
	int64_t least;
	struct pack_wait pack;
};

const char *snapshot_offer(struct rpc *rpc, struct arena *mem, const char *stream, struct snapshot *s)
{
	if (!s->packed && !s->packing && !s->is_unpackable)
		snapshot_pack(s, rpc->config.loop, NULL);
	return arena_printf(mem, "\"" ROOT "%s/%lld\"", stream, (long long)s->seq);
}

static void fetch_free(struct reader *r)
{
	struct fetch *f = (struct fetch *)r;

	snapshot_pack_cancel(&f->pack);
	free(f);
}

/* --- the answer ------------------------------------------------------------------------------------------------------ */

static void body_done(void *owner)
{
	snapshot_unref(owner);
}

static void fetch_answer(struct fetch *f, bool is_packed)
{
	struct http_request *request = f->reader.request;
	struct snapshot *s = f->reader.snapshot;
	char seq[24];

	f->reader.snapshot = NULL; /* the body's */
	snprintf(seq, sizeof(seq), "%lld", (long long)s->seq);
	http_header(request, "Cache-Control", "private, no-store");
	http_header(request, "Vary", "Accept-Encoding");
	http_header(request, "Korsdrag-Seq", seq);
	if (is_packed)
		http_header(request, "Content-Encoding", "gzip");
	http_reply_lent(request, 200, "application/json", is_packed ? s->packed : s->text, is_packed ? s->packed_len : s->len, body_done, s);
	reader_end(&f->reader);
}

static void packed(struct pack_wait *w)
{
	struct fetch *f = (struct fetch *)((char *)w - offsetof(struct fetch, pack));

	fetch_answer(f, f->reader.snapshot->packed != NULL);
}

static void fetch_pack(struct reader *r)
{
	struct fetch *f = (struct fetch *)r;
	struct snapshot *s = r->snapshot;

	if (!http_takes_gzip(r->request) || s->is_unpackable || s->packed) {
		fetch_answer(f, http_takes_gzip(r->request) && s->packed);
		return;
	}
	f->pack.done = packed;
	snapshot_pack(s, r->rpc->config.loop, &f->pack);
}

/* --- the request --------------------------------------------------------------------------------------------------------- */

static void fetch_allowed(struct reader *r)
{
	struct fetch *f = (struct fetch *)r;

	/* A number that the stream has not come to was never given out, nor one of a snapshot that is one member's alone. */
	if (f->least > r->opening.head || r->kind->snapshot->params != 1)
		reader_refuse(r, 404, "no such object\n");
	else
		reader_read(r, f->least);
}

/* "/snapshot/board:<id>/12" */
static bool fetch_read_path(struct fetch *f, const char *path, char ret_name[STREAM_NAME_SIZE])
{
	const char *stream = path + strlen(ROOT), *slash = strchr(stream, '/');
	char *end;

	if (!slash || (size_t)(slash - stream) >= STREAM_NAME_SIZE || slash[1] < '0' || slash[1] > '9')
		return false;
	memcpy(ret_name, stream, (size_t)(slash - stream));
	ret_name[slash - stream] = '\0';
	f->least = strtoll(slash + 1, &end, 10);
	return *end == '\0' && f->least <= KD_MAX_SAFE_INT;
}

static void snapshot_get(void *owner, struct http_request *r)
{
	struct rpc *rpc = owner;
	struct fetch *f = reserve_is_low() || rpc->is_draining ? NULL : calloc(1, sizeof(*f));
	char name[STREAM_NAME_SIZE];

	if (!f) {
		reader_reply(r, 503, "try again\n");
	} else if (!fetch_read_path(f, http_path(r), name)) {
		reader_reply(r, 404, "no such object\n");
		free(f);
	} else if (!reader_is_paced(rpc, r, RATE_READ)) {
		free(f);
	} else {
		f->reader.rate = RATE_READ;
		f->reader.allowed = fetch_allowed;
		f->reader.read = fetch_pack;
		f->reader.free = fetch_free;
		reader_begin(&f->reader, rpc, r, name);
	}
}

const struct http_route rpc_routes[] = {
	{ "GET", ROOT, snapshot_get, HTTP_SIGNED_IN, 0 },
	{ .path = NULL },
};
