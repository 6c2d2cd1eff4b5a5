/* sign_in.c - `korsdrag sign-in`, `sign-out`: a token is tried before it is kept. */
#include "clients/cli/cli.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static int sign_in_with(struct cli *cli, const char *token)
{
	json_t *me = NULL;
	int code;

	cli->token = token;
	code = cli_ask(cli, "me.get", NULL, &me);
	if (code == CLI_OK && !credential_store(cli->url, token))
		code = CLI_FAILED;
	if (code == CLI_OK)
		printf("Signed in to %s as %s.\n", cli->url, json_string_value(json_object_get(me, "name")));
	json_decref(me);
	return code;
}

int cli_sign_in(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = { { "token-file", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 } };
	const char *file = NULL;
	char *token;
	int code;

	for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (o != 't')
			return CLI_USAGE;
		file = optarg;
	}
	if (optind < argc)
		cli->url = argv[optind++];
	if (optind < argc || !cli->url)
		return cli_wrong_use("sign-in", "it wants one URL");
	token = token_read(file);
	if (!token)
		return CLI_USAGE;
	code = sign_in_with(cli, token);
	cli->token = NULL;
	free(token);
	return code;
}

/* The token is ended at the server as well, so that a copy of the file opens nothing. */
int cli_sign_out(struct cli *cli, int argc, char **argv)
{
	char op[CLIENT_ID_SIZE];
	json_t *me = NULL, *gone = NULL, *params;
	int code;

	(void)argv;
	if (argc > 1)
		return cli_wrong_use("sign-out", "it wants no arguments");
	code = cli_ask(cli, "me.get", NULL, &me);
	if (code == CLI_OK) {
		params = json_pack(
		        "{s:O, s:s}", "session", json_object_get(me, "session"), "op", client_new_id(op));
		code = cli_ask(cli, "session.revoke", params, &gone);
		json_decref(params);
	}
	if (!credential_remove()) {
		cli_say("the stored token cannot be removed");
		code = CLI_FAILED;
	} else if (code == CLI_SIGNED_OUT) {
		code = CLI_OK; /* it had ended already, or ended itself before the answer came */
	}
	json_decref(me);
	json_decref(gone);
	return code;
}
