/* `korsdrag`, the command-line client, as a shell sees it: what it prints, and what it ends with. */
#include "harness.h"
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Runs a line of shell with $korsdrag, $URL, $HOME and the token of `who` (NULL: none). What was printed, both outputs;
 * the caller's to free. */
static char *shell(const struct world *w, const char *who, int *ret_exit, const char *line)
{
	char command[4096], token[44], url[64], *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size), *pipe;
	int status;

	if (who)
		member_token(who, token);
	snprintf(command, sizeof command,
		"exec 2>&1; unset KORSDRAG_URL KORSDRAG_CONFIG; export ASAN_OPTIONS=detect_leaks=1 HOME='%s' XDG_CONFIG_HOME= URL='%s' korsdrag='%s' "
		"%s%s%s; cd '%s'; %s",
		w->folder, node_url(w, 0, url), getenv("KORSDRAG_CLI"), who ? "KORSDRAG_TOKEN=" : "", who ? token : "",
		who ? " KORSDRAG_URL=$URL; export KORSDRAG_URL=$URL" : "", w->folder, line);
	pipe = popen(command, "r");
	for (int c; (c = getc(pipe)) != EOF;)
		putc(c, out);
	status = pclose(pipe);
	fclose(out);
	*ret_exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return text;
}

/* Ends with `code`, and prints something with `words` in it. */
static void says(const struct world *w, const char *who, int code, const char *words, const char *line)
{
	int status;
	char *text = shell(w, who, &status, line);

	cr_expect_eq(status, code, "%s ended with %d instead of %d: %s", line, status, code, text);
	cr_expect(strstr(text, words) != NULL, "%s did not say %s: %s", line, words, text);
	cr_expect(strstr(text, "Sanitizer") == NULL, "%s: %s", line, text);
	free(text);
}

Test(cli, calls_and_ends_with_what_the_error_was)
{
	struct world *w = world_start(1);

	says(w, "anna", 0, "\"name\":\"Förvaltningschef anna\"", "$korsdrag call me.get");
	says(w, "anna", 0, "{\"seq\":", "$korsdrag call me.update '{\"title\":\"chef\"}'");
	says(w, "anna", 0, "\"html\"", "echo '{\"text\":\"*hej*\"}' | $korsdrag call post.preview -");
	says(w, "anna", 5, "forbidden", "$korsdrag call organisation.add \"{\\\"organisation\\\":\\\"$($korsdrag new-id)\\\",\\\"kind\\\":\\\"company\\\",\\\"short\\\":\\\"X\\\",\\\"name\\\":\\\"X\\\"}\"");
	says(w, "anna", 6, "not_found", "$korsdrag call space.get \"{\\\"space\\\":\\\"$($korsdrag new-id)\\\"}\"");
	says(w, "anna", 7, "thread.rename: thread ", "$korsdrag call thread.rename '{\"thread\":5,\"title\":\"x\"}'");
	says(w, "anna", 7, "method", "$korsdrag call no.such");
	says(w, "anna", 8, "conflict", "$korsdrag call card.restore '{\"board\":\"" BOARD(IN_NETWORK) "\",\"card\":\"" CARD(IN_NETWORK) "\"}'");
	says(w, "anna", 2, "not JSON", "$korsdrag call me.get '{'");
	says(w, "anna", 2, "must be a JSON object", "$korsdrag call me.get '[]'");
	says(w, NULL, 4, "not signed in", "$korsdrag call me.get");
	says(w, NULL, 4, "token", "KORSDRAG_TOKEN=nobodysnobodysnobodysnobodysnobodysnobodysno $korsdrag --url $URL call me.get");
	says(w, "anna", 3, "no connection", "$korsdrag --url ws://127.0.0.1:1 call me.get");
	says(w, "anna", 3, "not an address", "$korsdrag --url gopher://x call me.get");
	says(w, NULL, 2, "no command", "$korsdrag fly");
	says(w, NULL, 0, "korsdrag watch STREAM", "$korsdrag --help");
	says(w, NULL, 0, "card.move", "$korsdrag methods");
	says(w, NULL, 0, "Fractional index", "$korsdrag methods card.move");
	says(w, NULL, 6, "no method", "$korsdrag methods no.such");
	says(w, NULL, 0, "3", "$korsdrag new-id 3 | sort -u | wc -l");
	world_stop(w);
}

Test(cli, the_same_op_gives_the_first_answer)
{
	struct world *w = world_start(1);

	says(w, "anna", 0, "same",
		"op=$($korsdrag new-id); id=$($korsdrag new-id); p=\"{\\\"thread\\\":\\\"" THREAD(IN_NETWORK) "\\\",\\\"post\\\":\\\"$id\\\",\\\"text\\\":\\\"en gång\\\"}\"; "
		"a=$($korsdrag call post.create \"$p\" --op $op); b=$($korsdrag call post.create \"$p\" --op $op); test \"$a\" = \"$b\" && echo same");
	world_stop(w);
}

