/* options.c - the command line. */
#include "clients/load/options.h"
#include "clients/load/scenario.h"
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { WHOLE, NUMBER, TEXT, YES, NO, MIX, PIDS };

static const struct flag {
	const char *name, *argument;
	enum kind kind;
	size_t at;
	double min, max;
	const char *help;
} flags[] = {
#define F(name, argument, kind, member, min, max, help) { name, argument, kind, offsetof(struct options, member), min, max, help }
	F("clients", "N", WHOLE, clients, 1, 1000000, "connections"),
	F("connections", "N", WHOLE, clients, 1, 1000000, "the same"),
	F("writers", "N", WHOLE, writers, 0, 1000000, "how many of them make calls; the others read"),
	F("rate", "R", NUMBER, rate, 0.001, 100000, "calls a second of each writer, whatever the answers do"),
	F("in-flight", "K", WHOLE, in_flight, 0, 60, "instead: K calls of each writer under way, as fast as it goes (0: by the rate)"),
	F("early", NULL, YES, works_early, 0, 0, "work and measuring begin while clients still come, not when all are there"),
	F("poisson", NULL, YES, is_poisson, 0, 0, "calls come at random instead of evenly"),
	F("mix", "KIND=W,..", MIX, mix, 0, 0, "weights of move, create, edit, recolour, delete, post, list, open"),
	F("text", "BYTES", WHOLE, text, 1, 2000, "length of what is written"),
	F("boards", "N", WHOLE, boards, 0, 1000, "boards made; client i opens board i modulo N"),
	F("threads", "N", WHOLE, threads, 0, 1000, "threads made, likewise"),
	F("cards", "N", WHOLE, cards, 1, 5000, "cards on each board at the beginning"),
	F("space", "ID", TEXT, space, 0, 0, "where they are made; else the first open to the whole network, or a private one"),
	F("board", "ID", TEXT, board, 0, 0, "a board that is there, instead of new ones"),
	F("thread", "ID", TEXT, thread, 0, 0, "a thread that is there"),
	F("presence", "HZ", NUMBER, presence, 0, 60, "how often those who drag say where their pointer is"),
	F("presence-share", "X", NUMBER, presence_share, 0, 1, "how many of the clients drag"),
	F("slow", "N", WHOLE, slow, 0, 1000000, "the last N clients stop reading when all are there"),
	F("hostile", "N", WHOLE, hostile, 0, 100000, "connections, beside the clients, that send what they must not"),
	F("storm-at", "S", NUMBER, storm_at, 0, 1e6, "all lose their connection so many seconds into the measuring (0: not)"),
	F("storm-share", "X", NUMBER, storm_share, 0, 1, "how many of them do"),
	F("storm-spread", "S", NUMBER, storm_spread, 0, 3600, "they come back at random within so many seconds"),
	F("ramp", "S", NUMBER, ramp, 0, 3600, "seconds over which the clients come"),
	F("warmup", "S", NUMBER, warmup, 0, 3600, "seconds of work before the measuring"),
	F("duration", "S", NUMBER, duration, 0.1, 1e6, "seconds of measuring"),
	F("settle", "S", NUMBER, settle, 0.1, 3600, "longest wait for what is under way afterwards"),
	F("back-off", "MS", NUMBER, back_off, 0, 60000, "who loses the connection comes back after up to this, doubled each time in vain"),
	F("back-off-max", "MS", NUMBER, back_off_max, 1, 600000, "but never later than this"),
	F("never-again", NULL, NO, sends_again, 0, 0, "do not send again, with the same op, what a lost connection cut off"),
	F("per-address", "N", WHOLE, per_address, 0, 60000, "connections from each of 127.0.0.0/8, towards loopback (0: no choice of address)"),
	F("tokens", "FILE", TEXT, token_file, 0, 0, "bearer tokens, one a line, given to the clients in turn; else KORSDRAG_TOKEN"),
	F("server-pid", "PID,..", PIDS, pids, 0, 0, "processes on this host whose CPU and memory are reported"),
	F("database-pid", "PID", WHOLE, database_pid, 0, 4194304, "PostgreSQL's first process on this host: its and its children's CPU"),
	F("record", "FILE", TEXT, record_file, 0, 0, "one line of JSON for each change and its outcome"),
	F("json", "FILE", TEXT, json_file, 0, 0, "the results as JSON (-: to standard output)"),
	F("seed", "N", WHOLE, seed, 0, 9e15, "of what is random (0: another each time; it is printed)"),
	F("quiet", NULL, NO, has_progress, 0, 0, "no progress"),
	F("others-write", NULL, YES, others_write, 0, 0, "check: there may be changes in the streams that are not in the record"),
	F("path", "PATH", TEXT, path, 0, 0, "sink: path on the server, instead of the URL's"),
	F("subprotocol", "NAME", TEXT, subprotocol, 0, 0, "sink: subprotocol to ask for"),
	F("hello", "TEXT", TEXT, hello, 0, 0, "sink: the first message of each connection"),
	F("answer", "TEXT=REPLY", TEXT, answer, 0, 0, "sink: what to reply to a message of just this text"),
	F("say", "TEXT", TEXT, say, 0, 0, "sink: what the writers send at their rate; %t is the time"),
	F("marker", "TEXT", TEXT, marker, 0, 0, "sink: what stands before a time in messages that are to be timed"),
#undef F
};
#define FLAGS (sizeof flags / sizeof *flags)

