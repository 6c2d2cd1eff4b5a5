/* account_private.h - what the files of account/ share. */
#ifndef ACCOUNT_ACCOUNT_PRIVATE_H
#define ACCOUNT_ACCOUNT_PRIVATE_H
#include "account/account.h"
#include "account/limit.h"
#include "account/sign_in.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "loop/loop.h"

struct auth; /* an HTTP request that waits for the database: auth_http.c */

struct account {
	struct loop *loop;
	struct db *db;
	struct account_config config;
	struct mailer *mailer;
	struct limit asks, redeems;
	char link_ms[24], mails_per_hour[24], session_ms[24], session_idle_ms[24]; /* as statements take them */
	struct metric *refused_asks, *refused_redeems, *refused_mails, *refused_links;
	struct auth *auths;
	struct timer *invite_timer, *purge_timer;
	struct db_ticket claim_ticket;
	bool is_claiming;
};

void auth_free_all(struct account *a);

/* me_rpc.c */
call_step me_get, me_update, session_list, session_revoke, token_create;
#endif