Test(cli, keeps_the_token_to_itself_and_to_its_server)
{
	struct world *w = world_start(1);
	char line[256], token[44];

	snprintf(line, sizeof line, "echo %s | $korsdrag sign-in $URL", member_token("olle", token));
	says(w, NULL, 0, "as Förvaltningschef olle", line);
	says(w, NULL, 0, "600", "stat -c %a .config/korsdrag/credentials.json");
	says(w, NULL, 0, "Förvaltningschef olle", "$korsdrag call me.get");
	says(w, NULL, 4, "not signed in", "$korsdrag --url ws://localhost:1 call me.get");
	says(w, NULL, 4, "token", "echo wrongwrongwrongwrongwrongwrongwrongwrongwro | $korsdrag sign-in $URL");
	says(w, NULL, 0, "Förvaltningschef olle", "$korsdrag call me.get");
	says(w, NULL, 0, "", "$korsdrag sign-out");
	says(w, NULL, 4, "not signed in", "$korsdrag call me.get");
	snprintf(line, sizeof line, "KORSDRAG_TOKEN=%s $korsdrag --url $URL call me.get", token);
	says(w, NULL, 4, "token", line);
	world_stop(w);
}

Test(cli, imports_piece_by_piece_and_reports_by_line)
{
	struct world *w = world_start(1);
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/list.csv", w->folder);
	f = fopen(path, "we");
	fprintf(f, "mail;name;organisation;track;cohort\r\n");
	for (int i = 2; i <= 2501; i++)
		fprintf(f, "medlem%d@test.example;%s;SVOA;;\r\n", i, i == 2000 ? "" : "Medlem ur listan");
	fclose(f);
	says(w, "admin", 1, "2499 added, 0 changed, 0 unchanged, 1 not taken", "$korsdrag import list.csv --dry-run");
	says(w, "admin", 1, "line 2000: name", "$korsdrag import list.csv");
	says(w, "admin", 1, "0 added, 0 changed, 2499 unchanged, 1 not taken", "$korsdrag import list.csv");
	says(w, "anna", 5, "forbidden", "$korsdrag import list.csv");
	says(w, "admin", 1, "cannot be read", "$korsdrag import nothere.csv");
	world_stop(w);
}

static bool file_has(const char *path, const char *words)
{
	char *text = file_text(path);
	bool found = strstr(text, words) != NULL;

	free(text);
	return found;
}

static void wait_for_words(const char *path, const char *words)
{
	struct timespec t = { .tv_nsec = 50000000 };
	char *text;

	for (int waited = 0; !file_has(path, words); waited += 50) {
		if (waited > ANSWER_MS) {
			text = file_text(path);
			cr_assert_fail("%s never came: %s", words, text);
		}
		nanosleep(&t, NULL);
	}
}

/* Each event once, also across the death of the node it watches. */
Test(cli, watches_a_stream_through_the_death_of_a_node, .timeout = 120)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	char path[128], *text, url[64], token[44];
	int posts = 0;
	pid_t pid;

	snprintf(path, sizeof path, "%s/watched", w->folder);
	node_url(w, 0, url);
	member_token("kalle", token);
	pid = fork();
	if (pid == 0) {
		cr_assert(freopen(path, "w", stdout));
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setenv("KORSDRAG_URL", url, 1);
		setenv("KORSDRAG_TOKEN", token, 1);
		execl(getenv("KORSDRAG_CLI"), "korsdrag", "watch", "thread:" THREAD(IN_NETWORK), (char *)NULL);
		_exit(127);
	}
	wait_for_words(path, "\"type\":\"snapshot\"");
	ok(anna, "post.create", "{s:s, s:s, s:s}", "thread", THREAD(IN_NETWORK), "post", new_id(), "text", "före döden");
	wait_for_words(path, "före döden");
	node_kill(w, 0);
	node_start(w, 0);
	reconnect(anna, 0);
	ok(anna, "post.create", "{s:s, s:s, s:s}", "thread", THREAD(IN_NETWORK), "post", new_id(), "text", "efter döden");
	wait_for_words(path, "efter döden");
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	text = file_text(path);
	for (const char *at = text; (at = strstr(at, "\"type\":\"post.created\"")); at++)
		posts++;
	cr_assert_eq(posts, 2, "%s", text);
	free(text);
	world_stop(w);
}

Test(cli, a_watch_that_may_not_be_ends)
{
	struct world *w = world_start(1);

	says(w, "kalle", 6, "not_found", "$korsdrag watch thread:" THREAD(IN_PRIVATE));
	says(w, "kalle", 2, "--since wants", "$korsdrag watch thread:" THREAD(IN_NETWORK) " --since x");
	says(w, "kalle", 7, "stream", "$korsdrag watch nonsense");
	world_stop(w);
}
