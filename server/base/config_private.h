/* config_private.h - what reading and printing settings share; inside this room only. */
#ifndef BASE_CONFIG_PRIVATE_H
#define BASE_CONFIG_PRIVATE_H
#include "base/arena.h"
#include "base/config.h"

#define CONFIG_NAME_SIZE 96

struct config_entry {
	const char *value; /* as written */
	const char *origin;
};

struct config {
	const struct config_key *keys;
	char *settings;
	struct arena *mem;
	struct config_entry *entries; /* one a key */
	int count;
	const char *file;
};

void config_variable(const char *key, char ret_name[CONFIG_NAME_SIZE]); /* "log.level" gives KORSDRAG_LOG_LEVEL */
#endif
