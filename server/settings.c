/* settings.c - the table of settings. Defaults are those of a small network behind a TLS proxy on the same host. */
#include "settings.h"
#include "db/db.h"
#include "db/replica.h"
#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

static const char *const log_levels[] = { "error", "warn", "info", "debug", NULL };
static const char *const log_formats[] = { "text", "json", NULL };

static const char *wrong_origin(const char *value)
{
	const char *host = strncmp(value, "https://", 8) == 0 ? value + 8 : strncmp(value, "http://", 7) == 0 ? value + 7 : NULL;

	if (!host || !*host)
		return "must begin with https:// or http:// and name a host";
	return strpbrk(host, "/?# ") ? "must end with the host or port, without a slash" : NULL;
}

static const char *wrong_proxy(const char *value)
{
	unsigned char address[16];

	return inet_pton(AF_INET, value, address) == 1 || inet_pton(AF_INET6, value, address) == 1 || strcmp(value, "unix") == 0 ? NULL
		: "must be addresses, or unix for who comes by our unix socket, not names or networks";
}

static const char *wrong_url(const char *value)
{
	if (strncmp(value, "smtp://", 7) != 0 && strncmp(value, "smtps://", 8) != 0)
		return "must begin with smtp:// or smtps://";
	return strchr(value, '@') ? "must not hold a name or password: see mail.user and mail.password_file" : NULL;
}

static const char *wrong_bus(const char *value)
{
	const char *host = strncmp(value, "nats://", 7) == 0 ? value + 7 : strncmp(value, "tls://", 6) == 0 ? value + 6 : NULL;
	const char *port = host ? strrchr(host, ':') : NULL;

	if (!host)
		return "must begin with nats:// or tls://";
	if (strchr(host, '@'))
		return "must not hold a name or password: see bus.user, bus.password_file and bus.credentials_file";
	if (port && strchr(port, ']')) /* the last colon is within an IPv6 address */
		port = NULL;
	return !*host || host == port || strchr(host, '/') || (port && (!port[1] || port[1 + strspn(port + 1, "0123456789")]))
		? "must name a host, or a host and the number of its port, and nothing after it" : NULL;
}

static const char *wrong_subjects(const char *value)
{
	const char *letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

	return !*value || value[strspn(value, letters)] || *value == '.' || strstr(value, "..") || value[strlen(value) - 1] == '.'
		? "must be words of letters, digits, - and _, with single dots between them" : NULL;
}

#define DAY_MS INT64_C(86400000)
#define AT(member) offsetof(struct settings, member)
#define TEXT(k, m, d, most, say) { .key = k, .type = CONFIG_TEXT, .offset = AT(m), .initial = d, .max = most, .doc = say }
#define NUMBER(k, m, t, d, lo, hi, say) { .key = k, .type = t, .offset = AT(m), .initial = d, .min = lo, .max = hi, .doc = say }
#define YESNO(k, m, d, say) { .key = k, .type = CONFIG_BOOL, .offset = AT(m), .initial = d, .doc = say }

