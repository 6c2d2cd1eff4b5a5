/* Signing in over HTTP as browsers do it: what is spent when, by whom, and what nobody learns. */
#include "browser.h"
#include "mailbox.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

Test(sign_in, a_mailed_link_signs_in_once)
{
	struct world *w = world_start(2);
	struct browser b = { .world = w }, other = { .world = w };
	char token[44], *mail;

	ask_for_link(&b, "Anna@Test.Example"); /* addresses know no case */
	cr_assert(b.ask && !b.session);
	mail = mail_wait(w, 1);
	cr_assert(strstr(mail, "To: <anna@test.example>"));
	link_of(mail, token);
	for (int i = 0; i < 3; i++) { /* scanners fetch links: that spends nothing */
		struct http_answer *page = http_get(w, 0, "/sign-in/link", "");

		cr_assert_eq(page->status, 200);
		http_answer_free(page);
	}
	cr_assert_eq(
	        post_status(&other, "/auth/redeem", "{\"token\": \"%s\"}", token), 403); /* another browser */
	b.node = 1; /* another node is no other browser */
	cr_assert_eq(post_status(&b, "/auth/redeem", "{\"token\": \"%s\"}", token), 200);
	cr_assert(b.session && strlen(b.session) == 43 && !b.ask);
	cr_assert(speaks_as(&b, "anna"));
	cr_assert_eq(post_status(&b, "/auth/redeem", "{\"token\": \"%s\"}", token), 410);
	cr_assert(speaks_as(&b, "anna"), "a replay has ended the session");
	cr_assert_eq(post_status(&b, "/auth/sign-out", "{}%s", ""), 204);
	cr_assert(!b.session);
	free(mail);
	browser_close(&b);
	browser_close(&other);
	world_stop(w);
}

Test(sign_in, two_who_redeem_at_once_get_one_session)
{
	struct world *w = world_start(2);

	for (int round = 1; round <= 4; round++) {
		struct browser b = { .world = w };
		char token[44], *mail, json[100], headers[300];
		int ok_count = 0, gone = 0;
		pid_t pids[2];

		ask_for_link(&b, "olle@test.example");
		mail = mail_wait(w, round);
		link_of(mail, token);
		snprintf(json, sizeof json, "{\"token\": \"%s\"}", token);
		snprintf(headers, sizeof headers, SAME_ORIGIN "Cookie: " COOKIE_ASK "=%s\r\n", b.ask);
		for (int i = 0; i < 2; i++) {
			pids[i] = fork();
			if (pids[i] == 0) {
				struct http_answer *a = http_post(w, i, "/auth/redeem", headers, json);

				_exit(a->status == 200 ? 20 : a->status == 410 ? 41 : 99);
			}
		}
		for (int i = 0; i < 2; i++) {
			int status;

			waitpid(pids[i], &status, 0);
			ok_count += WEXITSTATUS(status) == 20;
			gone += WEXITSTATUS(status) == 41;
		}
		cr_assert(ok_count == 1 && gone == 1, "%d succeeded, %d were told that it is spent", ok_count,
		        gone);
		free(mail);
		browser_close(&b);
	}
	world_stop(w);
}

Test(sign_in, the_code_is_typed_where_it_was_asked_for)
{
	struct world *w = world_start(1);
	struct browser b = { .world = w }, other = { .world = w };
	char code[10], small[10], *mail;

	ask_for_link(&b, "anna@test.example");
	mail = mail_wait(w, 1);
	code_of(mail, code);
	cr_assert_eq(post_status(&other, "/auth/redeem", "{\"code\": \"%s\"}", code), 403);
	ask_for_link(&other, "nobody@test.example"); /* has asked, but not for this one */
	cr_assert_eq(post_status(&other, "/auth/redeem", "{\"code\": \"%s\"}", code), 410);
	for (int i = 0; i < 10; i++)
		small[i] = (char)(code[i] >= 'A' && code[i] <= 'Z' ? code[i] + 32 : code[i]);
	cr_assert_eq(post_status(&b, "/auth/redeem", "{\"code\": \" %s \"}", small), 200);
	cr_assert(speaks_as(&b, "anna"));
	cr_assert_eq(post_status(&b, "/auth/redeem", "{\"code\": \"%s\"}", code),
	        403); /* the asking's cookie is gone */
	free(mail);
	browser_close(&b);
	browser_close(&other);
	world_stop(w);
}

