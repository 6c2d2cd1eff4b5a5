/* afresh.c - what a client sees that comes when all is done: the snapshot, and the journal's last events. */
#include "clients/load/ask.h"
#include "clients/load/run.h"
#include <stdlib.h>

#define SINCE_MAX 900 /* events asked for: below what one catching up holds (1,000) */

bool snapshot_look(struct client *c, struct journal *j)
{
	struct answer h = { NULL, 0 };
	struct span result;
	uint64_t seq = 0;

	if (ask_stream(c, j->name, -1, &h, &result)) {
		seq = (uint64_t)span_int(scan_find(result, "seq"), 0);
		journal_take_snapshot(j, scan_find(result, "snapshot"), seq);
	}
	free(h.text);
	return seq;
}

/* The last events again, as the journal holds them; all of them when there are few. */
static bool journal_look(struct client *c, struct journal *j)
{
	uint64_t since = j->head > SINCE_MAX ? j->head - SINCE_MAX : 0, at = since;
	struct answer h = { NULL, 0 };
	struct span result, events;
	bool is_open = ask_stream(c, j->name, (int64_t)since, &h, &result);

	events = is_open ? scan_find(result, "events") : (struct span){ NULL, 0 };
	if (events.at) {
		journal_hear(j, h.text, h.len, events, &at);
		if (since == 0)
			journal_replay(j, events, at);
		if (at != (uint64_t)span_int(scan_find(result, "seq"), 0))
			wrong(j->wrongs, WRONG_GAP, "%s: read afresh, the events end at %llu", j->name, (unsigned long long)at);
	}
	free(h.text);
	return is_open;
}

void run_look_afresh(struct run *r)
{
	char err[CLIENT_ERR_SIZE];

	for (int node = 0; node < r->o.url_count; node++) {
		struct client *c = client_connect(r->o.urls[node], r->tokens.list[0], err);

		if (!c) {
			fprintf(stderr, "korsdrag-load: not looked at afresh: %s\n", err);
			continue;
		}
		for (int i = 0; i < r->stream_count; i++)
			if (!snapshot_look(c, &r->streams[i]) || !journal_look(c, &r->streams[i]))
				wrong(&r->wrongs, WRONG_VIEW, "%s cannot be opened afresh at %s", r->streams[i].name, r->o.urls[node]);
		client_close(c);
	}
}
