/* nats_queue.c - see the header. */
#include "stream/nats_queue.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct link_message *link_message_create(enum link_what what, const char *subject, const char *text, size_t len)
{
	struct link_message *m = malloc(sizeof(*m) + len + 1);

	if (!m)
		return NULL;
	*m = (struct link_message){ .what = what, .len = len };
	snprintf(m->subject, sizeof(m->subject), "%s", subject);
	if (len)
		memcpy(m->text, text, len);
	m->text[len] = '\0';
	return m;
}

void link_messages_free(struct link_message *first)
{
	struct link_message *m, *next;

	DL_FOREACH_SAFE(first, m, next)
		free(m);
}

bool link_queue_put(struct link_queue *q, struct link_message *m)
{
	size_t size = sizeof(*m) + m->len;

	if ((m->what == LINK_PUBLISH || m->what == LINK_HEARD || m->what == LINK_COMPLAINT) && q->octets + size > NATS_QUEUE_MAX) {
		free(m);
		return false;
	}
	q->octets += size;
	DL_APPEND(q->first, m);
	return true;
}

struct link_message *link_queue_take_all(struct link_queue *q)
{
	struct link_message *first = q->first;

	*q = (struct link_queue){ 0 };
	return first;
}