void options_help(void)
{
	puts("korsdrag-load: many clients of a Korsdrag server in one process; measures, and checks what they are told.\n\n"
	     "  korsdrag-load SCENARIO [--FLAG VALUE …] URL …\n"
	     "        plays a scenario against one or several nodes (ws://host:port, unix:/path) and prints a table\n"
	     "  korsdrag-load check --record FILE [--tokens FILE] URL …\n"
	     "        asks the server about every change that a run has recorded, by sending it again with its op: whoever\n"
	     "        has it answers as the first time\n"
	     "  korsdrag-load sink [--clients N] [--path PATH] [--subprotocol NAME] [--marker TEXT] URL …\n"
	     "        connects to any WebSocket server and counts what it sends; after the marker stands a time in nanoseconds\n"
	     "        of CLOCK_MONOTONIC, if delivery is to be timed\n\n"
	     "Scenarios:");
	for (const struct scenario *s = scenarios; s->name; s++)
		printf("  %-10s %s\n", s->name, s->summary);
	puts("\nFlags, each with a default of the scenario's:");
	for (size_t i = 0; i < FLAGS; i++) {
		char name[64];

		snprintf(name, sizeof name, "--%s %s", flags[i].name, flags[i].argument ? flags[i].argument : "");
		printf("  %-22s %s\n", name, flags[i].help);
	}
	puts("\nLatency is taken from when a call was due, not from when it could be sent, so that a server that stalls cannot\n"
	     "hide it; with --in-flight it is taken from the sending. Every event is checked: none left out, none twice,\n"
	     "the same for all; every acknowledged change in its stream once; and a fresh client's snapshot is what the events\n"
	     "say.\n\n"
	     "Many connections of few members meet the server's limits; for a run set on the server\n"
	     "  limit.connections_per_member = 0, rate.read = 0, rate.write = 0, rate.live = 0\n"
	     "and limit.connections_per_address above --per-address. `korsdragd tokens NAME <addresses` makes a token for each\n"
	     "of many members.\n\n"
	     "It ends with 0 when every check held; 1 when one did not; 2 wrongly used; 3 when the server could not be\n"
	     "reached or prepared.");
}

static bool complain(const char *flag, const char *why)
{
	fprintf(stderr, "korsdrag-load: --%s: %s. See korsdrag-load --help\n", flag, why);
	return false;
}

static const struct flag *flag_find(const char *name, size_t len)
{
	for (size_t i = 0; i < FLAGS; i++)
		if (strlen(flags[i].name) == len && memcmp(flags[i].name, name, len) == 0)
			return &flags[i];
	return NULL;
}

static bool number_read(const struct flag *f, const char *text, double *ret_n)
{
	char *end;

	errno = 0;
	*ret_n = strtod(text, &end);
	if (!*text || *end || errno || *ret_n < f->min || *ret_n > f->max || (f->kind == WHOLE && *ret_n != (double)(int64_t)*ret_n)) {
		fprintf(stderr, "korsdrag-load: --%s must be a %snumber from %.10g to %.10g\n", f->name,
		        f->kind == WHOLE ? "whole " : "", f->min, f->max);
		return false;
	}
	return true;
}

static int mix_kind(const char *word, size_t len)
{
	static const char *const words[OP_KINDS] = { "move", "create", "edit", "recolour", "delete", "post", "list", "open" };

	for (int i = 0; i < OP_KINDS; i++)
		if (strlen(words[i]) == len && memcmp(words[i], word, len) == 0)
			return i;
	return -1;
}

