/* main.c - what was asked for, and the one loop.
 *
 *	bench-drive run   --protocol plain --url ws://127.0.0.1:8080/ --clients 50 --writers 50 --rate 10 --seconds 10
 *	                  --watch server=PID --watch postgres=PID+
 *	bench-drive hold | join | storm …
 *
 * Prints one line of JSON. Started and read by tests/bench/run. */
#include "drive.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static void die(const char *what, const char *detail)
{
	fprintf(stderr, "bench-drive: %s: %s\n", what, detail);
	exit(2);
}

/* --- files --------------------------------------------------------------------------------------------------------------- */

static char *file_read(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	char part[65536];

	if (!f)
		die("cannot read", path);
	for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
		fwrite(part, 1, n, out);
	fclose(out);
	fclose(f);
	if (ret_len)
		*ret_len = len;
	return text;
}

/* The lines of a file. */
static void lines_read(const char *path, char ***ret_lines, uint32_t *ret_count)
{
	char *text = file_read(path, NULL), *next = text;
	uint32_t size = 0;

	for (char *line; (line = strsep(&next, "\n"));) {
		if (!*line)
			continue;
		if (*ret_count == size) {
			size = size ? size * 2 : 256;
			*ret_lines = realloc(*ret_lines, size * sizeof **ret_lines);
		}
		(*ret_lines)[(*ret_count)++] = line;
	}
}

/* u32 messages that join, u32 ops, then for each client all its messages as u32 length and octets; little-endian. */
static void script_read(const char *path)
{
	size_t len, at = 8;
	char *bytes = file_read(path, &len);
	uint32_t head[2], size, count;

	memcpy(head, bytes, sizeof head);
	options.script_joins = head[0];
	options.script_ops = head[1];
	count = options.clients * (head[0] + head[1]);
	options.script = calloc(count, sizeof *options.script);
	for (uint32_t i = 0; i < count; i++) {
		if (at + 4 > len)
			die("too short a script", path);
		memcpy(&size, bytes + at, 4);
		options.script[i] = (struct message_bytes){ bytes + at + 4, size };
		at += 4 + size;
	}
}

/* --- the command line ------------------------------------------------------------------------------------------------------ */

static const struct protocol *const protocols[] = { &protocol_event, &protocol_socketio, &protocol_plain, &protocol_korsdrag,
	&protocol_tldraw, &protocol_sharedb, &protocol_yjs };

static const struct protocol *protocol_find(const char *name)
{
	for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
		if (strcmp(protocols[i]->name, name) == 0)
			return protocols[i];
	die("no such protocol", name);
	return NULL;
}

static void target_read(struct conn_target *t, const char *url)
{
	struct sockaddr_in *a = (struct sockaddr_in *)&t->address;
	char err[256];

	if (!url_read(&t->url, url, err, sizeof err))
		die(url, err);
	a->sin_family = AF_INET;
	a->sin_port = htons((uint16_t)atoi(t->url.port));
	if (inet_pton(AF_INET, t->url.host, &a->sin_addr) != 1)
		die("not an address", t->url.host);
	t->len = sizeof *a;
}

static const struct { const char *name; uint32_t *to; } numbers[] = {
	{ "--clients", &options.clients }, { "--writers", &options.writers }, { "--others", &options.others },
	{ "--cards", &options.cards }, { "--flight", &options.flight }, { "--ramp", &options.ramp },
	{ "--watch-every", &options.watch_every }, { "--size", &options.size },
};
static const struct { const char *name; double *to; } reals[] = {
	{ "--rate", &options.rate }, { "--warm", &options.warm_s }, { "--seconds", &options.seconds }, { "--spread", &options.spread_s },
};
static const struct { const char *name; const char **to; } texts[] = {
	{ "--method", &options.method }, { "--cards-named", &options.card_prefix },
};

static bool value_take(const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (strcmp(name, numbers[i].name) == 0)
			return *numbers[i].to = (uint32_t)strtoul(value, NULL, 10), true;
	for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++)
		if (strcmp(name, reals[i].name) == 0)
			return *reals[i].to = strtod(value, NULL), true;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (strcmp(name, texts[i].name) == 0)
			return *texts[i].to = value, true;
	return false;
}