const struct config_key settings_keys[] = {
	TEXT("listen", listen, "127.0.0.1:8080", 100, "Address and port, or unix:/path of a socket, to serve on."),
	YESNO("listen_anywhere", listen_anywhere, "no", "Serve in the clear also on addresses that other hosts reach."),
	{ .key = "origins", .type = CONFIG_LIST, .offset = AT(origins), .initial = "http://localhost:8080", .min = 1, .max = 16,
	  .wrong = wrong_origin, .doc = "What browsers call us, exactly; the first one stands in mailed links." },
	{ .key = "proxies", .type = CONFIG_LIST, .offset = AT(proxies), .initial = "", .max = 16,
	  .wrong = wrong_proxy, .doc = "Addresses of proxies whose X-Forwarded-For is believed; unix: whoever comes by the unix socket we listen on." },
	TEXT("web.root", web_root, "", 1000, "Folder of the built browser client; empty: none is served."),
	TEXT("node", node, "", 36, "This node's name in logs and in PostgreSQL; empty: the process's number."),

	{ .key = "database.url", .type = CONFIG_TEXT, .offset = AT(database_url), .max = 1000, .wrong = db_conninfo_wrong,
	  .initial = "host=/run/postgresql dbname=korsdrag user=korsdrag",
	  .doc = "How to reach PostgreSQL: libpq's keywords or URI, hosts as addresses or socket folders; a password by passfile. "
	  "Several hosts are a primary and its standbys, in any order." },
	{ .key = "database.replica_url", .type = CONFIG_TEXT, .offset = AT(database_replica_url), .initial = "", .max = 1000,
	  .wrong = db_replica_wrong, .doc = "How to reach a standby that answers the directory's lists and searches; empty: the primary does." },
	NUMBER("database.replica_lag", database_replica_lag_ms, CONFIG_DURATION, "2s", 300, 600000,
		"How old the replica's answers may be; when it is further behind, the primary is asked."),
	NUMBER("database.pool", database_pool, CONFIG_INT, "8", 2, 64, "Connections to PostgreSQL."),
	NUMBER("database.statement", database_statement_ms, CONFIG_DURATION, "5s", 100, 60000, "How long one statement may take."),
	NUMBER("database.queue", database_queue_ms, CONFIG_DURATION, "4s", 100, 60000,
		"How long a statement may wait for a connection before it is refused, and how long after its coming a call that lost "
		"its connection is tried again."),
	YESNO("database.allow_unsafe", database_allow_unsafe, "no",
		"Start although PostgreSQL could lose what it has confirmed, or the role may change the schema."),

	{ .key = "bus.servers", .type = CONFIG_LIST, .offset = AT(bus_servers), .initial = "", .max = 16, .wrong = wrong_bus,
	  .doc = "NATS servers that join the nodes, nats://host:4222 or tls://host:4222, each of a cluster; empty: PostgreSQL's NOTIFY does." },
	{ .key = "bus.subjects", .type = CONFIG_TEXT, .offset = AT(bus_subjects), .initial = "korsdrag", .max = 40,
	  .wrong = wrong_subjects, .doc = "How our subjects on NATS begin, so that several networks can share a server." },
	TEXT("bus.user", bus_user, "", 200, "Name to sign in with at NATS; empty: without."),
	{ .key = "bus.password_file", .type = CONFIG_SECRET, .offset = AT(bus_password), .initial = "", .max = 1000,
	  .doc = "File that holds the password for NATS." },
	{ .key = "bus.token_file", .type = CONFIG_SECRET, .offset = AT(bus_token), .initial = "", .max = 1000,
	  .doc = "File that holds a token for NATS, instead of name and password." },
	TEXT("bus.credentials_file", bus_credentials_file, "", 1000, "File of NATS credentials (JWT and key), instead of name and password."),
	TEXT("bus.ca_file", bus_ca_file, "", 1000, "File of certificates that vouch for the NATS servers; empty: those of the host."),
	TEXT("bus.certificate_file", bus_certificate_file, "", 1000, "Our certificate for NATS servers that ask for one."),
	TEXT("bus.key_file", bus_key_file, "", 1000, "The key of that certificate."),

	{ .key = "mail.url", .type = CONFIG_TEXT, .offset = AT(mail_url), .initial = "", .max = 300, .wrong = wrong_url,
	  .doc = "Server that takes our mail: smtp://host:587 or smtps://host:465." },
	TEXT("mail.user", mail_user, "", 200, "Name to sign in with at the mail server; empty: without."),
	{ .key = "mail.password_file", .type = CONFIG_SECRET, .offset = AT(mail_password), .initial = "", .max = 1000,
	  .doc = "File that holds the password for the mail server." },
	TEXT("mail.ca_file", mail_ca_file, "", 1000, "File of certificates that vouch for the mail server; empty: those of the host."),
	TEXT("mail.from", mail_from, "korsdrag@localhost", 200, "Address that our mail comes from."),
	TEXT("mail.folder", mail_folder, "", 1000, "Write each mail to a file here and to the log instead of sending it."),
	YESNO("mail.may_be_clear", mail_may_be_clear, "no", "Mail may go unencrypted to a server without STARTTLS."),

	{ .key = "log.level", .type = CONFIG_ENUM, .offset = AT(log_level), .initial = "info", .words = log_levels, .reloads = true,
	  .doc = "What is logged: error wakes someone, warn says what we did instead, info is life, debug is free." },
	{ .key = "log.format", .type = CONFIG_ENUM, .offset = AT(log_format), .initial = "text", .words = log_formats, .reloads = true,
	  .doc = "Lines as text (logfmt) or as JSON." },

	NUMBER("drain", drain_ms, CONFIG_DURATION, "20s", 100, 600000, "Longest time from SIGTERM to the end."),
	NUMBER("drain.spread", drain_spread_ms, CONFIG_DURATION, "5s", 0, 300000,
		"Over how long clients are sent to other nodes while draining."),

	NUMBER("limit.head", limit_head, CONFIG_SIZE, "8KiB", 512, 64 << 10, "Longest head of an HTTP request."),
	NUMBER("limit.head_time", limit_head_ms, CONFIG_DURATION, "10s", 100, 300000, "How long a request's head may take to come."),
	NUMBER("limit.idle", limit_idle_ms, CONFIG_DURATION, "10s", 100, 300000,
		"Silence of an HTTP socket before its first request, or within a body or an answer, after which it is closed."),
	NUMBER("limit.keep_alive", limit_keep_alive_ms, CONFIG_DURATION, "5s", 100, 300000,
		"How long an HTTP socket is kept for another request."),
	NUMBER("limit.connections", limit_conns, CONFIG_INT, "0", 0, 1000000,
		"Open connections of this node; 0: as many as the process may open descriptors, less a reserve."),
	NUMBER("limit.connections_per_address", limit_conns_per_address, CONFIG_INT, "200", 1, 1000000,
		"Open connections from one address."),
	NUMBER("limit.connections_per_member", limit_conns_per_member, CONFIG_INT, "20", 0, 1000000,
		"Open connections of one member; 0: any number."),
	NUMBER("limit.message", limit_message, CONFIG_SIZE, "64KiB", 1024, 1 << 20, "Longest message of a client."),
	NUMBER("limit.fragments", limit_fragments, CONFIG_INT, "64", 1, 4096, "Fragments that a message may come in."),
	NUMBER("limit.nesting", limit_nesting, CONFIG_INT, "16", 6, 64, "Objects and lists within one another in a message."),
	NUMBER("limit.values", limit_values, CONFIG_INT, "4096", 64, 65536, "Values in a message."),
	NUMBER("limit.keys", limit_keys, CONFIG_INT, "256", 32, 4096, "Keys of one object in a message."),
	NUMBER("limit.containers", limit_containers, CONFIG_INT, "2048", 32, 32768,
		"Objects and lists in a message: each costs some 224 bytes of memory, even when empty."),
	NUMBER("limit.batch", limit_batch, CONFIG_INT, "20", 1, 200, "Requests in one message."),
	NUMBER("limit.calls", limit_calls_per_conn, CONFIG_INT, "64", 1, 1000, "Calls under way on one connection."),
	NUMBER("limit.bad_messages", limit_bad_messages, CONFIG_INT, "20", 1, 10000,
		"Messages that are no requests, borne on one connection within limit.bad_messages_time before it is closed."),
	NUMBER("limit.bad_messages_time", limit_bad_messages_ms, CONFIG_DURATION, "10s", 100, 3600000,
		"The time in which limit.bad_messages are borne."),
	NUMBER("limit.queue_soft", limit_queue_soft, CONFIG_SIZE, "64KiB", 4096, 16 << 20,
		"Waiting for a connection beyond which it counts as slow."),
	NUMBER("limit.queue_soft_time", limit_queue_soft_ms, CONFIG_DURATION, "10s", 100, 600000,
		"How long a connection may be slow before its queue takes no more than limit.queue_soft."),
	NUMBER("limit.queue_hard", limit_queue_hard, CONFIG_SIZE, "256KiB", 16384, 64 << 20,
		"Waiting for a connection beyond which events are read from the journal later."),
	NUMBER("limit.behind", limit_behind_ms, CONFIG_DURATION, "60s", 1000, 3600000,
		"How long a connection may be behind, its queue full and not emptied since, before it is closed."),
	NUMBER("limit.models", models_max, CONFIG_SIZE, "64MiB", 1 << 20, INT64_C(64) << 30,
		"Memory for the state of boards that are being worked on; beyond it the longest unused is dropped, and read again when needed."),
	NUMBER("limit.models_idle", model_idle_ms, CONFIG_DURATION, "10min", 1000, DAY_MS,
		"How long the state of a board that nobody looks at is kept after its last change."),
	NUMBER("limit.snapshots", snapshots_max, CONFIG_SIZE, "64MiB", 0, INT64_C(64) << 30,
		"Memory for what opened streams hold, kept for who opens them next; beyond it the longest unused is dropped, and read again when needed."),
	NUMBER("limit.snapshots_idle", snapshot_idle_ms, CONFIG_DURATION, "30s", 1000, DAY_MS,
		"How long a stream's snapshot is kept that nobody opens the stream for."),
	NUMBER("limit.ping", ping_ms, CONFIG_DURATION, "25s", 1000, 600000, "Silence after which a connection is asked for a sign of life."),
	NUMBER("limit.dead", dead_ms, CONFIG_DURATION, "60s", 2000, 1200000, "Silence after which a connection is given up."),
	NUMBER("limit.session_check", limit_session_check_ms, CONFIG_DURATION, "5min", 1000, 3600000,
		"How often a connection's session is looked at again, besides at once when a right changes."),
	NUMBER("limit.session", limit_session_ms, CONFIG_DURATION, "90d", 1000, 365 * DAY_MS,
		"Longest life of a browser's session; holds for those that begin from then on."),
	NUMBER("limit.session_idle", limit_session_idle_ms, CONFIG_DURATION, "14d", 1000, 365 * DAY_MS,
		"How long a browser's session lives without use; holds for those that begin from then on."),
	NUMBER("limit.link", limit_link_ms, CONFIG_DURATION, "10min", 1000, DAY_MS, "How long a mailed sign-in link is good."),
	NUMBER("limit.mails", limit_mails, CONFIG_INT, "5", 1, 1000, "Sign-in links mailed to one mail address in an hour."),
	NUMBER("limit.post", limit_post, CONFIG_SIZE, "32KiB", 256, 32 << 10, "Longest post."),
	NUMBER("limit.rendering", limit_rendering_ms, CONFIG_DURATION, "50ms", 1, 1000,
		"How long a text's rendering may take before the text is shown as it was written."),
	NUMBER("limit.rendering_growth", limit_rendering_growth, CONFIG_INT, "8", 1, 8,
		"How many times longer than the text its rendering may be before the text is shown as it was written."),
	NUMBER("limit.turn", limit_turn_ms, CONFIG_DURATION, "20ms", 1, 10000,
		"How long one turn of the event loop may take before it is logged."),

	NUMBER("rate.read", rate_read, CONFIG_INT, "1200", 0, 100000000, "Reading calls a minute and member; 0: any number."),
	NUMBER("rate.write", rate_write, CONFIG_INT, "300", 0, 100000000, "Writing calls a minute and member; 0: any number."),
	NUMBER("rate.live", rate_live, CONFIG_INT, "3600", 0, 100000000, "Board and presence calls a minute and member; 0: any number."),
	NUMBER("rate.heavy", rate_heavy, CONFIG_INT, "60", 0, 100000000, "Imports, searches and the like a minute and member; 0: any number."),
	NUMBER("rate.ask", asks_per_address, CONFIG_INT, "60", 1, 100000, "Sign-in links asked for in ten minutes from one address."),
	NUMBER("rate.redeem", redeems_per_address, CONFIG_INT, "60", 1, 100000, "Sign-in links redeemed in ten minutes from one address."),
	{ .key = NULL },
};
