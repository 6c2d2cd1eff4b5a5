/* auth_http.c - signing in and out over HTTP, for nobody is signed in yet when it begins.
 *
 * All are POSTs from our own pages, so that neither a mail scanner that fetches links nor a foreign page
 * spends anything. /auth/ask answers before it looks anybody up: neither the answer nor its time can tell
 * whether an address is known. */
#include "account/account_private.h"
#include "account/mail.h"
#include "protocol/account.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utlist.h>

#define ASK_LONGER_MS (5 * 60 * 1000) /* that the asking browser is known for longer than a link is good */
#define BODY_MAX 4096
#define TEXT_MAX 8192

struct auth { /* one request's business with the database */
	struct auth *prev, *next;
	struct account *account;
	struct http_request *request; /* NULL once it is answered */
	struct db_ticket ticket;
	struct task lookup; /* of an asking */
	char mail[KD_MAIL_MAX + 1], browser_hash[HASH_SIZE];
	char secret[SECRET_SIZE]; /* the link's, or the new session's */
	char code[CODE_SIZE];
	char locale[3];
};

/* --- answers -------------------------------------------------------------------------------------- */

static void reply_code(struct http_request *r, int status, const char *code, const char *field)
{
	json_t *body = json_pack("{s:s}", "code", code);

	if (field)
		json_object_set_new(body, "field", json_string(field));
	http_header(r, "Cache-Control", "no-store");
	http_reply_json(r, status, body);
}

static void reply_wait(struct http_request *r, struct metric *refused, int64_t wait_ms)
{
	char seconds[24];

	metric_add(refused, 1);
	snprintf(seconds, sizeof(seconds), "%lld", (long long)(wait_ms / 1000 + 1));
	http_header(r, "Retry-After", seconds);
	reply_code(r, 429, "rate_limited", NULL);
}

static void reply_unavailable(struct http_request *r)
{
	http_header(r, "Retry-After", "5");
	reply_code(r, 503, "unavailable", NULL);
}

static struct auth *auth_begin(struct account *a, struct http_request *r)
{
	struct auth *auth = calloc(1, sizeof(*auth));

	if (!auth || !db_is_up(a->db)) {
		free(auth);
		reply_unavailable(r);
		return NULL;
	}
	auth->account = a;
	auth->request = r;
	DL_APPEND(a->auths, auth);
	return auth;
}

static void auth_end(struct auth *auth)
{
	DL_DELETE(auth->account->auths, auth);
	db_ticket_cancel(&auth->ticket);
	task_cancel(&auth->lookup);
	explicit_bzero(auth, sizeof(*auth));
	free(auth);
}

void auth_free_all(struct account *a)
{
	struct auth *auth, *next;

	DL_FOREACH_SAFE(a->auths, auth, next)
	{
		if (auth->request)
			reply_unavailable(auth->request);
		auth_end(auth);
	}
}

/* A JSON body that fits the fields, decoded into `out`; false: answered 400. */
static bool read_body(
        struct http_request *r, struct arena *mem, const struct kd_field *fields, void *out, size_t size)
{
	struct kd_fault fault = { .code = KD_OK };
	size_t len;
	const char *text = http_body(r, &len);
	json_t *body = kd_parse(text, len, &kd_scan_limits_default, &fault);
	bool ok = json_is_object(body) && kd_decode(fields, body, arena_mem(mem), out, size, &fault);

	json_decref(body);
	if (!ok)
		reply_code(r, 400, "invalid", fault.field[0] ? fault.field : NULL);
	return ok;
}

/* The asking browser's secret, hashed; false when it has none. */
static bool browser_of(struct http_request *r, char ret_hash[HASH_SIZE])
{
	const char *secret = http_cookie(r, COOKIE_ASK);

	if (!secret_is_shaped(secret))
		return false;
	secret_hash(secret, ret_hash);
	return true;
}

/* --- POST /auth/ask ------------------------------------------------------------------------------- */

static void asked(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct auth *auth = owner;
	struct account *a = auth->account;
	char link[512], code[CODE_SIZE + 1];
	struct mail mail;
	struct buf text;

	if (err)
		log_line(LOG_WARN, "link not made", "detail", err->detail, NULL);
	if (!err && !db_bool(rows, 0, "is_within"))
		metric_add(a->refused_mails, 1);
	if (!err && db_text(rows, 0, "mail")) {
		snprintf(link, sizeof(link), "%s/sign-in/link#%s", a->config.origin, auth->secret);
		code_print(auth->code, code);
		buf_init(&text, TEXT_MAX);
		mail.subject = mail_sign_in(auth->locale, db_text(rows, 0, "name"), link, code, a->config.link_ms, &text);
		mail.text = text.data;
		mail.to = db_text(rows, 0, "mail");
		if (text.failed || !mailer_send(a->mailer, &mail, a->config.link_ms, NULL, NULL, NULL))
			log_line(LOG_ERROR, "link not sent", "reason", "the mail queue is full", NULL);
		if (text.data)
			explicit_bzero(text.data, text.len);
		buf_finish(&text);
		explicit_bzero(link, sizeof(link));
	}
	auth_end(auth);
}

