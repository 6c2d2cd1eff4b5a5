/* post_rpc.c - posts: list, write, edit, delete, preview. */
#include "protocol/talk.h"
#include "talk/talk.h"
#include "talk/talk_store.h"
#include "text/markdown.h"
#include <string.h>

/* --- post.list ------------------------------------------------------------------------------------ */

static call_step post_list_query;

static enum call_next post_list(struct call *c)
{
	const struct kd_post_list *p = c->params;

	return call_open(c, "thread", p->thread, post_list_query);
}

static enum call_next post_list_query(struct call *c)
{
	const struct kd_post_list *p = c->params;

	return call_query(c, call_reply_row, &Q_POST_LIST, p->thread, call_int(c, p->before),
	        call_int(c, p->limit.is_set ? p->limit.value : KD_POSTS_A_PAGE));
}

/* --- post.create ---------------------------------------------------------------------------------- */

/* Rendered before our turn on the thread comes: nobody waits for it. */
struct post_create_frame {
	const char *html;
};

static call_step post_create_store, post_create_stored;

static enum call_next post_create(struct call *c)
{
	const struct kd_post_create *p = c->params;
	struct post_create_frame *f = c->frame;

	if (!post_text_fits(p->text, talk_config_of(c)->post_max, &c->err))
		return call_refuse(c);
	f->html = markdown_to_html(c->mem, p->text, strlen(p->text));
	return call_change(c, "thread", p->thread, post_create_store);
}

static enum call_next post_create_store(struct call *c)
{
	const struct kd_post_create *p = c->params;
	const struct post_create_frame *f = c->frame;

	return call_query(c, post_create_stored, &Q_POST_INSERT, p->thread, p->post, p->text, f->html,
	        p->reply_to, c->caller->member);
}

static enum call_next post_create_stored(struct call *c)
{
	struct kd_post_create_result answer;

	if (db_count(c->rows) == 0)
		return call_fail_field(c, "/reply_to", "is not a post of this thread");
	answer.number = db_int(c->rows, 0, "number");
	answer.seq =
	        call_emit_json(c, &kd_post_created, json_pack("{so}", "post", db_json(c->rows, 0, "post")));
	return call_reply(c, &answer);
}

/* --- post.edit ------------------------------------------------------------------------------------ */

struct post_edit_frame {
	const char *html, *excerpt;
};

static call_step post_edit_load, post_edit_decide, post_edit_stored;

static enum call_next post_edit(struct call *c)
{
	const struct kd_post_edit *p = c->params;
	struct post_edit_frame *f = c->frame;

	if (!post_text_fits(p->text, talk_config_of(c)->post_max, &c->err))
		return call_refuse(c);
	f->html = markdown_to_html(c->mem, p->text, strlen(p->text));
	f->excerpt = markdown_excerpt(c->mem, p->text, KD_EXCERPT_MAX);
	return call_change(c, "thread", p->thread, post_edit_load);
}

static enum call_next post_edit_load(struct call *c)
{
	const struct kd_post_edit *p = c->params;

	return call_query(c, post_edit_decide, &Q_POST_FOR_CHANGE, p->thread, p->post);
}

static enum call_next post_edit_decide(struct call *c)
{
	const struct kd_post_edit *p = c->params;
	const struct post_edit_frame *f = c->frame;
	struct talk_role who = talk_role_of(c);
	struct post_facts post;

	if (!post_facts_from_row(&post, c->rows, c->mem))
		return call_fail(c, KD_E_NOT_FOUND, "no such post in this thread");
	if (!post_may_edit(&who, &post, p->revision, &c->err))
		return call_refuse(c);
	return call_query(
	        c, post_edit_stored, &Q_POST_CHANGE, p->thread, p->post, p->text, f->html, f->excerpt);
}

static enum call_next post_edit_stored(struct call *c)
{
	const struct kd_post_edit *p = c->params;
	const struct post_edit_frame *f = c->frame;
	struct kd_post_edited ev = {
		p->post,
		p->text,
		f->html,
		db_int(c->rows, 0, "revision"),
		db_int(c->rows, 0, "edited_at"),
	};
	struct kd_post_edit_result answer = { call_emit(c, &kd_post_edited, &ev), ev.revision };

	return call_reply(c, &answer);
}

/* --- post.delete ---------------------------------------------------------------------------------- */

static call_step post_delete_load, post_delete_decide, post_delete_forget, post_delete_forgotten;

static enum call_next post_delete(struct call *c)
{
	const struct kd_post_delete *p = c->params;

	return call_change(c, "thread", p->thread, post_delete_load);
}

static enum call_next post_delete_load(struct call *c)
{
	const struct kd_post_delete *p = c->params;

	return call_query(c, post_delete_decide, &Q_POST_FOR_CHANGE, p->thread, p->post);
}

static enum call_next post_delete_decide(struct call *c)
{
	const struct kd_post_delete *p = c->params;
	struct talk_role who = talk_role_of(c);
	struct post_facts post;

	if (!post_facts_from_row(&post, c->rows, c->mem))
		return call_fail(c, KD_E_NOT_FOUND, "no such post in this thread");
	if (!post_may_delete(&who, &post, &c->err))
		return call_refuse(c);
	return call_query(c, post_delete_forget, &Q_POST_REMOVE, p->thread, p->post);
}

static enum call_next post_delete_forget(struct call *c)
{
	const struct kd_post_delete *p = c->params;

	return call_query(c, post_delete_forgotten, &Q_POST_FORGET, p->thread, p->post);
}

static enum call_next post_delete_forgotten(struct call *c)
{
	const struct kd_post_delete *p = c->params;
	struct kd_post_deleted ev = { p->post };
	struct kd_seq answer = { call_emit(c, &kd_post_deleted, &ev) };

	return call_reply(c, &answer);
}

/* --- post.preview --------------------------------------------------------------------------------- */

static enum call_next post_preview(struct call *c)
{
	const struct kd_post_preview *p = c->params;
	struct kd_post_preview_result answer;

	if (!post_size_fits(p->text, talk_config_of(c)->post_max, &c->err))
		return call_refuse(c);
	answer.html = markdown_to_html(c->mem, p->text, strlen(p->text));
	return call_reply(c, &answer);
}

const struct rpc_binding post_rpc[] = {
	{ &kd_post_list, post_list, ACCESS_MEMBER, RATE_READ, 0 },
	{ &kd_post_create, post_create, ACCESS_MEMBER, RATE_WRITE, sizeof(struct post_create_frame) },
	{ &kd_post_edit, post_edit, ACCESS_MEMBER, RATE_WRITE, sizeof(struct post_edit_frame) },
	{ &kd_post_delete, post_delete, ACCESS_MEMBER, RATE_WRITE, 0 },
	{ &kd_post_preview, post_preview, ACCESS_MEMBER, RATE_WRITE, 0 },
	{ .method = NULL },
};
