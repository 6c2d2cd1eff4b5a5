/* reload.c - settings that change while the node runs. */
#include "settings.h"
#include "base/log.h"
#include <string.h>

static void changes_tell(const struct config *running, const struct config *read)
{
	for (const struct config_key *key = settings_keys; key->key; key++) {
		const char *was = config_value(running, key->key), *is = config_value(read, key->key);

		if (strcmp(was, is) != 0)
			log_line(key->reloads ? LOG_INFO : LOG_WARN, key->reloads ? "setting changed" : "setting needs a restart", "key",
				key->key, "value", is, NULL);
	}
}

void settings_reload(const struct config *running, const struct config_source *source, const char *node)
{
	struct config_source again = *source;
	struct settings settings;
	struct config *read;
	struct err err;

	again.rest = NULL; /* the command is under way already */
	again.keeps_flags = true;
	read = config_load(settings_keys, &settings, &again, &err);
	if (!read || !settings_fit(&settings, &err)) {
		log_line(LOG_ERROR, "settings not read again", "reason", err.text, NULL);
		config_destroy(read);
		return;
	}
	log_init((enum log_level)settings.log_level, (enum log_format)settings.log_format, node);
	changes_tell(running, read);
	config_destroy(read);
}