/* A browser that asks again keeps its secret, so that the first mail's link still works in it. */
static void ask_cookie(const struct account *a, struct http_request *r, char ret_hash[HASH_SIZE])
{
	const char *known = http_cookie(r, COOKIE_ASK);
	char secret[SECRET_SIZE], value[COOKIE_SIZE];

	if (secret_is_shaped(known))
		memcpy(secret, known, sizeof(secret));
	else
		secret_make(secret);
	secret_hash(secret, ret_hash);
	cookie_ask(secret, a->config.link_ms + ASK_LONGER_MS, value);
	http_header(r, "Set-Cookie", value);
}

static void ask_lookup(struct task *t)
{
	struct auth *auth = task_owner(t, struct auth, lookup);
	struct account *a = auth->account;
	char folded[KD_MAIL_MAX + 1], mail_hash[HASH_SIZE], id[ID_SIZE], token_hash[HASH_SIZE], code_hash[HASH_SIZE];
	const char *params[] = { auth->mail, mail_hash, id, token_hash, code_hash, auth->browser_hash, a->mails_per_hour,
		a->link_ms };

	mail_fold(auth->mail, folded, sizeof(folded));
	secret_hash(folded, mail_hash);
	id_make(id);
	secret_make(auth->secret);
	secret_hash(auth->secret, token_hash);
	code_make(auth->code);
	secret_hash(auth->code, code_hash);
	db_query(a->db, &auth->ticket, &Q_LINK_ASK, params, asked, auth);
}

/* The answer's own task is posted first: PostgreSQL, which works more for who is known, is not even awake while the answer
 * leaves. On few cores that was to be measured. */
static void ask_link(struct auth *auth, const struct kd_auth_ask *p)
{
	snprintf(auth->mail, sizeof(auth->mail), "%s", p->mail);
	snprintf(auth->locale, sizeof(auth->locale), "%s", p->locale);
	ask_cookie(auth->account, auth->request, auth->browser_hash);
	http_header(auth->request, "Cache-Control", "no-store");
	http_reply_json(auth->request, 202, json_object());
	auth->request = NULL;
	task_init(&auth->lookup, auth->account->loop, ask_lookup);
	task_post(&auth->lookup);
}

static void auth_ask(void *owner, struct http_request *r)
{
	struct account *a = owner;
	struct arena *mem = arena_create(2 * BODY_MAX, 64 * 1024);
	struct kd_auth_ask p;
	struct auth *auth;
	int64_t wait_ms;

	if (!mem)
		reply_unavailable(r);
	else if (!limit_take(&a->asks, http_address(r), &wait_ms))
		reply_wait(r, a->refused_asks, wait_ms);
	else if (!read_body(r, mem, kd_auth_ask_fields, &p, sizeof(p)))
		;
	else if (!mail_is_valid(p.mail))
		reply_code(r, 400, "invalid", "/mail");
	else if ((auth = auth_begin(a, r)))
		ask_link(auth, &p);
	arena_destroy(mem);
}

/* --- POST /auth/redeem ---------------------------------------------------------------------------- */

static void former_ended(void *owner, const struct db_rows *rows, const struct err *err)
{
	(void)owner;
	(void)rows;
	if (err)
		log_line(LOG_WARN, "former session not ended", "detail", err->detail, NULL);
}

/* A browser has one session: the one it came with, if any, ends. */
static void end_former(struct account *a, struct http_request *r)
{
	const char *former = http_cookie(r, COOKIE_SESSION);
	char hash[HASH_SIZE];
	const char *params[] = { hash };

	if (!secret_is_shaped(former))
		return;
	secret_hash(former, hash);
	db_query(a->db, NULL, &Q_SIGN_OUT, params, former_ended, NULL);
}