static void options_read(int argc, char **argv)
{
	const char *script = NULL;

	options = (struct options){ .ramp = 64, .flight = 4, .size = 200, .cards = 500, .seconds = 5, .warm_s = 1, .spread_s = 1,
		.method = "card.move", .mode = argc > 1 ? argv[1] : "" };
	for (int i = 2; i + 1 < argc; i += 2) {
		const char *name = argv[i], *value = argv[i + 1];

		if (value_take(name, value))
			continue;
		if (strcmp(name, "--protocol") == 0)
			options.protocol = protocol_find(value);
		else if (strcmp(name, "--url") == 0)
			target_read(&drive.target, value);
		else if (strcmp(name, "--url-after") == 0)
			target_read(&drive.target_after, value);
		else if (strcmp(name, "--tokens") == 0)
			lines_read(value, &options.tokens, &options.token_count);
		else if (strcmp(name, "--stream") == 0)
			options.streams = &argv[i + 1], options.stream_count = 1;
		else if (strcmp(name, "--streams") == 0)
			lines_read(value, &options.streams, &options.stream_count);
		else if (strcmp(name, "--raw") == 0)
			options.is_raw = atoi(value) != 0;
		else if (strcmp(name, "--hello") == 0)
			options.hello = file_read(value, NULL);
		else if (strcmp(name, "--script") == 0)
			script = value;
		else if (strcmp(name, "--watch") != 0 || options.watched_count == WATCHED_MAX ||
			 !watched_parse(&options.watched[options.watched_count++], value))
			die("what is this?", name);
	}
	if (!options.protocol || !drive.target.len || !options.clients || argc % 2 != 0)
		die("wanted", "MODE --protocol NAME --url URL --clients N …");
	if (script)
		script_read(script);
}

/* --- the loop --------------------------------------------------------------------------------------------------------------- */

static struct client *client_of(struct conn *c)
{
	return (struct client *)c;
}

static void opened(struct conn *c)
{
	options.protocol->opened(client_of(c));
}

static void heard(struct conn *c, const char *text, size_t len)
{
	options.protocol->heard(client_of(c), text, len);
}

static void closed(struct conn *conn, const char *why)
{
	struct client *c = client_of(conn);

	if (!c->is_joined && client_again(c))
		return;
	drive.lost++;
	if (drive.on_lost) {
		drive.on_lost(c);
		return;
	}
	fprintf(stderr, "bench-drive: client %u: %s\n", c->index, why);
	exit(1);
}

static void turn_ends(struct loop *loop)
{
	(void)loop;
	net_flush(&drive.net);
}

static struct timer alive;

static void alive_fire(struct timer *t, int64_t now)
{
	for (uint32_t i = 0; i < drive.begun; i++)
		if (drive.clients[i].is_joined)
			options.protocol->alive(&drive.clients[i]);
	timer_set(&drive.loop, t, now + 5 * NS_PER_S);
}

static void clients_make(void)
{
	uint32_t count = options.clients + options.others;

	drive.clients = calloc(count, sizeof *drive.clients);
	if (!drive.clients)
		die("no memory", "");
	for (uint32_t i = 0; i < count; i++) {
		drive.clients[i].index = i;
		drive.clients[i].name = -1;
		drive.clients[i].is_watching = options.watch_every ? i % options.watch_every == 0 : i == count - 1;
	}
}

int main(int argc, char **argv)
{
	static const struct conn_hooks hooks = { .opened = opened, .heard = heard, .closed = closed };
	struct rlimit files;

	signal(SIGPIPE, SIG_IGN);
	options_read(argc, argv);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	if (!loop_init(&drive.loop) || !net_init(&drive.net, &drive.loop, &hooks, (uint64_t)clock_ns()))
		die("cannot begin", "no loop");
	drive.loop.turn_ends = turn_ends;
	clients_make();
	if (options.protocol->alive) {
		alive.fire = alive_fire;
		timer_set(&drive.loop, &alive, clock_ns() + 5 * NS_PER_S);
	}
	if (strcmp(options.mode, "run") == 0)
		mode_run();
	else if (strcmp(options.mode, "hold") == 0)
		mode_hold();
	else if (strcmp(options.mode, "join") == 0)
		mode_join();
	else if (strcmp(options.mode, "storm") == 0)
		mode_storm();
	else
		die("no such mode", options.mode);
	return 0;
}
