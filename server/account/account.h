/* account.h - signing in and out, sessions, and what members say of themselves.
 *
 * Sign-in is by a mailed link: 256 random bits that only their hash is kept of, good for some minutes and
 * once, in the browser that asked for it. A session is such a secret too, in a cookie or, as a token, in the
 * hands of a script. */
#ifndef ACCOUNT_ACCOUNT_H
#define ACCOUNT_ACCOUNT_H
#include "account/mailer.h"
#include "net/net.h"
#include "rpc/call.h"
#include "stream/stream.h"
#include "account_sql.h" /* account_statements[], and Q_CALLER_BY_CREDENTIAL, Q_CALLER_BY_SESSION for rpc_config */
struct account;

struct account_config {
	const char *origin; /* "https://korsdrag.example.se": where mailed links lead; borrowed for good */
	struct mailer_config mail;
	int64_t link_ms;         /* how long a mailed link is good */
	int mails_per_hour;      /* links asked for one mail address that are mailed */
	int64_t session_ms, session_idle_ms; /* a browser's session: longest life, and without use; for those that begin now */
	int asks_per_address;    /* POST /auth/ask from one peer address in ten minutes; 0: 60 */
	int redeems_per_address; /* POST /auth/redeem likewise; 0: 60 */
};

/* Main hands it to handlers with rpc_set_domain(rpc, "account", a) and to the routes with
 * net_set_route_owner(net, account_routes, a). NULL: err says why. */
struct account *account_create(
        struct loop *loop, struct db *db, const struct account_config *config, struct err *err);
void account_destroy(
        struct account *a); /* NULL is fine; mails that have not left are lost, invitations go out later */

extern const struct rpc_binding account_rpc[];
extern const struct http_route account_routes[];
extern const struct stream_kind *const account_stream_kinds[]; /* "member", "network"; ends with NULL */

/* For people/, inside a change: whoever is in $1, a uuid[] as text, gets an invitation once the change is
 * committed. */
#define ACCOUNT_INVITE (&Q_INVITATION_ADD)

#endif