static bool mix_read(const struct flag *f, double mix[OP_KINDS], const char *text)
{
	memset(mix, 0, OP_KINDS * sizeof *mix);
	while (*text) {
		size_t word = strcspn(text, "=");
		int kind = mix_kind(text, word);
		char *end;

		if (kind < 0 || text[word] != '=')
			return complain(f->name, "weights are move=3,edit=1");
		mix[kind] = strtod(text + word + 1, &end);
		if (end == text + word + 1 || (*end && *end != ',') || !(mix[kind] >= 0))
			return complain(f->name, "weights are move=3,edit=1");
		text = end + (*end == ',');
	}
	return true;
}

static bool pids_read(const struct flag *f, struct options *o, const char *text)
{
	while (*text) {
		char *end;
		long pid = strtol(text, &end, 10);

		if (end == text || pid <= 0 || pid > INT32_MAX || o->pid_count == PIDS_MAX || (*end && *end != ','))
			return complain(f->name, "numbers of processes, with commas");
		o->pids[o->pid_count++] = (int)pid;
		text = end + (*end == ',');
	}
	return true;
}

static bool flag_set(struct options *o, const struct flag *f, const char *value)
{
	void *to = (char *)o + f->at;
	double n;

	switch (f->kind) {
	case WHOLE:
		if (!number_read(f, value, &n))
			return false;
		*(int64_t *)to = (int64_t)n;
		return true;
	case NUMBER:
		return number_read(f, value, to);
	case TEXT:
		*(const char **)to = value;
		return true;
	case MIX:
		return mix_read(f, to, value);
	case PIDS:
		return pids_read(f, o, value);
	case YES:
	case NO:
		*(bool *)to = f->kind == YES;
		return true;
	}
	return false;
}

static bool argument_read(struct options *o, char **argv, int *at)
{
	const char *word = argv[*at];
	const struct flag *f;
	const char *value;
	size_t len;

	if (strncmp(word, "--", 2) != 0) {
		if (o->url_count == URLS_MAX)
			return complain("URL", "there are too many");
		o->urls[o->url_count++] = word;
		return true;
	}
	len = strcspn(word + 2, "=");
	f = flag_find(word + 2, len);
	if (!f)
		return complain(word + 2, "there is no such flag");
	value = word[2 + len] == '=' ? word + 3 + len : NULL;
	if (f->argument && !value)
		value = argv[*at + 1] ? argv[++*at] : NULL;
	if (f->argument ? !value : value != NULL)
		return complain(f->name, f->argument ? "its value is missing" : "it takes no value");
	return flag_set(o, f, value);
}

static bool options_fit(struct options *o)
{
	double weights = 0;

	if (o->url_count == 0)
		return complain("URL", "it is missing");
	if (o->board)
		o->boards = 1;
	if (o->thread)
		o->threads = 1;
	if (o->writers > o->clients)
		o->writers = o->clients;
	if (o->slow > o->clients)
		o->slow = o->clients;
	for (int i = 0; i < OP_KINDS; i++)
		weights += o->mix[i];
	if (strcmp(o->scenario, "check") == 0 && !o->record_file)
		return complain("record", "check wants to know which");
	if (strcmp(o->scenario, "sink") == 0)
		return true;
	if (o->writers && !(weights > 0))
		return complain("mix", "there are writers and nothing to do for them");
	if (o->mix[OP_POST] > 0 && !o->threads)
		return complain("threads", "posts want a thread");
	for (int i = OP_MOVE; i <= OP_DELETE; i++)
		if (o->mix[i] > 0 && !o->boards)
			return complain("boards", "cards want a board");
	return true;
}

bool options_read(struct options *o, int argc, char **argv)
{
	const struct scenario *s = argc > 1 ? scenario_find(argv[1]) : NULL;
	bool is_other = argc > 1 && (strcmp(argv[1], "check") == 0 || strcmp(argv[1], "sink") == 0);

	if (!s && !is_other) {
		fprintf(stderr, argc > 1 ? "korsdrag-load: there is no scenario %s. See korsdrag-load --help\n"
		                         : "korsdrag-load: a scenario is missing%s. See korsdrag-load --help\n", argc > 1 ? argv[1] : "");
		return false;
	}
	*o = s ? s->settings : scenario_find("idle")->settings;
	o->scenario = argv[1];
	for (int i = 2; i < argc; i++)
		if (!argument_read(o, argv, &i))
			return false;
	return options_fit(o);
}
