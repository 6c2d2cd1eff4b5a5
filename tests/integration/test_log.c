/* G4: logs and metrics know who did what, never what was said, by which secret, from which address. */
#include "http.h"
#include "mailbox.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

struct secrets { /* what must stand nowhere */
	char *words[24];
	int count;
};

static void keep(struct secrets *s, const char *word)
{
	cr_assert(s->count < 24 && strlen(word) >= 8, "%s", word);
	s->words[s->count++] = strdup(word);
}

static void secrets_check(const struct secrets *s, const char *where, const char *text)
{
	for (int i = 0; i < s->count; i++)
		cr_assert(!strstr(text, s->words[i]), "%s holds %s: %.1500s", where, s->words[i],
		        strstr(text, s->words[i]) - 200);
}

/* Signs in by mail: the link, both cookies and the code are secrets. */
static void sign_in_by_mail(struct world *w, struct secrets *s)
{
	struct http_answer *a = http_post(
	        w, 0, "/auth/ask", SAME_ORIGIN, "{\"mail\": \"kalle@test.example\", \"locale\": \"en\"}");
	char *ask = http_cookie_of(a, "__Host-korsdrag-ask", NULL), *mail = mail_wait(w, 1), *session,
	     token[44], code[10], json[100], headers[300];

	link_of(mail, token);
	code_of(mail, code);
	keep(s, code);
	keep(s, token);
	keep(s, ask);
	http_answer_free(a);
	snprintf(headers, sizeof headers,
	        SAME_ORIGIN "User-Agent: Hemlig\\n\"level=error\" x=1\r\nCookie: __Host-korsdrag-ask=%s\r\n",
	        ask);
	snprintf(json, sizeof json, "{\"token\": \"%s\"}", token);
	a = http_post(w, 0, "/auth/redeem", headers, json);
	cr_assert_eq(a->status, 200, "%s", a->body);
	session = http_cookie_of(a, "__Host-korsdrag", NULL);
	keep(s, session);
	http_answer_free(a);
	snprintf(headers, sizeof headers, "Cookie: __Host-korsdrag=%s\r\nAuthorization: Bearer %s\r\n",
	        session, token);
	http_answer_free(http_get(w, 0, "/ws", headers));
	http_answer_free(http_get(w, 0, "/boards?token=adressradshemlighet", headers));
	free(ask);
	free(session);
	free(mail);
}

/* Everything that people can say goes by once, good and bad. */
static void say_everything(struct world *w, struct secrets *s)
{
	struct person *anna = sign_in(w, 0, "anna"), *admin = sign_in(w, 0, "admin");
	json_t *made = ok(anna, "token.create", "{s:s, s:i}", "name", "skriptnamnhemligt", "days", 1);
	ID_TEXT(thread);

	keep(s, text_at(made, "token"));
	ok(anna, "thread.create", "{s:s, s:s, s:s, s:s, s:s}", "thread", thread, "post", new_id(), "space",
	        SPACE(IN_NETWORK), "title", "rubrikhemligt", "text", "inläggshemligt");
	refused(anna, KD_E_CONFLICT, NULL, "thread.create", "{s:s, s:s, s:s, s:s, s:s}", "thread", thread,
	        "post", new_id(), "space", SPACE(IN_NETWORK), "title", "rubrikhemligt", "text",
	        "inläggshemligt");
	refused(anna, KD_E_CONFLICT, NULL, "post.create", "{s:s, s:s, s:s}", "thread", thread, "post",
	        POST(IN_NETWORK), "text",
	        "inläggshemligt"); /* a unique constraint: PostgreSQL's own words hold values */
	refused(anna, KD_E_INVALID, NULL, "post.create", "{s:s, s:s, s:i}", "thread", thread,
	        "inläggshemligt", "x", "text", 3);
	refused(anna, KD_E_INVALID, NULL, "thread.list", "{s:s}", "after", "inläggshemligt");
	ok(anna, "card.edit", "{s:s, s:s, s:s, s:i}", "board", BOARD(IN_NETWORK), "card", CARD(IN_NETWORK),
	        "text", "korthemligt", "revision", 1);
	ok(anna, "me.update", "{s:s, s:s, s:s}", "name", "namnhemligt", "about", "omhemligt", "title",
	        "titelhemlig");
	ok(anna, "member.list", "{s:s}", "query", "sökordshemligt");
	ok(admin, "member.import", "{s:s}", "csv",
	        "mail,name,organisation\nimport@hemligt.example,Importhemligt,KUF\nfel,Felhemligt,KUF\n");
	ok(admin, "space.create", "{s:s, s:s, s:s, s:s}", "space", new_id(), "name", "rumshemligt",
	        "openness", "network", "description", "beskrivningshemligt");
	client_send_text(anna->client, "{\"trasigthemligt\": ", 19);
	json_decref(client_next_stray(anna->client, ANSWER_MS));
	client_send_text(anna->client, "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"metodhemligt\"}", 51);
	json_decref(client_next_stray(anna->client, ANSWER_MS));
}

static void nothing_is_told(const char *level, const char *format)
{
	static const char *const words[] = { "hemligt", "hemlighet", "titelhemlig", "@test.example",
		"@hemligt", "__Host-korsdrag=" };
	struct secrets s = { .count = 0 };
	struct world *w;
	struct http_answer *a;
	char *log;

	setenv("KORSDRAG_LOG_LEVEL", level, 1);
	setenv("KORSDRAG_LOG_FORMAT", format, 1);
	w = world_start(1);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		s.words[s.count++] = strdup(words[i]);
	keep(&s, "kkkkkkkkkkkkkkkkkkkkkkkk"); /* the fixture's tokens */
	sign_in_by_mail(w, &s);
	say_everything(w, &s);
	a = http_get(w, 0, "/metrics", "");
	secrets_check(&s, "/metrics", a->body);
	http_answer_free(a);
	node_stop(w, 0);
	log = node_log(w, 0);
	cr_assert(strstr(log, "thread.create"), "the log says nothing at all");
	secrets_check(&s, "the log", log);
	for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
		json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

		cr_assert_eq(object != NULL, strcmp(format, "json") == 0, "%s", line);
		json_decref(object);
	}
	free(log);
	for (int i = 0; i < s.count; i++)
		free(s.words[i]);
	world_stop(w);
}

Test(log, tells_nothing_that_was_said)
{
	nothing_is_told("info", "text");
}

Test(log, tells_nothing_that_was_said_even_when_debugging)
{
	nothing_is_told("debug", "json");
}
