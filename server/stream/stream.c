/* stream.c - names and kinds of streams. */
#include "stream/stream.h"
#include <stdio.h>
#include <string.h>

void stream_name_make(char ret_name[STREAM_NAME_SIZE], const char *kind, const char *id)
{
	snprintf(ret_name, STREAM_NAME_SIZE, "%s:%s", kind, id);
}

const struct stream_kind *stream_kind_find(const struct stream_kind *const *kinds, const char *name)
{
	for (; *kinds; kinds++)
		if (strcmp((*kinds)->name, name) == 0)
			return *kinds;
	return NULL;
}

const struct stream_kind *stream_name_read(const struct stream_kind *const *kinds, const char *name, const char **ret_id)
{
	const char *colon = strchr(name, ':');

	if (!colon || !kd_id_is_valid(colon + 1))
		return NULL;
	for (; *kinds; kinds++)
		if (strlen((*kinds)->name) == (size_t)(colon - name) && strncmp((*kinds)->name, name, (size_t)(colon - name)) == 0) {
			*ret_id = colon + 1;
			return *kinds;
		}
	return NULL;
}
