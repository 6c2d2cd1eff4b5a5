/* node.c - puts the rooms together, runs the loop, drains. */
#include "node.h"
#include "ops.h"
#include "account/account.h"
#include "account/operator.h"
#include "base/log.h"
#include "base/reserve.h"
#include "board/board.h"
#include "db/replica.h"
#include "loop/loop.h"
#include "people/people.h"
#include "rpc/rpc.h"
#include "stream/nats_link.h"
#include "talk/talk.h"
#include "text/markdown.h"
#include "board_sql.h"
#include "card_sql.h"
#include "journal_sql.h"
#include "lock_sql.h"
#include "people_sql.h"
#include "post_sql.h"
#include "section_sql.h"
#include "space_sql.h"
#include "thread_sql.h"
#include "timer_sql.h"
#include "vote_sql.h"
#include "writing_sql.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

const struct db_stmt *const *const node_statements[] = {
	db_primary_statements, journal_statements, account_statements, people_statements, space_statements, thread_statements, post_statements,
	board_statements, section_statements, card_statements, lock_statements, timer_statements, vote_statements, writing_statements, NULL,
};

/* What may be a little old. */
static const struct db_stmt *const *const node_replica_statements[] = { db_replica_statements, people_replica_statements, NULL };

static const struct rpc_binding *const bindings[] = {
	stream_rpc, account_rpc, people_rpc, space_rpc, thread_rpc, post_rpc, board_rpc, section_rpc, card_rpc, lock_rpc, timer_rpc, vote_rpc,
	writing_rpc, draft_rpc, template_rpc, board_import_rpc, NULL,
};

/* Routes of the browser client: they all get its index.html, and it finds its way by the path. */
static const char *const app_paths[] = {
	"/", "/thread/", "/boards", "/board/", "/people", "/people/", "/cohorts", "/spaces", "/space/", "/me", "/admin", "/admin/",
	"/sign-in", "/sign-in/link", "/write", NULL,
};

#define KINDS_MAX 16
#define QUIET_LOOK_MS 20
#define CONNS_MAX 100000 /* 2 KB each when idle */
#define COMMAND_TURN_MS 60000 /* a command serves nobody whom a slow turn would hold up */

struct node {
	const struct settings *settings;
	const struct config *config;
	const struct config_source *source;
	struct loop *loop;
	struct db *db;
	struct db_replica *replica;
	struct rpc *rpc;
	struct account *account;
	struct net *net;
	struct ops ops;
	struct talk_config talk;
	struct loop_signal *on_term, *on_int, *on_hup;
	struct timer *deadline, *quiet; /* while draining */
	bool is_cut_short; /* by a second signal */
	const struct stream_kind *kinds[KINDS_MAX + 1];
	char application[64]; /* what PostgreSQL calls us */
	int64_t timeline;     /* of the primary that was checked */
};

static void kinds_add(struct node *n, const struct stream_kind *const *kinds)
{
	size_t count = 0;

	while (n->kinds[count])
		count++;
	for (; *kinds && count < KINDS_MAX; kinds++)
		n->kinds[count++] = *kinds;
}

/* --- the end ------------------------------------------------------------------------------------------- */

/* The last answers over HTTP leave after the last connection has. */
static void drained_if_quiet(void *owner)
{
	struct node *n = owner;

	if (net_is_answering(n->net))
		return;
	log_line(LOG_INFO, "drained", NULL);
	timer_stop(n->quiet);
	loop_stop(n->loop);
}

static void drained(void *owner)
{
	struct node *n = owner;

	timer_start(n->quiet, 0, QUIET_LOOK_MS);
}

static void drain_too_long(void *owner)
{
	struct node *n = owner;

	log_line(LOG_WARN, "drain took too long", "connections", log_int(net_conn_count(n->net)), NULL);
	loop_stop(n->loop);
}

static void on_signal(void *owner, int signum)
{
	struct node *n = owner;

	if (n->ops.is_draining) { /* the second time: at once */
		log_line(LOG_WARN, "drain cut short", "signal", strsignal(signum), NULL);
		n->is_cut_short = true;
		loop_stop(n->loop);
		return;
	}
	log_line(LOG_INFO, "draining", "signal", strsignal(signum), "connections", log_int(net_conn_count(n->net)), NULL);
	n->ops.is_draining = true;
	net_stop_listening(n->net);
	timer_start(n->deadline, n->settings->drain_ms, 0);
	rpc_drain(n->rpc, n->settings->drain_spread_ms < n->settings->drain_ms / 2 ? n->settings->drain_spread_ms
		: n->settings->drain_ms / 2, drained, n);
}

static void on_reload(void *owner, int signum)
{
	struct node *n = owner;

	(void)signum;
	settings_reload(n->config, n->source, n->settings->node);
}

