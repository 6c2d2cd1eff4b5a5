/* watch.c - `korsdrag watch`: a stream's events as JSON lines, each once and in order, whatever happens to
 * the line. */
#include "clients/cli/cli.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define QUIET_MS 60000 /* the server pings every 25 s */
#define RETRY_FIRST_MS 500
#define RETRY_MOST_MS 60000

struct watch {
	struct cli *cli;
	const char *stream;
	json_int_t seq; /* of the last event printed; -1: none yet */
	int retry_ms;
};

/* Events that came twice (the answer and the notice may overlap after a reconnect) are printed once. */
static void events_print(struct watch *w, const json_t *events)
{
	size_t i;
	json_t *event;

	json_array_foreach(events, i, event)
	{
		json_int_t seq = json_integer_value(json_object_get(event, "seq"));

		if (seq <= w->seq)
			continue;
		cli_print_line(event);
		w->seq = seq;
	}
}

static int stream_open(struct watch *w)
{
	json_t *params = json_pack("{s:s}", "stream", w->stream), *answer = NULL, *snapshot;
	int code;

	if (w->seq >= 0)
		json_object_set_new(params, "since", json_integer(w->seq));
	code = cli_ask(w->cli, "stream.open", params, &answer);
	json_decref(params);
	if (code != CLI_OK)
		return code;
	snapshot = json_object_get(answer, "snapshot");
	if (snapshot) {
		json_t *line = json_pack("{s:O, s:s, s:O}", "seq", json_object_get(answer, "seq"), "type",
		        "snapshot", "body", snapshot);

		cli_print_line(line);
		json_decref(line);
		w->seq = json_integer_value(json_object_get(answer, "seq"));
	}
	events_print(w, json_object_get(answer, "events"));
	if (w->seq < 0)
		w->seq = json_integer_value(json_object_get(answer, "seq"));
	json_decref(answer);
	return CLI_OK;
}

/* CLI_OK: go on. */
static int notice_heard(struct watch *w, const json_t *notice)
{
	const char *method = json_string_value(json_object_get(notice, "method"));
	const json_t *params = json_object_get(notice, "params");
	const char *stream = json_string_value(json_object_get(params, "stream"));

	if (!stream || strcmp(stream, w->stream) != 0)
		return CLI_OK;
	if (strcmp(method, "stream.events") == 0)
		events_print(w, json_object_get(params, "events"));
	if (strcmp(method, "stream.closed") == 0) {
		cli_say("%s was closed: %s", w->stream, json_string_value(json_object_get(params, "reason")));
		return CLI_NOT_FOUND;
	}
	return CLI_OK;
}

/* Until the connection is lost (CLI_UNREACHABLE), or something ends the watch. */
static int stream_follow(struct watch *w)
{
	struct client *c = w->cli->client;

	w->retry_ms = RETRY_FIRST_MS;
	for (;;) {
		json_t *notice = client_next(c, 1000);
		int code = notice ? notice_heard(w, notice) : CLI_OK;

		json_decref(notice);
		if (code != CLI_OK)
			return code;
		if (!notice && (!client_is_open(c) || client_quiet_ms(c) > QUIET_MS))
			return client_close_code(c) == 4401 ? CLI_SIGNED_OUT : CLI_UNREACHABLE;
	}
}

/* Doubling, with jitter so that many watchers do not come back together. */
static void pause_before_return(struct watch *w, int close_code)
{
	int ms = close_code == 1001 ? rand() % 500 : w->retry_ms / 2 + rand() % w->retry_ms;
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
	w->retry_ms = w->retry_ms * 2 < RETRY_MOST_MS ? w->retry_ms * 2 : RETRY_MOST_MS;
}

static int watch_run(struct watch *w)
{
	bool has_been_open = false;

	srand((unsigned)time(NULL));
	for (;;) {
		int code = stream_open(w), close_code;

		if (code == CLI_OK) {
			has_been_open = true;
			code = stream_follow(w);
		}
		if (code != CLI_UNREACHABLE || !has_been_open)
			return code;
		close_code = w->cli->client ? client_close_code(w->cli->client) : 0;
		client_drop(w->cli->client);
		w->cli->client = NULL;
		pause_before_return(w, close_code);
	}
}

int cli_watch(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = { { "since", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 } };
	struct watch w = { .cli = cli, .seq = -1, .retry_ms = RETRY_FIRST_MS };

	for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		char *end;

		if (o != 's')
			return CLI_USAGE;
		w.seq = strtoll(optarg, &end, 10);
		if (*end || !*optarg || w.seq < 0)
			return cli_wrong_use("watch", "--since wants the number of an event, or 0 for all");
	}
	if (argc - optind != 1)
		return cli_wrong_use("watch", "it wants one STREAM, like thread:ID or board:ID");
	w.stream = argv[optind];
	return watch_run(&w);
}
