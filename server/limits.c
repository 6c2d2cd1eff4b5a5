/* limits.c - the limits of the table of settings, as metrics. */
#include "settings.h"
#include "base/metrics.h"
#include <string.h>

/* Those that refuse nothing by themselves: they say when another limit acts, which counts. A slow turn is logged, and counted
 * as korsdrag_loop_turns_slow_total. */
static bool refuses(const char *key)
{
	static const char *const others[] = { "limit.bad_messages_time", "limit.queue_soft_time", "limit.ping", "limit.turn", NULL };

	for (const char *const *other = others; *other; other++)
		if (strcmp(*other, key) == 0)
			return false;
	return true;
}

bool settings_fit(const struct settings *s, struct err *err)
{
	if (s->limit_queue_soft > s->limit_queue_hard)
		return err_set(err, KD_E_INVALID, "limit.queue_soft must not be over limit.queue_hard");
	if (s->ping_ms >= s->dead_ms)
		return err_set(err, KD_E_INVALID, "limit.ping must be less than limit.dead");
	if (s->limit_session_idle_ms > s->limit_session_ms)
		return err_set(err, KD_E_INVALID, "limit.session_idle must not be over limit.session");
	if ((s->bus_user[0] != 0) + (s->bus_token[0] != 0) + (s->bus_credentials_file[0] != 0) > 1)
		return err_set(err, KD_E_INVALID, "of bus.user, bus.token_file and bus.credentials_file one can be set");
	if (!s->bus_certificate_file[0] != !s->bus_key_file[0])
		return err_set(err, KD_E_INVALID, "bus.certificate_file and bus.key_file go together");
	return true;
}

static struct metric *gauge_of(const struct config_key *key)
{
	char labels[96];

	snprintf(labels, sizeof labels, "setting=\"%s\"", key->key);
	if (key->type == CONFIG_SIZE)
		return metric_gauge("korsdrag_limit_bytes", "A limit on sizes, as set.", labels);
	if (key->type == CONFIG_DURATION)
		return metric_gauge_ms("korsdrag_limit_seconds", "A limit on times, as set.", labels);
	return metric_gauge("korsdrag_limit_number", "A limit on numbers, as set; 0: none.", labels);
}

void settings_metrics(const struct settings *s, int conns)
{
	for (const struct config_key *key = settings_keys; key->key; key++) {
		int64_t value;

		if (strncmp(key->key, "limit.", 6) != 0 && strncmp(key->key, "rate.", 5) != 0)
			continue;
		memcpy(&value, (const char *)s + key->offset, sizeof value);
		metric_set(gauge_of(key), strcmp(key->key, "limit.connections") == 0 ? conns : value);
		if (refuses(key->key))
			(void)metric_refusals(key->key);
	}
}