static void node_destroy(struct node *n)
{
	loop_signal_destroy(n->on_hup);
	loop_signal_destroy(n->on_term);
	loop_signal_destroy(n->on_int);
	timer_destroy(n->deadline);
	timer_destroy(n->quiet);
	account_destroy(n->account); /* first: libwebsockets closes one descriptor twice as it goes, which could be a mail's by then */
	net_destroy(n->net);         /* tells rpc of every connection that is left */
	rpc_destroy(n->rpc);
	db_replica_destroy(n->replica);
	db_destroy(n->db);
	loop_destroy(n->loop);
}

/* --- the start ----------------------------------------------------------------------------------------- */

static struct db *open_db(struct node *n)
{
	const struct settings *s = n->settings;

	snprintf(n->application, sizeof(n->application), "korsdrag %s", s->node);
	return db_create(n->loop, &(struct db_config){
		.conninfo = s->database_url, .pool_size = (int)s->database_pool, .statement_timeout_ms = s->database_statement_ms,
		.queue_ms = s->database_queue_ms, .statements = node_statements, .application = n->application,
		.timeline = n->timeline });
}

/* As many connections as to the primary, for it may get all of these reads. */
static bool open_replica(struct node *n)
{
	const struct settings *s = n->settings;

	if (!s->database_replica_url[0])
		return true;
	n->replica = db_replica_create(n->loop, n->db, &(struct db_config){
		.conninfo = s->database_replica_url, .pool_size = (int)s->database_pool, .statement_timeout_ms = s->database_statement_ms,
		.queue_ms = s->database_queue_ms, .statements = node_replica_statements, .application = n->application },
		s->database_replica_lag_ms);
	return n->replica != NULL;
}

static struct kd_scan_limits scan_limits(const struct settings *s)
{
	return (struct kd_scan_limits){ .max_bytes = (size_t)s->limit_message, .max_depth = (int)s->limit_nesting,
		.max_values = (int)s->limit_values, .max_keys = (int)s->limit_keys, .max_containers = (int)s->limit_containers };
}

static bool open_rpc(struct node *n, struct err *err)
{
	const struct settings *s = n->settings;

	const struct nats_link_config nats = {
		.servers = s->bus_servers, .credentials_file = s->bus_credentials_file, .user = s->bus_user, .password = s->bus_password, .token = s->bus_token,
		.ca_file = s->bus_ca_file, .certificate_file = s->bus_certificate_file, .key_file = s->bus_key_file };

	kinds_add(n, account_stream_kinds);
	kinds_add(n, talk_stream_kinds);
	kinds_add(n, board_stream_kinds);
	n->rpc = rpc_create(&(struct rpc_config){
		.loop = n->loop, .db = n->db, .replica = n->replica, .replica_lag_ms = s->database_replica_lag_ms, .bindings = bindings, .kinds = n->kinds,
		.nats = s->bus_servers[0] ? &nats : NULL, .bus_subjects = s->bus_subjects,
		.caller_by_credential = &Q_CALLER_BY_CREDENTIAL, .callers_by_credential = &Q_CALLERS_BY_CREDENTIAL, .caller_by_session = &Q_CALLER_BY_SESSION,
		.credential_ended = &Q_CREDENTIAL_ENDED, .scan = scan_limits(s), .batch = (int)s->limit_batch,
		.bad_messages = (int)s->limit_bad_messages, .bad_messages_ms = s->limit_bad_messages_ms,
		.session_check_ms = s->limit_session_check_ms, .retry_ms = s->database_queue_ms, .calls_per_conn = (int)s->limit_calls_per_conn, .conns_per_member = (int)s->limit_conns_per_member,
		.models_max = (size_t)s->models_max, .model_idle_ms = s->model_idle_ms, .snapshots_max = (size_t)s->snapshots_max,
		.snapshot_idle_ms = s->snapshot_idle_ms,
		.rate_per_minute = { [RATE_READ] = s->rate_read, [RATE_WRITE] = s->rate_write, [RATE_LIVE] = s->rate_live,
			[RATE_HEAVY] = s->rate_heavy } }, err);
	if (!n->rpc)
		return false;
	n->talk.post_max = (size_t)s->limit_post;
	rpc_set_domain(n->rpc, "talk", &n->talk);
	return true;
}

static bool open_account(struct node *n, struct err *err)
{
	const struct settings *s = n->settings;

	n->account = account_create(n->loop, n->db, &(struct account_config){
		.origin = s->origins[0], .link_ms = s->limit_link_ms, .mails_per_hour = (int)s->limit_mails,
		.session_ms = s->limit_session_ms, .session_idle_ms = s->limit_session_idle_ms, .asks_per_address = (int)s->asks_per_address,
		.redeems_per_address = (int)s->redeems_per_address,
		.mail = { .url = s->mail_url, .user = s->mail_user, .password = s->mail_password,
			.ca_file = s->mail_ca_file, .from = s->mail_from,
			.folder = s->mail_folder, .may_be_clear = s->mail_may_be_clear } }, err);
	if (n->account)
		rpc_set_domain(n->rpc, "account", n->account);
	return n->account != NULL;
}

