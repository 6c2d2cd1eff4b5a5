/* import_rpc.c - board.import: a file or a list read, and laid as a new board. import.c has the rules. */
#include "board/board.h"
#include "board/board_lay.h"
#include "board/board_rules.h"
#include "board/import.h"
#include "protocol/board_import.h"
#include "rpc/http_call.h"
#include "board_sql.h"
#include <string.h>

#define BODY_MAX (4u << 20)

static call_step import_store, import_stored, import_laid;

struct import_frame {
	struct board_lay lay; /* first: board_lay's */
	struct kd_board_file list; /* what a list became */
	const struct kd_board_file *file;
	const char *title, *template;
	struct kd_board_import_result answer;
};

static bool is_read(struct call *c)
{
	const struct kd_board_import *p = c->params;
	struct import_frame *f = c->frame;

	if (!p->file == !p->csv)
		return err_set(&c->err, KD_E_INVALID, "give either a file or a list");
	if (p->csv && !p->title) {
		err_set(&c->err, KD_E_INVALID, "a list needs a title");
		strcpy(c->err.field, "/title");
		return false;
	}
	if (p->title && !board_title_fits(p->title, &c->err))
		return false;
	f->file = p->file ? p->file : &f->list;
	if (p->csv && !import_list(p->csv, c->mem, &f->list, &c->err))
		return false;
	return !p->file || import_file_fits(p->file, "/file", &c->err);
}

static enum call_next board_import(struct call *c)
{
	const struct kd_board_import *p = c->params;
	struct import_frame *f = c->frame;

	if (!is_read(c))
		return call_refuse(c);
	f->title = p->title ? p->title : f->file->title;
	f->template = f->file->template && template_find(f->file->template) ? f->file->template : NULL;
	return call_create(c, "board", p->board, "space", p->space, import_store);
}

static enum call_next import_store(struct call *c)
{
	const struct kd_board_import *p = c->params;
	const struct import_frame *f = c->frame;

	return call_query(c, import_stored, &Q_BOARD_INSERT, p->board, p->space, f->title, c->caller->member, f->template);
}

static enum call_next import_stored(struct call *c)
{
	const struct kd_board_import *p = c->params;
	struct import_frame *f = c->frame;
	struct kd_board_created ev = { p->board, p->space, f->title, f->template };
	struct board_content content;

	f->answer.seq = call_emit(c, &kd_board_created, &ev);
	f->answer.sections = (int64_t)f->file->sections.count;
	f->answer.cards = (int64_t)f->file->cards.count;
	board_content_read(c, f->file, &content);
	return board_lay(c, p->board, &content, import_laid);
}

static enum call_next import_laid(struct call *c)
{
	const struct import_frame *f = c->frame;

	return call_reply(c, &f->answer);
}

const struct rpc_binding board_import_rpc[] = {
	{ &kd_board_import, board_import, ACCESS_MEMBER, RATE_HEAVY, sizeof(struct import_frame) },
	{ .method = NULL },
};

/* --- large ones, over HTTP --------------------------------------------------------------------------------------------------------- */

static void import_post(void *owner, struct http_request *request)
{
	static const struct kd_scan_limits limits = { .max_bytes = BODY_MAX, .max_depth = 8, .max_values = 80000, .max_keys = 32,
		.max_containers = KD_BOARD_CARDS + KD_BOARD_SECTIONS + 16 };

	http_call(owner, request, kd_board_import.name, &limits);
}

const struct http_route board_import_routes[] = {
	{ "POST", "/call/board.import", import_post, HTTP_SIGNED_IN, BODY_MAX },
	{ .path = NULL },
};