Test(sign_in, five_wrong_codes_spend_the_link)
{
	struct world *w = world_start(1);
	struct browser b = { .world = w };
	char code[10], *mail;

	ask_for_link(&b, "anna@test.example");
	mail = mail_wait(w, 1);
	code_of(mail, code);
	for (int i = 0; i < 5; i++)
		cr_assert_eq(post_status(&b, "/auth/redeem", "{\"code\": \"%s\"}", "AAAA-AAAA"), 410);
	cr_assert_eq(post_status(&b, "/auth/redeem", "{\"code\": \"%s\"}", code), 410);
	free(mail);
	browser_close(&b);
	world_stop(w);
}

Test(sign_in, an_expired_link_is_gone)
{
	struct world *w = world_start(1);
	struct browser b = { .world = w };
	char token[44], *mail;

	ask_for_link(&b, "anna@test.example");
	mail = mail_wait(w, 1);
	link_of(mail, token);
	sql(w, "UPDATE sign_in_link SET expires_at = now() - interval '1 second'");
	cr_assert_eq(post_status(&b, "/auth/redeem", "{\"token\": \"%s\"}", token), 410);
	free(mail);
	browser_close(&b);
	world_stop(w);
}

/* All that an asking for this address is answered, but for the time and the cookie's secret. */
static char *answer_to(struct world *w, const char *mail, double *ret_ms)
{
	char json[200], *text, *cookie, *at = NULL;
	struct timespec from, to;
	struct http_answer *a;

	snprintf(json, sizeof json, "{\"mail\": \"%s\", \"locale\": \"sv\"}", mail);
	clock_gettime(CLOCK_MONOTONIC, &from);
	a = http_post(w, 0, "/auth/ask", SAME_ORIGIN, json);
	clock_gettime(CLOCK_MONOTONIC, &to);
	*ret_ms = (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
	cookie = http_cookie_of(a, COOKIE_ASK, NULL);
	cr_assert(asprintf(&text, "%s%s", a->head, a->body) > 0);
	cr_assert(cookie && (at = strstr(text, cookie)));
	memset(at, '*', strlen(cookie));
	at = strstr(text, "Date: ");
	memset(at, '*', strcspn(at, "\r"));
	free(cookie);
	http_answer_free(a);
	return text;
}

static int by_size(const void *a, const void *b)
{
	double one = *(const double *)a, two = *(const double *)b;

	return (one > two) - (one < two);
}

#define MAILS_AN_HOUR 5

/* m1@test.example, m2@… */
static void members_add(struct world *w, int count)
{
	char statement[600];

	snprintf(statement, sizeof statement,
	        "WITH many AS (INSERT INTO stream (id, kind) SELECT ('00000000-0000-7000-8000-00001' || lpad(i::text, 7, "
	        "'0'))::uuid, 'member' FROM generate_series(1, %d) i RETURNING id) INSERT INTO member (id, mail, name, "
	        "organisation_id) SELECT id, 'm' || right(id::text, 7)::int || '@test.example', 'Många', '" ORG_CULTURE
	        "' FROM many", count);
	sql(w, statement);
}

/* N3. Whoever measures has many samples and compares their middles. What they may differ by is what the machine's own
 * unrest makes of samples of one kind: a share of their spread, or of the time itself where that is steadier. */
Test(sign_in, known_and_unknown_addresses_are_answered_alike)
{
	enum { SAMPLES = 1000, KINDS = 2 };
	static double ms[KINDS][SAMPLES];
	int count[KINDS] = { 0 };
	unsigned draw = 1;
	char *known, *unknown, *suspended, mail[64];
	double spread, most, apart;
	struct world *w;

	setenv("KORSDRAG_RATE_ASK", "100000", 1);
	w = world_start(1);
	members_add(w, SAMPLES / MAILS_AN_HOUR); /* each asking for one who is known makes a link and a mail */
	known = answer_to(w, "anna@test.example", &apart);
	unknown = answer_to(w, "nobody@test.example", &apart);
	suspended = answer_to(w, "sven@test.example", &apart);
	cr_assert_str_eq(known, unknown);
	cr_assert_str_eq(known, suspended);
	while (count[0] < SAMPLES || count[1] < SAMPLES) {
		int kind = (draw = draw * 1103515245 + 12345) >> 16 & 1; /* what one leaves to be done meets both */

		if (count[kind] == SAMPLES)
			kind = !kind;
		snprintf(mail, sizeof mail, "%s%d@test.example", kind ? "x" : "m", 1 + count[kind] / MAILS_AN_HOUR);
		free(answer_to(w, mail, &ms[kind][count[kind]]));
		count[kind]++;
	}
	for (int kind = 0; kind < KINDS; kind++)
		qsort(ms[kind], SAMPLES, sizeof(double), by_size);
	spread = ms[1][SAMPLES * 3 / 4] - ms[1][SAMPLES / 4];
	most = spread / 4 > ms[1][SAMPLES / 2] / 20 ? spread / 4 : ms[1][SAMPLES / 2] / 20;
	apart = ms[0][SAMPLES / 2] - ms[1][SAMPLES / 2];
	printf("known addresses: %.3f ms, unknown: %.3f ms, spread %.3f ms\n", ms[0][SAMPLES / 2], ms[1][SAMPLES / 2], spread);
	cr_assert(apart < most && apart > -most, "medians are %.3f ms apart, more than %.3f", apart, most);
	for (int64_t until = now_ms() + ANSWER_MS; mail_count(w) < 1 + SAMPLES; wait_ms(50))
		cr_assert_lt(now_ms(), until, "%d mails", mail_count(w));
	wait_ms(300);
	cr_assert_eq(mail_count(w), 1 + SAMPLES, "%d mails: some to nobody", mail_count(w));
	free(known);
	free(unknown);
	free(suspended);
	world_stop(w);
}

/* Whoever is asked for, an address gets five mails an hour. */
Test(sign_in, an_address_gets_so_many_mails_an_hour)
{
	struct world *w = world_start(1);
	double ms;

	for (int i = 0; i < 8; i++)
		free(answer_to(w, i % 2 ? "Anna@test.example" : "anna@test.example", &ms)); /* the same address */
	free(answer_to(w, "olle@test.example", &ms));
	free(mail_wait(w, 6));
	wait_ms(300);
	cr_assert_eq(mail_count(w), 6, "%d mails", mail_count(w));
	world_stop(w);
}

Test(sign_in, an_address_may_ask_and_redeem_so_often)
{
	struct browser b = { 0 };
	struct http_answer *a;
	char *after;

	setenv("KORSDRAG_RATE_ASK", "3", 1);
	setenv("KORSDRAG_RATE_REDEEM", "3", 1);
	b.world = world_start(1);
	for (int i = 0; i < 3; i++) {
		ask_for_link(&b, "nobody@test.example");
		cr_assert_eq(post_status(&b, "/auth/redeem", "{\"code\": \"%s\"}", "AAAA-AAAA"), 410);
	}
	a = browser_post(&b, "/auth/ask", "{\"mail\": \"nobody@test.example\", \"locale\": \"sv\"}");
	after = http_header_of(a, "Retry-After");
	cr_assert(a->status == 429 && after && atoi(after) > 0);
	free(after);
	http_answer_free(a);
	cr_assert_eq(post_status(&b, "/auth/redeem", "{\"code\": \"%s\"}", "AAAA-AAAA"), 429);
	browser_close(&b);
	world_stop(b.world);
}

#define SECRET_43 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

Test(sign_in, nonsense_is_refused)
{
	struct world *w = world_start(1);
	static const struct {
		const char *path, *body;
		int status;
		const char *field;
	} cases[] = {
		{ "/auth/ask", "{\"mail\": \"anna\", \"locale\": \"sv\"}", 400, "/mail" },
		{ "/auth/ask", "{\"mail\": \"a@b.se\\r\\nBcc: x@y.se\", \"locale\": \"sv\"}", 400, "/mail" },
		{ "/auth/ask", "{\"mail\": \"anna@test.example\", \"locale\": \"de\"}", 400, "/locale" },
		{ "/auth/ask", "{\"mail\": \"anna@test.example\"}", 400, "/locale" },
		{ "/auth/ask", "{\"mail\": \"anna@test.example\", \"locale\": \"sv\", \"x\": 1}", 400, "/x" },
		{ "/auth/ask", "[]", 400, NULL },
		{ "/auth/ask", "nonsense", 400, NULL },
		{ "/auth/redeem", "{}", 400, "/token" },
		{ "/auth/redeem", "{\"token\": \"x\"}", 410, NULL },
		{ "/auth/redeem", "{\"code\": \"x\"}", 410, NULL },
		{ "/auth/redeem", "{\"code\": \"AAAA-AAAA\", \"token\": \"x\"}", 400, "/code" },
		{ "/auth/ask", "", 400, NULL },
		{ "/auth/ask", "{}", 400, "/mail" },
		{ "/auth/ask", "null", 400, NULL },
		{ "/auth/ask", "mail=anna%40test.example&locale=sv", 400, NULL }, /* as a form would send it */
		{ "/auth/ask", "{\"mail\": 5, \"locale\": \"sv\"}", 400, "/mail" },
		{ "/auth/ask", "{\"mail\": null, \"locale\": \"sv\"}", 400, "/mail" },
		{ "/auth/ask", "{\"mail\": [\"anna@test.example\"], \"locale\": \"sv\"}", 400, "/mail" },
		{ "/auth/ask", "{\"mail\": \"anna@test.example\", \"locale\": \"sv\"", 400, NULL },
		{ "/auth/ask", "{\"mail\": \"anna@test.example\", \"mail\": \"b@test.example\", \"locale\": \"sv\"}", 400, NULL },
		{ "/auth/ask", "{\"mail\": \"anna@test.example\\u0000\", \"locale\": \"sv\"}", 400, NULL },
		{ "/auth/ask", "{\"mail\": \"anna\xff@test.example\", \"locale\": \"sv\"}", 400, NULL },
		{ "/auth/ask", "{\"mail\": \"anna@test.example, b@test.example\", \"locale\": \"sv\"}", 400, "/mail" },
		{ "/auth/ask", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", 400, NULL },
		{ "/auth/redeem", "{\"token\": 5}", 400, "/token" },
		{ "/auth/redeem", "{\"token\": \"" SECRET_43 "x\"}", 410, NULL },
		{ "/auth/redeem", "{\"token\": \"" SECRET_43 "\", \"browser\": \"x\"}", 400, "/browser" },
		{ "/auth/redeem", "{\"code\": \"AAAA-AAAAA\"}", 410, NULL },
		{ "/auth/redeem", "{\"code\": \"0000-0000\"}", 410, NULL }, /* no digit that looks like a letter */
		{ "/auth/redeem", "{\"code\": \"AAAA-AAAA\"}", 403, NULL }, /* well-formed, but nothing was asked for here */
		{ "/auth/redeem", "{\"token\": \"" SECRET_43 "\"}", 410, NULL }, /* well-formed, and nobody's */
	};
	char *before = digest(w), big[5000];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct http_answer *a = http_post(w, 0, cases[i].path, SAME_ORIGIN, cases[i].body);
		json_t *said = json_loads(a->body, 0, NULL);

		cr_assert_eq(a->status, cases[i].status, "%s %s: %d %s", cases[i].path, cases[i].body,
		        a->status, a->body);
		cr_assert(has(said, "code") &&
		                  (!cases[i].field || strcmp(text_at(said, "field"), cases[i].field) == 0),
		        "%s: %s", cases[i].body, a->body);
		json_decref(said);
		http_answer_free(a);
	}
	snprintf(big, sizeof big, "{\"mail\": \"%0300d@test.example\", \"locale\": \"sv\"}", 1); /* longer than any address */
	struct http_answer *a = http_post(w, 0, "/auth/ask", SAME_ORIGIN, big);
	cr_assert(a->status == 400 && strstr(a->body, "\"/mail\""), "%d %s", a->status, a->body);
	http_answer_free(a);
	memset(big, ' ', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	a = http_post(w, 0, "/auth/ask", SAME_ORIGIN, big);
	cr_assert_eq(a->status, 413);
	http_answer_free(a);
	unchanged(w, before);
	world_stop(w);
}

/* T6: only pages of ours change anything; a foreign page's request is refused before it is looked at. */
Test(sign_in, foreign_pages_may_not_post)
{
	struct world *w = world_start(1);
	static const char *const headers[] = { "", "Sec-Fetch-Site: cross-site\r\n",
		"Sec-Fetch-Site: same-site\r\n", "Sec-Fetch-Site: none\r\n",
		"Origin: https://evil.example\r\n", "Origin: null\r\n",
		"Sec-Fetch-Site: same-origin\r\nOrigin: https://evil.example\r\n",
		"Sec-Fetch-Site: cross-site\r\nOrigin: " ORIGIN "\r\n", "Origin: " ORIGIN ".evil.example\r\n",
		"Origin: http://localhost:80801\r\n", "Origin: HTTP://localhost:8080\r\n",
		"Origin: " ORIGIN "\r\nOrigin: https://evil.example\r\n" };
	static const char *const paths[] = { "/auth/ask", "/auth/redeem", "/auth/sign-out" };
	char *before = digest(w);

	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
		for (size_t k = 0; k < 3; k++) {
			struct http_answer *a = http_post(w, 0, paths[k], headers[i],
			        "{\"mail\": \"anna@test.example\", \"locale\": \"sv\"}");

			cr_assert_eq(a->status, 403, "%s with %s: %d", paths[k], headers[i], a->status);
			http_answer_free(a);
		}
	for (size_t k = 0; k < 3; k++) { /* and no GET changes anything */
		struct http_answer *a = http_get(w, 0, paths[k], SAME_ORIGIN);

		cr_assert_eq(a->status, 405);
		http_answer_free(a);
	}
	unchanged(w, before);
	cr_assert_eq(mail_count(w), 0);
	world_stop(w);
}