/* Each connection is a descriptor; the database's, files being served, mail and the loop's own need theirs too. */
static int conns_max(const struct settings *s)
{
	int64_t reserve = 100 + s->database_pool * (s->database_replica_url[0] ? 2 : 1);
	struct rlimit limit;

	if (s->limit_conns)
		return (int)s->limit_conns;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > CONNS_MAX)
		return CONNS_MAX;
	return (int64_t)limit.rlim_cur > 2 * reserve ? (int)((int64_t)limit.rlim_cur - reserve) : (int)limit.rlim_cur / 2;
}

static bool open_net(struct node *n, struct err *err)
{
	static const struct http_route *const routes[] = { account_routes, rpc_routes, board_routes, board_import_routes, ops_routes, NULL };
	const struct settings *s = n->settings;

	n->net = net_create(n->loop, &(struct net_config){
		.listen = s->listen, .origins = s->origins, .proxies = s->proxies, .web_root = s->web_root[0] ? s->web_root : NULL,
		.app_paths = app_paths, .is_loopback_required = !s->listen_anywhere, .max_head = (size_t)s->limit_head,
		.head_ms = s->limit_head_ms, .idle_ms = s->limit_idle_ms, .keep_alive_ms = s->limit_keep_alive_ms,
		.max_message = (size_t)s->limit_message, .max_fragments = (int)s->limit_fragments,
		.queue_soft = (size_t)s->limit_queue_soft, .queue_soft_ms = s->limit_queue_soft_ms,
		.queue_hard = (size_t)s->limit_queue_hard, .behind_ms = s->limit_behind_ms, .max_conns = conns_max(s),
		.max_conns_per_address = (int)s->limit_conns_per_address, .ping_ms = s->ping_ms, .dead_ms = s->dead_ms,
		.handlers = rpc_net_handlers(), .routes = routes, .owner = n->rpc }, err);
	if (!n->net)
		return false;
	n->ops.db = n->db;
	n->ops.replica = n->replica;
	n->ops.rpc = n->rpc;
	net_set_route_owner(n->net, account_routes, n->account);
	net_set_route_owner(n->net, rpc_routes, n->rpc);
	net_set_route_owner(n->net, board_routes, n->rpc);
	net_set_route_owner(n->net, board_import_routes, n->rpc);
	net_set_route_owner(n->net, ops_routes, &n->ops);
	rpc_set_net(n->rpc, n->net);
	return true;
}

static bool open_rooms(struct node *n, struct err *err)
{
	n->loop = loop_create();
	n->db = n->loop ? open_db(n) : NULL;
	settings_metrics(n->settings, conns_max(n->settings));
	markdown_limits((int)n->settings->limit_rendering_growth, n->settings->limit_rendering_ms);
	if (n->loop)
		loop_slow_after(n->loop, n->settings->limit_turn_ms);
	if (!n->db || !open_replica(n))
		return err_set(err, KD_E_INTERNAL, "out of memory or descriptors");
	if (!open_rpc(n, err) || !open_account(n, err) || !open_net(n, err))
		return false;
	n->deadline = loop_timer_create(n->loop, drain_too_long, n);
	n->quiet = loop_timer_create(n->loop, drained_if_quiet, n);
	n->on_term = loop_signal_create(n->loop, SIGTERM, on_signal, n);
	n->on_int = loop_signal_create(n->loop, SIGINT, on_signal, n);
	n->on_hup = loop_signal_create(n->loop, SIGHUP, on_reload, n);
	if (!n->deadline || !n->quiet || !n->on_term || !n->on_int || !n->on_hup)
		return err_set(err, KD_E_INTERNAL, "out of memory or descriptors");
	return true;
}

/* As many descriptors as the host allows us: each connection is one. */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int complain(const struct err *err)
{
	log_line(LOG_ERROR, "cannot start", "reason", err->text, "detail", err->detail[0] ? err->detail : NULL, NULL);
	return 1;
}

int node_serve(const struct settings *s, const struct config *config, const struct config_source *source)
{
	struct node n = { .settings = s, .config = config, .source = source };
	struct err err = { 0 };
	int status = 0;

	raise_descriptors();
	(void)reserve_keep(); /* what is missing is sought again whenever somebody asks whether memory is short */
	if (!db_check(s->database_url, s->database_allow_unsafe, &n.timeline, &err))
		return complain(&err);
	if (open_rooms(&n, &err)) {
		log_line(LOG_INFO, "serving", "listen", s->listen, "origin", s->origins[0], "version", KORSDRAG_VERSION, NULL);
		loop_run(n.loop);
		status = n.is_cut_short;
	} else {
		status = complain(&err);
	}
	node_destroy(&n);
	return status;
}

int node_operate(const struct settings *s, int argc, char *const *argv)
{
	struct node n = { .settings = s };
	int status = 1;

	n.timeline = db_newest_timeline(s->database_url);
	n.loop = loop_create();
	if (n.loop)
		loop_slow_after(n.loop, COMMAND_TURN_MS);
	n.db = n.loop ? open_db(&n) : NULL;
	if (n.db)
		status = operator_run(n.loop, n.db, s->origins[0], argc, argv);
	db_destroy(n.db);
	loop_destroy(n.loop);
	return status;
}