static void redeemed(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct auth *auth = owner;
	struct http_request *r = auth->request;
	char value[COOKIE_SIZE];

	if (err) {
		reply_unavailable(r);
		auth_end(auth);
		return;
	}
	switch (redeem_decide(db_bool(rows, 0, "is_open"), db_bool(rows, 0, "is_other_browser"))) {
	case REDEEM_OPEN:
		end_former(auth->account, r);
		cookie_session(auth->secret, auth->account->config.session_ms, value);
		http_header(r, "Set-Cookie", value);
		cookie_ask(NULL, 0, value);
		http_header(r, "Set-Cookie", value);
		log_line(LOG_INFO, "signed in", "member", db_text(rows, 0, "member"), NULL);
		http_header(r, "Cache-Control", "no-store");
		http_reply_json(r, 200, json_object());
		break;
	case REDEEM_OTHER_BROWSER:
		reply_code(r, 403, "other_browser", NULL);
		break;
	case REDEEM_INVALID:
		if (db_bool(rows, 0, "is_late"))
			metric_add(auth->account->refused_links, 1);
		reply_code(r, 410, "link_invalid", NULL);
		break;
	}
	auth_end(auth);
}

static void redeem(struct auth *auth, const char *token, const char *code)
{
	struct http_request *r = auth->request;
	char secret[HASH_SIZE], browser[HASH_SIZE], id[ID_SIZE], session[HASH_SIZE], name[SESSION_NAME_SIZE];
	bool has_browser = browser_of(r, browser);
	const struct account *a = auth->account;
	const char *by_token[] = { secret, has_browser ? browser : NULL, id, session, name, a->session_ms, a->session_idle_ms };
	const char *by_code[] = { browser, secret, id, session, name, a->session_ms, a->session_idle_ms };

	secret_hash(token ? token : code, secret);
	id_make(id);
	secret_make(auth->secret);
	secret_hash(auth->secret, session);
	session_name(http_user_agent(r), name);
	if (!token && !has_browser) {
		reply_code(r, 403, "other_browser", NULL); /* a code is good only where it was asked for */
		auth_end(auth);
		return;
	}
	db_query(auth->account->db, &auth->ticket, token ? &Q_LINK_REDEEM : &Q_CODE_REDEEM,
	        token ? by_token : by_code, redeemed, auth);
}

static void auth_redeem(void *owner, struct http_request *r)
{
	struct account *a = owner;
	struct arena *mem = arena_create(2 * BODY_MAX, 64 * 1024);
	struct kd_auth_redeem p;
	struct auth *auth;
	char code[CODE_SIZE];
	int64_t wait_ms;

	if (!mem)
		reply_unavailable(r);
	else if (!limit_take(&a->redeems, http_address(r), &wait_ms))
		reply_wait(r, a->refused_redeems, wait_ms);
	else if (!read_body(r, mem, kd_auth_redeem_fields, &p, sizeof(p)))
		;
	else if (!p.token == !p.code)
		reply_code(r, 400, "invalid", p.token ? "/code" : "/token");
	else if ((p.token && !secret_is_shaped(p.token)) || (p.code && !code_fold(p.code, code)))
		reply_code(r, 410, "link_invalid", NULL); /* it cannot be one of ours */
	else if ((auth = auth_begin(a, r)))
		redeem(auth, p.token, code);
	arena_destroy(mem);
}

/* --- POST /auth/sign-out -------------------------------------------------------------------------- */

static void reply_signed_out(struct http_request *r)
{
	char value[COOKIE_SIZE];

	cookie_session(NULL, 0, value);
	http_header(r, "Set-Cookie", value);
	http_header(r, "Cache-Control", "no-store");
	http_reply(r, 204, NULL, NULL, 0);
}

static void signed_out(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct auth *auth = owner;

	(void)rows;
	if (err)
		reply_unavailable(auth->request); /* the cookie stays: the session may live on */
	else
		reply_signed_out(auth->request);
	auth_end(auth);
}

static void auth_sign_out(void *owner, struct http_request *r)
{
	const char *secret = http_cookie(r, COOKIE_SESSION);
	char hash[HASH_SIZE];
	const char *params[] = { hash };
	struct auth *auth;

	if (!secret_is_shaped(secret)) {
		reply_signed_out(r);
		return;
	}
	secret_hash(secret, hash);
	auth = auth_begin(owner, r);
	if (auth)
		db_query(auth->account->db, &auth->ticket, &Q_SIGN_OUT, params, signed_out, auth);
}

const struct http_route account_routes[] = {
	{ "POST", "/auth/ask", auth_ask, HTTP_OWN_PAGES, BODY_MAX },
	{ "POST", "/auth/redeem", auth_redeem, HTTP_OWN_PAGES, BODY_MAX },
	{ "POST", "/auth/sign-out", auth_sign_out, HTTP_OWN_PAGES, BODY_MAX },
	{ .path = NULL },
};
