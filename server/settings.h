/* settings.h - what can be set: one table for the file, the environment, the flags, the sample file and --help. */
#ifndef SETTINGS_H
#define SETTINGS_H
#include "base/config.h"

struct settings {
	const char *node, *listen, *web_root;
	const char *const *origins, *const *proxies;
	bool listen_anywhere;

	const char *database_url, *database_replica_url;
	int64_t database_replica_lag_ms;
	int64_t database_pool, database_statement_ms, database_queue_ms;
	bool database_allow_unsafe;

	const char *const *bus_servers;
	const char *bus_subjects, *bus_user, *bus_password, *bus_token, *bus_credentials_file;
	const char *bus_ca_file, *bus_certificate_file, *bus_key_file;

	const char *mail_url, *mail_user, *mail_password, *mail_ca_file, *mail_from, *mail_folder;
	bool mail_may_be_clear;

	int log_level, log_format;
	int64_t drain_ms, drain_spread_ms;

	/* bytes, numbers, milliseconds: the table says which */
	int64_t limit_head, limit_head_ms, limit_idle_ms, limit_keep_alive_ms;
	int64_t limit_conns, limit_conns_per_address, limit_conns_per_member;
	int64_t limit_message, limit_fragments, limit_nesting, limit_values, limit_keys, limit_containers, limit_batch;
	int64_t limit_calls_per_conn, limit_bad_messages, limit_bad_messages_ms;
	int64_t limit_queue_soft, limit_queue_soft_ms, limit_queue_hard, limit_behind_ms;
	int64_t ping_ms, dead_ms;
	int64_t limit_session_check_ms, limit_session_ms, limit_session_idle_ms, limit_link_ms, limit_mails;
	int64_t limit_post, limit_rendering_ms, limit_rendering_growth, limit_turn_ms;
	int64_t models_max, model_idle_ms, snapshots_max, snapshot_idle_ms;
	int64_t rate_read, rate_write, rate_live, rate_heavy; /* a minute and member */
	int64_t asks_per_address, redeems_per_address;        /* in ten minutes */
};

extern const struct config_key settings_keys[];

/* Whether the settings go together; err names those that do not. */
bool settings_fit(const struct settings *s, struct err *err) KD_MUST_CHECK;

/* Each limit as a gauge, and its counter of refusals from 0 on, so that both are in /metrics before anything happens.
 * `conns` is what limit.connections has come to. */
void settings_metrics(const struct settings *s, int conns);

/* Reads the sources again: what may change while the node runs does, what may not is named in the log. A mistake in them
 * changes nothing. `running` is what the node was started with. */
void settings_reload(const struct config *running, const struct config_source *source, const char *node);
#endif
