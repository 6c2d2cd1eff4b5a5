/* main.c - korsdragd's subcommands. */
#include "licences.h"
#include "node.h"
#include "account/operator.h"
#include "base/id.h"
#include "base/log.h"
#include "db/db.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static void usage(FILE *to)
{
	struct buf help;

	fprintf(to, "korsdragd %s, the server of Korsdrag\n\n"
		"  korsdragd serve       runs a node until SIGTERM\n"
		"  korsdragd migrate     brings the database's schema up to date (as the role that owns it)\n"
		"  korsdragd config      prints every setting with its meaning, value and where that comes from\n"
		"  korsdragd openrpc     prints the protocol as an OpenRPC document\n"
		"  korsdragd licences    prints the licences of what is shipped with it\n%s\n"
		"Settings come from --config FILE (or KORSDRAG_CONFIG, or /etc/korsdrag/korsdrag.conf), the environment\n"
		"(KORSDRAG_LOG_LEVEL) and flags (--log.level debug), the later winning:\n\n", KORSDRAG_VERSION, operator_usage);
	buf_init(&help, 1 << 20);
	config_help(settings_keys, &help);
	if (help.data)
		fputs(help.data, to);
	buf_finish(&help);
}

static int print_buf(struct buf *b)
{
	bool is_ok = !b->failed && fwrite(b->data, 1, b->len, stdout) == b->len && fflush(stdout) == 0;

	buf_finish(b);
	return is_ok ? 0 : 1;
}

static int print_config(const struct config *c)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	config_print(c, &b);
	return print_buf(&b);
}

static int print_openrpc(void)
{
	json_t *document = kd_openrpc(KORSDRAG_VERSION);
	int status = !document || json_dumpf(document, stdout, JSON_INDENT(2)) != 0 || puts("") == EOF || fflush(stdout) != 0;

	json_decref(document);
	return status;
}

static int migrate(const struct settings *s)
{
	struct err err = { 0 };

	if (db_migrate(s->database_url, &err))
		return 0;
	log_line(LOG_ERROR, "cannot migrate", "reason", err.text, "detail", err.detail[0] ? err.detail : NULL, NULL);
	return 1;
}

static bool is_operators(const char *command)
{
	return strcmp(command, "link") == 0 || strcmp(command, "token") == 0 || strcmp(command, "tokens") == 0 ||
	       strcmp(command, "admin") == 0;
}

static int run(const struct settings *s, const struct config *c, const struct config_source *source, int argc, char **argv)
{
	const char *command = argc > 0 ? argv[0] : "";

	if (is_operators(command))
		return node_operate(s, argc, argv);
	if (argc > 1) {
		fprintf(stderr, "korsdragd: what is \"%s\"? See korsdragd --help\n", argv[1]);
		return 2;
	}
	if (strcmp(command, "serve") == 0)
		return node_serve(s, c, source);
	if (strcmp(command, "migrate") == 0)
		return migrate(s);
	if (strcmp(command, "config") == 0)
		return print_config(c);
	if (strcmp(command, "openrpc") == 0)
		return print_openrpc();
	if (strcmp(command, "licences") == 0)
		return licences_print(s->web_root);
	fprintf(stderr, *command ? "korsdragd: no such command: %s. See korsdragd --help\n"
		: "korsdragd: a command is missing%s. See korsdragd --help\n", command);
	return 2;
}

/* jansson's hash must not be predictable: whoever knows its seed makes objects whose keys all collide. */
static void seed_json(void)
{
	size_t seed = 0;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed) || seed == 0)
		abort();
	json_object_seed(seed);
}

/* --help counts wherever it stands, but behind "--". */
static bool asks_for_help(char *const *args)
{
	bool is_first = true;

	for (; *args && strcmp(*args, "--") != 0; args++, is_first = false)
		if (strcmp(*args, "--help") == 0 || strcmp(*args, "-h") == 0 || (is_first && strcmp(*args, "help") == 0))
			return true;
	return false;
}

/* An operator's command has flags of its own, which it reads itself. */
static bool has_operators_command(char *const *args)
{
	for (; *args; args++)
		if (is_operators(*args))
			return true;
	return false;
}

static int configured(char *const *args, char **rest)
{
	struct config_source source = { .default_file = "/etc/korsdrag/korsdrag.conf", .args = args, .environment = environ,
		.rest = rest, .keeps_flags = has_operators_command(args) };
	struct settings settings = { 0 };
	struct config *config;
	struct err err = { 0 };
	char node[24];
	int status, count = 0;

	config = config_load(settings_keys, &settings, &source, &err);
	if (!config || !settings_fit(&settings, &err)) {
		config_destroy(config);
		fprintf(stderr, "korsdragd: %s\n", err.text);
		return 2;
	}
	snprintf(node, sizeof(node), "%d", (int)getpid());
	if (!settings.node[0])
		settings.node = node;
	log_init((enum log_level)settings.log_level, (enum log_format)settings.log_format, settings.node);
	while (rest[count])
		count++;
	status = run(&settings, config, &source, count, rest);
	config_destroy(config);
	return status;
}

int main(int argc, char **argv)
{
	char **rest = calloc((size_t)argc + 1, sizeof(*rest));
	int status;

	if (!rest)
		return 1;
	signal(SIGPIPE, SIG_IGN);
	seed_json();
	if (argc < 2 || asks_for_help(argv + 1)) {
		usage(argc < 2 ? stderr : stdout);
		status = argc < 2 ? 2 : 0;
	} else {
		status = configured(argv + 1, rest);
	}
	free(rest);
	return status;
}
