/* account.c - the domain's state: mailer, limits, and what runs by the clock (invitations that are due, and
 * clearing out what has ended). */
#include "account/account_private.h"
#include "account/mail.h"
#include "protocol/account.h"
#include <stdio.h>
#include <stdlib.h>

#define ASKS_WINDOW_MS (10 * 60 * 1000)
#define INVITE_EVERY_MS 2000
#define INVITE_AT_ONCE 20
#define INVITE_GOOD_MS (9 * 60 * 1000) /* less than the ten minutes that other nodes leave it alone */
#define PURGE_EVERY_MS (60 * 60 * 1000)
#define MAIL_TEXT_MAX 8192

/* --- streams -------------------------------------------------------------------------------------- */

static const struct stream_kind member_kind = {
	.name = "member", .access = &Q_MEMBER_ACCESS, .hint_topic = "people"
};
static const struct stream_kind network_kind = {
	.name = "network", .access = &Q_NETWORK_ACCESS, .hint_topic = "people"
};
const struct stream_kind *const account_stream_kinds[] = { &member_kind, &network_kind, NULL };

/* --- methods -------------------------------------------------------------------------------------- */

const struct rpc_binding account_rpc[] = {
	{ &kd_me_get, me_get, ACCESS_MEMBER, RATE_READ, 0 },
	{ &kd_me_update, me_update, ACCESS_MEMBER, RATE_WRITE, 0 },
	{ &kd_session_list, session_list, ACCESS_MEMBER, RATE_READ, 0 },
	{ &kd_session_revoke, session_revoke, ACCESS_MEMBER, RATE_WRITE, 0 },
	{ &kd_token_create, token_create, ACCESS_MEMBER, RATE_WRITE, sizeof(struct kd_token_create_result) },
	{ .method = NULL },
};

/* --- invitations ---------------------------------------------------------------------------------- */

static void invitation_forgotten(void *owner, const struct db_rows *rows, const struct err *err)
{
	(void)owner;
	(void)rows;
	if (err)
		log_line(LOG_WARN, "invitation may be sent twice", "detail", err->detail, NULL);
}

static void invitation_sent(void *owner, const char *member, bool has_left)
{
	struct account *a = owner;
	const char *params[] = { member };

	if (has_left) /* otherwise it becomes due again */
		db_query(a->db, NULL, &Q_INVITATION_DONE, params, invitation_forgotten, NULL);
}

static void invitations_claimed(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct account *a = owner;
	char link[512];

	a->is_claiming = false;
	if (err)
		return; /* the database is away: db/ has said so, and we ask again */
	snprintf(link, sizeof(link), "%s/sign-in", a->config.origin);
	for (int i = 0; i < db_count(rows); i++) {
		struct mail mail = { .to = db_text(rows, i, "mail") };
		struct buf text;

		buf_init(&text, MAIL_TEXT_MAX);
		mail.subject =
		        mail_invitation(db_text(rows, i, "locale"), db_text(rows, i, "name"), link, &text);
		mail.text = text.data;
		if (text.failed || !mailer_send(a->mailer, &mail, INVITE_GOOD_MS, invitation_sent, a,
		                           db_text(rows, i, "id")))
			log_line(LOG_WARN, "invitation waits", "reason", "the mail queue is full", NULL);
		buf_finish(&text);
	}
}

static void invitations_ask(void *owner)
{
	struct account *a = owner;
	const char *params[] = { "20" };

	_Static_assert(INVITE_AT_ONCE == 20, "the parameter is the number");
	if (a->is_claiming || !db_is_up(a->db) || mailer_room(a->mailer) < 5 * INVITE_AT_ONCE)
		return;
	a->is_claiming = true;
	db_query(a->db, &a->claim_ticket, &Q_INVITATION_CLAIM, params, invitations_claimed, a);
}

/* --- clearing out --------------------------------------------------------------------------------- */

static void purged(void *owner, const struct db_rows *rows, const struct err *err)
{
	(void)owner;
	(void)rows;
	if (err)
		log_line(LOG_WARN, "purge failed", "detail", err->detail, NULL);
}

static void purge(void *owner)
{
	struct account *a = owner;

	if (db_is_up(a->db))
		db_query(a->db, NULL, &Q_ACCOUNT_PURGE, NULL, purged, NULL);
}

/* --- limits --------------------------------------------------------------------------------------- */

static void limits_take(struct account *a)
{
	const struct account_config *config = &a->config;

	snprintf(a->link_ms, sizeof(a->link_ms), "%lld", (long long)config->link_ms);
	snprintf(a->mails_per_hour, sizeof(a->mails_per_hour), "%d", config->mails_per_hour);
	snprintf(a->session_ms, sizeof(a->session_ms), "%lld", (long long)config->session_ms);
	snprintf(a->session_idle_ms, sizeof(a->session_idle_ms), "%lld", (long long)config->session_idle_ms);
	a->refused_asks = metric_refusals("rate.ask");
	a->refused_redeems = metric_refusals("rate.redeem");
	a->refused_mails = metric_refusals("limit.mails");
	a->refused_links = metric_refusals("limit.link");
}

/* --- life ----------------------------------------------------------------------------------------- */

struct account *account_create(
        struct loop *loop, struct db *db, const struct account_config *config, struct err *err)
{
	struct account *a = calloc(1, sizeof(*a));

	if (!a) {
		err_set(err, KD_E_INTERNAL, "out of memory");
		return NULL;
	}
	a->loop = loop;
	a->db = db;
	a->config = *config;
	a->mailer = mailer_create(loop, &config->mail, err);
	if (!a->mailer) {
		free(a);
		return NULL;
	}
	limit_init(&a->asks, config->asks_per_address ? config->asks_per_address : 60, ASKS_WINDOW_MS);
	limit_init(
	        &a->redeems, config->redeems_per_address ? config->redeems_per_address : 60, ASKS_WINDOW_MS);
	limits_take(a);
	a->invite_timer = loop_timer_create(loop, invitations_ask, a);
	a->purge_timer = loop_timer_create(loop, purge, a);
	timer_start(a->invite_timer, INVITE_EVERY_MS, INVITE_EVERY_MS);
	timer_start(a->purge_timer, PURGE_EVERY_MS, PURGE_EVERY_MS);
	return a;
}

void account_destroy(struct account *a)
{
	if (!a)
		return;
	db_ticket_cancel(&a->claim_ticket);
	auth_free_all(a);
	timer_destroy(a->invite_timer);
	timer_destroy(a->purge_timer);
	mailer_destroy(a->mailer);
	free(a);
}
