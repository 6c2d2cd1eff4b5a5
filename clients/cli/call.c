/* call.c - `korsdrag call`, `methods`, `new-id`: any method from the shell. */
#include "clients/cli/cli.h"
#include "protocol/kd.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARAMS_MAX (1u << 20)

static json_t *params_read(const char *text)
{
	json_error_t error;
	json_t *params;
	char *input = NULL;
	size_t len;

	if (!text)
		return json_object();
	if (strcmp(text, "-") == 0) {
		input = file_read("-", PARAMS_MAX, &len);
		if (!input)
			return NULL;
		text = input;
	}
	params = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	free(input);
	if (!params)
		cli_say("the parameters are not JSON: line %d, column %d: %s", error.line, error.column,
		        error.text);
	else if (!json_is_object(params))
		cli_say("the parameters must be a JSON object");
	if (!json_is_object(params)) {
		json_decref(params);
		return NULL;
	}
	return params;
}

int cli_call(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = { { "op", required_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 } };
	const struct kd_method *known;
	const char *op = NULL;
	char fresh[CLIENT_ID_SIZE];
	json_t *params, *result = NULL;
	int code;

	for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (o != 'o')
			return CLI_USAGE;
		op = optarg;
	}
	if (argc - optind < 1 || argc - optind > 2)
		return cli_wrong_use(
		        "call", "it wants METHOD and, if any, its parameters as one JSON object");
	params = params_read(argc - optind == 2 ? argv[optind + 1] : NULL);
	if (!params)
		return CLI_USAGE;
	known = kd_method_find(argv[optind]);
	if (op)
		json_object_set_new(params, "op", json_string(op));
	else if (known && known->has_op && !json_object_get(params, "op"))
		json_object_set_new(params, "op", json_string(client_new_id(fresh)));
	code = cli_ask(cli, argv[optind], params, &result);
	if (code == CLI_OK)
		cli_print(cli, result);
	json_decref(result);
	json_decref(params);
	return code;
}

/* --- methods ---------------------------------------------------------------------------------------- */

static const char *type_name(const struct kd_field *f)
{
	static const char *const names[] = {
		[KD_TYPE_ID] = "id",
		[KD_TYPE_TEXT] = "text",
		[KD_TYPE_ENUM] = "word",
		[KD_TYPE_ORDER] = "order",
		[KD_TYPE_STREAM] = "stream",
		[KD_TYPE_INT] = "integer",
		[KD_TYPE_TIME] = "time",
		[KD_TYPE_NUMBER] = "number",
		[KD_TYPE_BOOL] = "true or false",
		[KD_TYPE_OBJECT] = "object",
		[KD_TYPE_LIST] = "list",
		[KD_TYPE_JSON] = "any",
	};

	return names[f->type];
}

static void fields_print(const struct kd_field *fields, int depth)
{
	for (const struct kd_field *f = fields; f && f->name; f++) {
		printf("%*s%-*s %s%s  %s", 4 + 2 * depth, "", 16 - 2 * depth, f->name, type_name(f),
		        f->presence ? "" : ", optional", f->doc);
		for (int i = 0; f->type == KD_TYPE_ENUM && f->words[i]; i++)
			printf("%s%s", i ? ", " : " One of ", f->words[i]);
		puts("");
		if (depth < 3)
			fields_print(f->sub, depth + 1);
	}
}

static void method_print(const struct kd_method *m)
{
	printf("%s: %s\n", m->name, m->summary);
	if (m->doc)
		printf("  %s\n", m->doc);
	printf("  parameters%s\n", m->params && m->params->name ? ":" : ": none");
	fields_print(m->params, 0);
	printf("  result%s\n", m->result && m->result->name ? ":" : ": {}");
	fields_print(m->result, 0);
	if (m->emits)
		printf("  event: %s (%s)\n", m->emits->name, m->emits->summary);
}

int cli_methods(struct cli *cli, int argc, char **argv)
{
	const struct kd_method *one = argc == 2 ? kd_method_find(argv[1]) : NULL;

	(void)cli;
	if (argc > 2)
		return cli_wrong_use("methods", "it wants at most one METHOD");
	if (argc == 2 && !one) {
		cli_say("there is no method %s", argv[1]);
		return CLI_NOT_FOUND;
	}
	if (one)
		method_print(one);
	for (int t = 0; !one && kd_method_tables[t]; t++)
		for (int i = 0; kd_method_tables[t][i]; i++)
			printf("%-24s %s\n", kd_method_tables[t][i]->name, kd_method_tables[t][i]->summary);
	return CLI_OK;
}

int cli_new_id(struct cli *cli, int argc, char **argv)
{
	char id[CLIENT_ID_SIZE];
	long count = argc == 2 ? strtol(argv[1], NULL, 10) : 1;

	(void)cli;
	if (argc > 2 || count < 1 || count > 100000)
		return cli_wrong_use("new-id", "it wants at most a number from 1 to 100000");
	while (count-- > 0)
		puts(client_new_id(id));
	return CLI_OK;
}
