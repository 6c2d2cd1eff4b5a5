/* export_http.c - a board as a file: GET /board/<id>/export.csv, .md, .json, .pdf and .png, for whoever may read it.
 *
 * The file is made on another thread (loop/work.h) from the snapshot that viewers get, so it holds what they see and nothing else. */
#include "board/board.h"
#include "board/export.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/reserve.h"
#include "loop/work.h"
#include "rpc/reader.h"
#include "rpc/rpc.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUT_MAX (64u << 20)     /* bytes of a file */
#define DECODED_MAX (128u << 20) /* of 5,000 cards at most some 20 MB */
#define DRAWING_MAX_US (30 * 1000000) /* 5,000 cards with 150 characters each take 5 s as pages, 0.3 s as a picture */

static const struct form {
	const char *ending, *type;
} forms[EXPORT_FORMATS] = {
	[EXPORT_CSV] = { ".csv", "text/csv; charset=utf-8; header=present" },
	[EXPORT_MARKDOWN] = { ".md", "text/markdown; charset=utf-8" },
	[EXPORT_JSON] = { ".json", "application/json" },
	[EXPORT_PDF] = { ".pdf", "application/pdf" },
	[EXPORT_PNG] = { ".png", "image/png" },
};

struct job { /* what the other thread has */
	struct snapshot *snapshot; /* its text is only read; the reference is given back on the loop */
	enum export_format format;
	const struct export_words *words;
	int64_t now_ms;
	struct buf out, disposition;
	bool is_whole;
};

struct request {
	struct reader reader; /* first */
	enum export_format format;
	struct work *work;
};

/* --- on the other thread ------------------------------------------------------------------------------------------------- */

static bool job_write(const struct job *j, const struct kd_board_snapshot *board, struct buf *out)
{
	const struct export e = { board, j->words, j->now_ms, clock_mono_us() + DRAWING_MAX_US };

	switch (j->format) {
	case EXPORT_CSV:
		export_csv(&e, out);
		return true;
	case EXPORT_MARKDOWN:
		export_markdown(&e, out);
		return true;
	case EXPORT_JSON:
		return export_json(&e, out);
	case EXPORT_PDF:
		return export_pdf(&e, out);
	case EXPORT_PNG:
		return export_png(&e, out);
	default:
		return false;
	}
}

static void job_run(void *job)
{
	struct job *j = job;
	struct kd_board_snapshot board;
	struct kd_fault fault;
	struct arena *mem = arena_create(0, DECODED_MAX);
	json_t *json = mem ? json_loadb(j->snapshot->text, j->snapshot->len, 0, NULL) : NULL;

	if (json && kd_decode(kd_board_snapshot_fields, json, arena_mem(mem), &board, sizeof(board), &fault)) {
		export_disposition(board.board.title, j->words, forms[j->format].ending, &j->disposition);
		j->is_whole = job_write(j, &board, &j->out) && !j->out.failed && !j->disposition.failed;
	}
	json_decref(json);
	arena_destroy(mem);
}

/* --- on the loop ------------------------------------------------------------------------------------------------------------ */

static void job_free(void *job)
{
	struct job *j = job;

	snapshot_unref(j->snapshot);
	buf_finish(&j->out);
	buf_finish(&j->disposition);
	free(j);
}

static void body_done(void *body)
{
	free(body);
}

static void exported(void *owner, void *job)
{
	struct request *q = owner;
	struct job *j = job;
	struct http_request *http = q->reader.request;
	size_t len;
	char *body;

	q->work = NULL;
	if (!j->is_whole) {
		log_line(LOG_WARN, "export not made", "board", q->reader.id, "format", forms[j->format].ending + 1, NULL);
		reader_refuse(&q->reader, 503, "this board could not be made a file of that kind\n");
		return;
	}
	body = buf_take(&j->out, &len);
	http_header(http, "Cache-Control", "private, no-store");
	http_header(http, "Content-Disposition", j->disposition.data);
	http_reply_lent(http, 200, forms[j->format].type, body, len, body_done, body);
	reader_end(&q->reader);
}

static void request_read(struct reader *r)
{
	struct request *q = (struct request *)r;
	struct job *j = reserve_is_low() ? NULL : calloc(1, sizeof(*j));

	if (j) {
		j->snapshot = snapshot_ref(r->snapshot);
		j->format = q->format;
		j->words = export_words_of(r->caller->caller.locale);
		j->now_ms = clock_now_ms();
		buf_init(&j->out, OUT_MAX);
		buf_init(&j->disposition, 4096);
		q->work = work_begin(rpc_loop(r->rpc), j, job_run, exported, job_free, q);
		if (!q->work)
			job_free(j);
	}
	if (!q->work)
		reader_refuse(r, 503, "many files are being made just now; try again\n");
}

static void request_allowed(struct reader *r)
{
	reader_read(r, r->opening.head);
}

static void request_free(struct reader *r)
{
	struct request *q = (struct request *)r;

	work_abandon(q->work);
	free(q);
}

/* "/board/<id>/export.csv" */
static bool path_read(const char *path, enum export_format *ret_format, char ret_name[STREAM_NAME_SIZE])
{
	const char *id = path + strlen("/board/"), *slash = strchr(id, '/'), *ending = slash ? strchr(slash, '.') : NULL;
	int f = 0;

	while (ending && f < EXPORT_FORMATS && strcmp(forms[f].ending, ending) != 0)
		f++;
	if (!ending || f == EXPORT_FORMATS || slash - id != ID_SIZE - 1)
		return false;
	*ret_format = (enum export_format)f;
	snprintf(ret_name, STREAM_NAME_SIZE, "board:%.*s", ID_SIZE - 1, id);
	return true;
}

static void export_get(void *owner, struct http_request *http)
{
	struct rpc *rpc = owner;
	struct request *q = reserve_is_low() ? NULL : calloc(1, sizeof(*q));
	char name[STREAM_NAME_SIZE];

	if (!q) {
		reader_reply(http, 503, "try again\n");
	} else if (!path_read(http_path(http), &q->format, name)) {
		reader_reply(http, 404, "no such object\n");
		free(q);
	} else if (!reader_is_paced(rpc, http, RATE_HEAVY)) {
		free(q);
	} else {
		q->reader.rate = RATE_HEAVY;
		q->reader.allowed = request_allowed;
		q->reader.read = request_read;
		q->reader.free = request_free;
		reader_begin(&q->reader, rpc, http, name);
	}
}

const struct http_route board_routes[] = {
	{ "GET", "/board/*/export.csv", export_get, HTTP_SIGNED_IN, 0 },
	{ "GET", "/board/*/export.md", export_get, HTTP_SIGNED_IN, 0 },
	{ "GET", "/board/*/export.json", export_get, HTTP_SIGNED_IN, 0 },
	{ "GET", "/board/*/export.pdf", export_get, HTTP_SIGNED_IN, 0 },
	{ "GET", "/board/*/export.png", export_get, HTTP_SIGNED_IN, 0 },
	{ .path = NULL },
};
