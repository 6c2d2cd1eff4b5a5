/* main.c - `korsdrag`: administration and scripting over the same protocol that the browser speaks. */
#include "clients/cli/cli.h"
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_S 30
#define TIMEOUT_MAX_S 3600

static const char help[] =
        "korsdrag: works with a Korsdrag server from the shell, as the member whose token it has.\n"
        "\n"
        "  korsdrag sign-in URL [--token-file FILE]\n"
        "        Tries a token and keeps it with the address for later commands, readable by you alone.\n"
        "        The token is read from FILE, or from standard input (without echo on a terminal).\n"
        "  korsdrag sign-out\n"
        "        Ends the token at the server and forgets it.\n"
        "  korsdrag call METHOD [PARAMS | -] [--op ID]\n"
        "        Calls a method and prints its result. PARAMS is one JSON object; - reads it from standard "
        "input.\n"
        "        A change gets a fresh op unless it has one; the same op again gives the first answer.\n"
        "  korsdrag watch STREAM [--since N]\n"
        "        Prints the events of a stream as JSON lines, after event N (0: all), and goes on after "
        "lost\n"
        "        connections. Without --since, or when too much was missed, a line of type snapshot comes "
        "first.\n"
        "  korsdrag import FILE.csv [--dry-run] [--invite]\n"
        "        Adds the members of a list with the columns mail, name, organisation, track and cohort.\n"
        "        Good rows are taken, others reported by line; the same list again changes nothing.\n"
        "  korsdrag methods [METHOD]\n"
        "        Lists the methods, or says all about one.\n"
        "  korsdrag new-id [COUNT]\n"
        "        Prints ids for new objects.\n"
        "\n"
        "Before the command:\n"
        "  --url URL         address of the server: wss://korsdrag.example.se, ws://localhost:8080, "
        "unix:/path\n"
        "  --token-file FILE token, instead of the stored one\n"
        "  --ca-file FILE    trust these certificates instead of the system's\n"
        "  --timeout SECONDS wait so long for each answer (30)\n"
        "  --compact         print results on one line, as is done anyway when the output is not a terminal\n"
        "  --version, --help\n"
        "\n"
        "KORSDRAG_URL and KORSDRAG_TOKEN in the environment go before what sign-in has stored.\n"
        "\n"
        "It ends with 0 when done; 1 failed (import: some rows were not taken); 2 wrongly used; 3 no "
        "connection or\n"
        "no answer; 4 not signed in; 5 forbidden; 6 not found, or not for you; 7 the server does not accept "
        "what was\n"
        "sent; 8 conflict; 9 too large; 10 try again later.\n";

static const struct {
	const char *name;
	cli_command *run;
} commands[] = {
	{ "sign-in", cli_sign_in },
	{ "sign-out", cli_sign_out },
	{ "call", cli_call },
	{ "watch", cli_watch },
	{ "import", cli_import },
	{ "methods", cli_methods },
	{ "new-id", cli_new_id },
};

/* The token given by a file, the environment, or stored for this address; never on the command line, where
 * others on the machine could read it. */
static bool settings_read(struct cli *cli, const char *token_file, char **ret_token)
{
	const char *stored_url;

	if (!cli->url)
		cli->url = getenv("KORSDRAG_URL");
	cli->stored = credential_load();
	stored_url = json_string_value(json_object_get(cli->stored, "url"));
	if (token_file) {
		*ret_token = token_read(token_file);
		cli->token = *ret_token;
		if (!cli->token)
			return false;
	} else {
		cli->token = getenv("KORSDRAG_TOKEN");
	}
	if (!cli->url)
		cli->url = stored_url;
	/* A stored token goes to the server that it is for and to no other. */
	if (!cli->token && cli->url && stored_url && strcmp(cli->url, stored_url) == 0)
		cli->token = json_string_value(json_object_get(cli->stored, "token"));
	return true;
}

static int command_run(struct cli *cli, int argc, char **argv)
{
	if (argc < 1) {
		fputs(help, stderr);
		return CLI_USAGE;
	}
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(argv[0], commands[i].name) == 0) {
			optind = 0; /* getopt begins anew */
			return commands[i].run(cli, argc, argv);
		}
	cli_say("there is no command \"%s\"; korsdrag --help lists them", argv[0]);
	return CLI_USAGE;
}

/* 0: it is no number of seconds from 1 to TIMEOUT_MAX_S. */
static int seconds_read(const char *text)
{
	char *end;
	long seconds = strtol(text, &end, 10);

	return *text && !*end && seconds >= 1 && seconds <= TIMEOUT_MAX_S ? (int)seconds : 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "url", required_argument, NULL, 'u' },
		{ "token-file", required_argument, NULL, 'f' },
		{ "ca-file", required_argument, NULL, 'a' },
		{ "timeout", required_argument, NULL, 't' },
		{ "compact", no_argument, NULL, 'c' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct cli cli = { .timeout_ms = TIMEOUT_S * 1000 };
	const char *token_file = NULL;
	char *token = NULL;
	int code;

	signal(SIGPIPE, SIG_IGN);
	for (int o; (o = getopt_long(argc, argv, "+h", options, NULL)) != -1;) {
		switch (o) {
		case 'u':
			cli.url = optarg;
			break;
		case 'f':
			token_file = optarg;
			break;
		case 'a':
			cli.ca_file = optarg;
			break;
		case 't':
			cli.timeout_ms = seconds_read(optarg) * 1000;
			break;
		case 'c':
			cli.is_compact = true;
			break;
		case 'v':
			puts("korsdrag " KORSDRAG_VERSION);
			return CLI_OK;
		case 'h':
			fputs(help, stdout);
			return CLI_OK;
		default:
			return CLI_USAGE;
		}
	}
	if (cli.timeout_ms == 0)
		return cli_wrong_use("--timeout", "it wants a number of seconds from 1 to 3600");
	code = settings_read(&cli, token_file, &token) ? command_run(&cli, argc - optind, argv + optind)
	                                               : CLI_USAGE;
	client_close(cli.client);
	json_decref(cli.stored);
	free(token);
	return code;
}
