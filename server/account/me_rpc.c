/* me_rpc.c - what members see and change of themselves: who they are, their sessions, their tokens. All
 * events go to one's own stream, which makes every node read one's rights and session again. */
#include "account/account_private.h"
#include "base/line.h"
#include "protocol/account.h"

enum call_next me_get(struct call *c)
{
	return call_query(c, call_reply_row, &Q_ME_GET, c->caller->member, c->caller->session);
}

/* --- me.update ------------------------------------------------------------------------------------ */

static call_step me_update_store, me_update_stored;

enum call_next me_update(struct call *c)
{
	const struct kd_me_update *p = c->params;

	if (p->name && !line_is_visible(p->name))
		return call_fail_field(c, "/name", "must be one line with something to see on it");
	if (p->title && p->title[0] && !line_is_visible(p->title))
		return call_fail_field(c, "/title", "must be empty or one line with something to see on it");
	return call_change_unchecked(c, "member", c->caller->member, me_update_store);
}

static enum call_next me_update_store(struct call *c)
{
	const struct kd_me_update *p = c->params;

	return call_query(c, me_update_stored, &Q_ME_UPDATE, c->caller->member, p->name, p->title, p->about,
	        p->helps_with, p->locale, p->theme);
}

static enum call_next me_update_stored(struct call *c)
{
	const struct kd_me_update *p = c->params;
	struct kd_member_changed event = {
		.member = c->caller->member,
		.name = p->name,
		.title = p->title,
		.about = p->about,
		.helps_with = p->helps_with,
		.locale = p->locale,
		.theme = p->theme,
	};
	static const struct access everyone = { .openness = OPEN_NETWORK };
	struct kd_seq reply;

	if (p->name || p->title || p->helps_with)
		call_opens_to(c, &everyone); /* the directory shows it: hints go to all */
	reply.seq = call_emit(c, &kd_member_changed, &event);
	return call_reply(c, &reply);
}

/* --- sessions ------------------------------------------------------------------------------------- */

enum call_next session_list(struct call *c)
{
	return call_query(c, call_reply_row, &Q_SESSION_LIST, c->caller->member, c->caller->session);
}

static call_step session_revoke_store, session_revoke_stored;

enum call_next session_revoke(struct call *c)
{
	return call_change_unchecked(c, "member", c->caller->member, session_revoke_store);
}

static enum call_next session_revoke_store(struct call *c)
{
	const struct kd_session_revoke *p = c->params;

	return call_query(c, session_revoke_stored, &Q_SESSION_REVOKE, p->session, c->caller->member);
}

static enum call_next session_revoke_stored(struct call *c)
{
	const struct kd_session_revoke *p = c->params;
	struct kd_session_revoked event = { p->session };
	struct kd_seq reply;

	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_NOT_FOUND, "no such session");
	reply.seq = call_emit(c, &kd_session_revoked, &event);
	return call_reply(c, &reply);
}

/* --- tokens --------------------------------------------------------------------------------------- */

static call_step token_create_store, token_create_stored;

enum call_next token_create(struct call *c)
{
	const struct kd_token_create *p = c->params;

	if (!line_is_visible(p->name))
		return call_fail_field(c, "/name", "must be one line with something to see on it");
	return call_change_unchecked(c, "member", c->caller->member, token_create_store);
}

static enum call_next token_create_store(struct call *c)
{
	const struct kd_token_create *p = c->params;
	struct kd_token_create_result *f = c->frame;
	char *secret = arena_alloc(c->mem, SECRET_SIZE), hash[HASH_SIZE];

	secret_make(secret);
	secret_hash(secret, hash);
	f->token = secret;
	f->session = call_id(c);
	return call_query(c, token_create_stored, &Q_TOKEN_INSERT, f->session, c->caller->member, hash,
	        p->name, call_int(c, p->days));
}

static enum call_next token_create_stored(struct call *c)
{
	const struct kd_token_create *p = c->params;
	struct kd_token_create_result *f = c->frame;
	struct kd_token_created event = { .session = f->session, .name = p->name };

	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_CONFLICT, "you have 50 tokens: revoke one first");
	f->seq = call_emit(c, &kd_token_created, &event);
	return call_reply_once(c, f, "token");
}
