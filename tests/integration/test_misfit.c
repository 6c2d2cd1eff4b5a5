/* P6: what SQL has put together is looked at before it leaves, in builds that check frames: what does not fit its table is
 * an error of ours in the log, and nothing of it is sent. And a call that costs more than its budget is told of, which fails
 * whatever test it happens in. */
#include "steps.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not a person's: their every message would have to fit. The error's code. */
static json_int_t code_of(struct world *w, const char *method, json_t *params)
{
	char url[64], token[44], err[CLIENT_ERR_SIZE];
	struct client *c = client_connect(node_url(w, 0, url), member_token("anna", token), err);
	json_t *result, *error;
	json_int_t code;

	cr_assert(c, "%s", err);
	client_call(c, method, params, ANSWER_MS, &result, &error);
	cr_assert(!result && error, "%s: it was sent: %s", method, json_dumps(result, 0));
	code = int_at(error, "code");
	cr_assert(!strstr(text_at(error, "message"), "xxx"), "%s", text_at(error, "message"));
	json_decref(error);
	client_close(c);
	return code;
}

/* The world's end looks for errors in the log. */
static void errors_were_meant(const struct world *w, const char *what)
{
	char command[400];

	snprintf(command, sizeof command, "sed -i 's/ error %s/ warn/; s/ error call / warn call /' '%s/%s.log'", what, w->folder,
		w->nodes[0].name);
	must(system(command) == 0, "%s", command);
}

Test(misfit, what_does_not_fit_its_table_does_not_leave)
{
	struct world *w = world_start(1);
	struct person *kalle = sign_in(w, 0, "kalle");
	char *log;

	sql(w, "DO $$ DECLARE c record; BEGIN FOR c IN SELECT conname FROM pg_constraint WHERE conrelid = 'board'::regclass AND "
	       "contype = 'c' LOOP EXECUTE format('ALTER TABLE board DROP CONSTRAINT %I', c.conname); END LOOP; END $$");
	sql(w, "UPDATE board SET title = repeat('x', 5000) WHERE id = '" BOARD(IN_NETWORK) "'");
	cr_assert_eq(code_of(w, "stream.open", json_pack("{s:s}", "stream", STREAM("board", BOARD(IN_NETWORK)))), KD_E_INTERNAL);
	cr_assert_eq(code_of(w, "board.list", json_pack("{s:s}", "space", SPACE(IN_NETWORK))), KD_E_INTERNAL);
	cr_assert_eq(metric_of(w, 0, "korsdrag_subscriptions"), 0);
	open_stream(kalle, STREAM("board", BOARD(IN_BOARD))); /* others are served as ever */
	log = node_log(w, 0);
	cr_assert(strstr(log, "snapshot does not fit its table") && strstr(log, "frame does not fit its table"), "%s", log);
	cr_assert(strstr(log, "title") && !strstr(log, "xxxx"), "the log names the field, not what stands in it: %s", log);
	free(log);
	errors_were_meant(w, "\\(snapshot\\|frame\\) does not fit");
	world_stop(w);
}

Test(misfit, what_costs_more_than_its_budget_is_told)
{
	struct world *w = world_start(1);
	struct person *kalle = sign_in(w, 0, "kalle");
	char *log;

	ok(kalle, "space.list", "{}");
	log = node_log(w, 0);
	cr_assert(!strstr(log, "over its budget"), "%s", log);
	free(log);
	sql(w, "WITH many AS (INSERT INTO stream (id, kind) SELECT gen_random_uuid(), 'space' FROM generate_series(1, 400) RETURNING id) "
	       "INSERT INTO space (id, name, description, openness) SELECT id, 'Rum', repeat('x', 500), 'network' FROM many");
	ok(kalle, "space.list", "{}"); /* it is answered all the same */
	log = node_log(w, 0);
	cr_assert(strstr(log, "error call over its budget") && strstr(log, "method=space.list db=1 bytes="), "%s", log);
	free(log);
	errors_were_meant(w, "call over its budget");
	world_stop(w);
}
