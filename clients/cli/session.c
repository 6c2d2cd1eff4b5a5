/* session.c - one connection for a command, made when first needed and made again when it is lost. */
#include "clients/cli/cli.h"
#include "protocol/kd.h"
#include <time.h>

#define TRIES 5

bool cli_connect(struct cli *cli, int *ret_exit)
{
	char err[CLIENT_ERR_SIZE];
	int status = 0;
	struct client_options options = {
		.url = cli->url,
		.token = cli->token,
		.ca_file = cli->ca_file,
		.timeout_ms = cli->timeout_ms,
		.ret_status = &status,
	};

	if (cli->client && client_is_open(cli->client))
		return true;
	client_drop(cli->client);
	cli->client = NULL;
	if (!cli->url || !cli->token) {
		cli_say("not signed in: use korsdrag sign-in, or set KORSDRAG_URL and KORSDRAG_TOKEN");
		*ret_exit = CLI_SIGNED_OUT;
		return false;
	}
	cli->client = client_connect_with(&options, err);
	if (cli->client)
		return true;
	cli_say("%s", err);
	*ret_exit = status == 401 ? CLI_SIGNED_OUT : CLI_UNREACHABLE;
	return false;
}

static void pause_before(int attempt)
{
	struct timespec t = { .tv_nsec = 250000000 };

	for (int i = 0; i < attempt; i++)
		nanosleep(&t, NULL);
}

static int closed_exit(const struct client *c)
{
	if (client_close_code(c) == 4401) {
		cli_say("the server does not know this token, or it has ended: sign in again");
		return CLI_SIGNED_OUT;
	}
	cli_say("the connection was lost%s%s", *client_close_reason(c) ? ": " : "", client_close_reason(c));
	return CLI_UNREACHABLE;
}

/* What may be asked again: reading, and changes that carry an op. Outcomes that are known are not. */
static bool is_worth_another_try(enum client_status status, const json_t *error, const struct client *c)
{
	if (status == CLIENT_CLOSED)
		return client_close_code(c) != 4401;
	return status == CLIENT_TIMEOUT ||
	       (status == CLIENT_REFUSED &&
	               json_integer_value(json_object_get(error, "code")) == KD_E_UNAVAILABLE);
}

int cli_ask(struct cli *cli, const char *method, json_t *params, json_t **ret_result)
{
	const struct kd_method *known = kd_method_find(method);
	bool may_repeat = json_object_get(params, "op") || (known && !known->has_op);
	json_t *error = NULL;
	int code = CLI_UNREACHABLE;

	for (int attempt = 1;; attempt++) {
		enum client_status status;

		if (!cli_connect(cli, &code)) {
			if (attempt == 1 || attempt >= TRIES || code != CLI_UNREACHABLE)
				return code;
			pause_before(attempt);
			continue;
		}
		status = client_call(
		        cli->client, method, json_incref(params), cli->timeout_ms, ret_result, &error);
		if (status == CLIENT_OK)
			return CLI_OK;
		if (!may_repeat || attempt >= TRIES || !is_worth_another_try(status, error, cli->client)) {
			if (status == CLIENT_REFUSED)
				code = cli_error(method, error);
			else if (status == CLIENT_CLOSED)
				code = closed_exit(cli->client);
			else
				cli_say("%s: no answer in %d s; whether it was done is unknown", method,
				        cli->timeout_ms / 1000);
			json_decref(error);
			return code;
		}
		json_decref(error);
		pause_before(attempt);
	}
}
