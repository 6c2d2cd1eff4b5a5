/* thread_rpc.c - threads: list, begin, rename. */
#include "protocol/talk.h"
#include "talk/talk.h"
#include "talk/talk_store.h"
#include "text/markdown.h"
#include <string.h>

#define THREADS_A_PAGE 20

/* --- thread.list --------------------------------------------------------------------------------- */

struct thread_list_frame {
	struct thread_cursor after;
};

static call_step thread_list_query;

static enum call_next thread_list(struct call *c)
{
	const struct kd_thread_list *p = c->params;
	struct thread_list_frame *f = c->frame;

	if (p->after && !thread_cursor_read(&f->after, p->after, &c->err))
		return call_refuse(c);
	return p->space ? call_open(c, "space", p->space, thread_list_query) : thread_list_query(c);
}

static enum call_next thread_list_query(struct call *c)
{
	const struct kd_thread_list *p = c->params;
	const struct thread_list_frame *f = c->frame;

	return call_query(c, call_reply_row, &Q_THREAD_LIST, c->caller->member, p->space,
	        p->filter ? p->filter : "all", call_int(c, p->limit.is_set ? p->limit.value : THREADS_A_PAGE),
	        p->after ? f->after.at_us : NULL, p->after ? f->after.id : NULL);
}

/* --- thread.create ------------------------------------------------------------------------------- */

/* Rendered before our turn on a stream comes: nobody waits for it. */
struct thread_create_frame {
	const char *html, *excerpt;
};

static call_step thread_create_store, thread_create_stored;

static enum call_next thread_create(struct call *c)
{
	const struct kd_thread_create *p = c->params;
	struct thread_create_frame *f = c->frame;

	if (!talk_line_fits("/title", p->title, &c->err) || !post_text_fits(p->text, talk_config_of(c)->post_max, &c->err))
		return call_refuse(c);
	f->html = markdown_to_html(c->mem, p->text, strlen(p->text));
	f->excerpt = markdown_excerpt(c->mem, p->text, KD_EXCERPT_MAX);
	return call_create(c, "thread", p->thread, "space", p->space, thread_create_store);
}

static enum call_next thread_create_store(struct call *c)
{
	const struct kd_thread_create *p = c->params;
	const struct thread_create_frame *f = c->frame;

	return call_query(c, thread_create_stored, &Q_THREAD_INSERT, p->thread, p->space, p->title,
	        f->excerpt, c->caller->member, p->post, p->text, f->html);
}

static enum call_next thread_create_stored(struct call *c)
{
	const struct kd_thread_create *p = c->params;
	struct kd_thread_created ev = { p->thread, p->space, p->title };
	struct kd_seq answer;

	call_emit(c, &kd_thread_created, &ev);
	answer.seq =
	        call_emit_json(c, &kd_post_created, json_pack("{so}", "post", db_json(c->rows, 0, "post")));
	return call_reply(c, &answer);
}

/* --- thread.rename ------------------------------------------------------------------------------- */

static call_step thread_rename_load, thread_rename_decide, thread_rename_stored;

static enum call_next thread_rename(struct call *c)
{
	const struct kd_thread_rename *p = c->params;

	if (!talk_line_fits("/title", p->title, &c->err))
		return call_refuse(c);
	return call_change(c, "thread", p->thread, thread_rename_load);
}

static enum call_next thread_rename_load(struct call *c)
{
	const struct kd_thread_rename *p = c->params;

	return call_query(c, thread_rename_decide, &Q_THREAD_FOR_CHANGE, p->thread);
}

static enum call_next thread_rename_decide(struct call *c)
{
	const struct kd_thread_rename *p = c->params;
	struct talk_role who = talk_role_of(c);

	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_NOT_FOUND, "no such thread");
	if (!thread_may_rename(&who, db_text(c->rows, 0, "created_by"), &c->err))
		return call_refuse(c);
	return call_query(c, thread_rename_stored, &Q_THREAD_RETITLE, p->thread, p->title);
}

static enum call_next thread_rename_stored(struct call *c)
{
	const struct kd_thread_rename *p = c->params;
	struct kd_thread_renamed ev = { p->title };
	struct kd_seq answer = { call_emit(c, &kd_thread_renamed, &ev) };

	return call_reply(c, &answer);
}

const struct rpc_binding thread_rpc[] = {
	{ &kd_thread_list, thread_list, ACCESS_MEMBER, RATE_READ, sizeof(struct thread_list_frame) },
	{ &kd_thread_create, thread_create, ACCESS_MEMBER, RATE_WRITE, sizeof(struct thread_create_frame) },
	{ &kd_thread_rename, thread_rename, ACCESS_MEMBER, RATE_WRITE, 0 },
	{ .method = NULL },
};
