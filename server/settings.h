/* settings.h - what can be set: one table for the file, the environment, the flags, the sample file and --help. */
#ifndef SETTINGS_H
#define SETTINGS_H
#include "base/config.h"

struct settings {
	const char *node, *listen, *web_root;
	const char *const *origins, *const *proxies;
	bool listen_anywhere;

	const char *database_url;
	int64_t database_pool, database_statement_ms, database_queue_ms;
	bool database_allow_unsafe;

	const char *mail_url, *mail_user, *mail_password, *mail_ca_file, *mail_from, *mail_folder;
	bool mail_may_be_clear;

	int log_level, log_format;
	int64_t drain_ms, drain_spread_ms;

	int64_t limit_message, limit_queue_soft, limit_queue_hard, limit_conns, limit_conns_per_address, limit_conns_per_member, limit_calls_per_conn;
	int64_t ping_ms, dead_ms;
	int64_t rate_read, rate_write, rate_live, rate_heavy; /* a minute and member */
	int64_t asks_per_address, redeems_per_address;        /* in ten minutes */
};

extern const struct config_key settings_keys[];

/* Reads the sources again: what may change while the node runs does, what may not is named in the log. A mistake in them
 * changes nothing. `running` is what the node was started with. */
void settings_reload(const struct config *running, const struct config_source *source, const char *node);
#endif
