/* import.c - `korsdrag import`: a member list of any length, piece by piece, with errors by line of the file.
 */
#include "clients/cli/cli.h"
#include "clients/cli/csv.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX (64u << 20)

struct import {
	bool is_dry_run, invites;
	json_int_t added, changed, unchanged, refused;
};

static void answer_count(struct import *i, const json_t *answer, long first_line)
{
	size_t n;
	json_t *error, *errors = json_object_get(answer, "errors");

	i->added += json_integer_value(json_object_get(answer, "added"));
	i->changed += json_integer_value(json_object_get(answer, "changed"));
	i->unchanged += json_integer_value(json_object_get(answer, "unchanged"));
	i->refused += (json_int_t)json_array_size(errors);
	json_array_foreach(errors, n, error)
	{
		json_int_t line = json_integer_value(json_object_get(error, "line"));
		const char *field = json_string_value(json_object_get(error, "field"));

		if (line > 1) /* the first line of each piece is the file's first */
			line += first_line - 2;
		cli_say("line %lld: %s%s%s", (long long)line, field ? field : "", field && *field ? ": " : "",
		        json_string_value(json_object_get(error, "reason")));
	}
}

static int piece_send(struct cli *cli, struct import *i, const struct csv_piece *piece)
{
	char op[CLIENT_ID_SIZE];
	json_t *answer = NULL;
	json_t *params = json_pack("{s:s#, s:b, s:b, s:s}", "csv", piece->text, piece->len, "dry_run",
	        i->is_dry_run, "invite", i->invites, "op", client_new_id(op));
	int code;

	if (!params) {
		cli_say("the lines from %ld on are not UTF-8", piece->first_line);
		return CLI_INVALID;
	}
	code = cli_ask(cli, "member.import", params, &answer);
	if (code == CLI_OK)
		answer_count(i, answer, piece->first_line);
	json_decref(params);
	json_decref(answer);
	return code;
}

static int pieces_send(struct cli *cli, struct import *i, const char *text, size_t len)
{
	struct csv_piece piece;
	struct csv csv;
	int code = CLI_OK;

	if (!csv_begin(&csv, text, len)) {
		cli_say("the first line must name the columns: mail,name,organisation,track,cohort");
		return CLI_INVALID;
	}
	while (code == CLI_OK && csv_next(&csv, &piece)) {
		code = piece_send(cli, i, &piece);
		free(piece.text);
	}
	if (code == CLI_OK && csv_failed(&csv)) {
		cli_say("line %ld: the row is too long (is a quotation mark left open?); nothing from there "
		        "on was sent",
		        csv.line);
		code = CLI_INVALID;
	}
	return code;
}

int cli_import(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{ "dry-run", no_argument, NULL, 'n' },
		{ "invite", no_argument, NULL, 'i' },
		{ NULL, 0, NULL, 0 },
	};
	struct import import = { .is_dry_run = false };
	char *text;
	size_t len;
	int code;

	for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (o == '?')
			return CLI_USAGE;
		import.is_dry_run |= o == 'n';
		import.invites |= o == 'i';
	}
	if (argc - optind != 1)
		return cli_wrong_use("import", "it wants one FILE.csv, or - for standard input");
	text = file_read(argv[optind], FILE_MAX, &len);
	if (!text)
		return CLI_FAILED;
	code = pieces_send(cli, &import, text, len);
	free(text);
	if (code == CLI_OK || import.added + import.changed + import.unchanged + import.refused > 0)
		printf("%s%lld added, %lld changed, %lld unchanged, %lld not taken\n",
		        import.is_dry_run ? "would be: " : "", (long long)import.added,
		        (long long)import.changed, (long long)import.unchanged, (long long)import.refused);
	return code == CLI_OK && import.refused > 0 ? CLI_FAILED : code;
}
