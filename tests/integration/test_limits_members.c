/* The limits of security.md that concern members: sessions, links, mails, posts. */
#include "browser.h"
#include "mailbox.h"
#include "raw.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A setting of the nodes that this test starts: its process is its own. */
static void set(const char *variable, const char *value)
{
	setenv(variable, value, 1);
}

/* --- sign-in and sessions ------------------------------------------------------------------------------------------- */

static struct client *socket_of(struct browser *b)
{
	char url[64], cookie[128], err[CLIENT_ERR_SIZE];
	struct client *c;

	snprintf(cookie, sizeof cookie, COOKIE "=%s", b->session);
	c = client_connect_with(&(struct client_options){ .url = node_url(b->world, 0, url), .origin = ORIGIN, .cookie = cookie }, err);
	must(c, "%s", err);
	return c;
}

static bool hears(struct client *c)
{
	json_t *result = NULL, *error = NULL;
	bool is_heard = client_call(c, "me.get", json_object(), ANSWER_MS, &result, &error) == CLIENT_OK;

	json_decref(result);
	json_decref(error);
	return is_heard;
}

Test(limits_members, sessions_end_by_age_and_by_silence)
{
	struct browser b = { 0 };
	struct person *olle;
	struct client *c;
	struct world *w;
	char *lives;

	set("KORSDRAG_LIMIT_SESSION", "2h");
	set("KORSDRAG_LIMIT_SESSION_IDLE", "1h");
	set("KORSDRAG_LIMIT_SESSION_CHECK", "1s");
	b.world = w = world_start(1);
	olle = sign_in(w, 0, "olle");
	sign_in_by_link(&b, "anna@test.example", 1);
	lives = sql_text(w, "SELECT (expires_at - created_at)::text || ' ' || idle FROM session WHERE kind = 'browser'");
	cr_assert_str_eq(lives, "02:00:00 01:00:00");
	free(lives);
	c = socket_of(&b);
	cr_assert(hears(c));
	/* Silence is counted between connections: who is connected is seen at each check. */
	sql(w, "UPDATE session SET last_seen_at = now() - interval '59 minutes' WHERE kind = 'browser'");
	for (int64_t until = now_ms() + ANSWER_MS;; wait_ms(50)) {
		char *seen = sql_text(w, "SELECT last_seen_at > now() - interval '1 minute' FROM session WHERE kind = 'browser'");
		bool is_seen = *seen == 't';

		free(seen);
		if (is_seen)
			break;
		cr_assert_lt(now_ms(), until, "the session of an open connection is not looked at");
	}
	cr_assert(hears(c));
	sql(w, "UPDATE session SET expires_at = now() WHERE kind = 'browser'");
	cr_assert(client_wait_closed(c, ANSWER_MS));
	cr_assert_eq(client_close_code(c), 4401);
	client_drop(c);
	expect_refusals(w, "limit.session_check", 1);
	expect_refusals(w, "limit.session", 1);
	cr_assert_not(speaks_as(&b, "anna"));
	expect_refusals(w, "limit.session", 2);
	sql(w, "UPDATE session SET expires_at = now() + interval '1 hour', last_seen_at = now() - interval '61 minutes' WHERE kind = 'browser'");
	cr_assert_not(speaks_as(&b, "anna"));
	expect_refusals(w, "limit.session_idle", 1);
	expect_refusals(w, "limit.session", 2);
	ok(olle, "me.get", "{}");
	browser_close(&b);
	world_stop(w);
}

Test(limits_members, links_are_good_for_a_time_and_mailed_so_often)
{
	struct browser b = { 0 };
	char token[44], *mail, *lives;
	struct world *w;

	set("KORSDRAG_LIMIT_LINK", "3min");
	set("KORSDRAG_LIMIT_MAILS", "2");
	set("KORSDRAG_RATE_ASK", "4");
	b.world = w = world_start(1);
	ask_for_link(&b, "anna@test.example");
	mail = mail_wait(w, 1);
	link_of(mail, token);
	cr_assert(strstr(mail, "gäller i 3 minuter"), "%s", mail);
	free(mail);
	lives = sql_text(w, "SELECT expires_at - created_at FROM sign_in_link");
	cr_assert_str_eq(lives, "00:03:00");
	free(lives);
	sql(w, "UPDATE sign_in_link SET expires_at = now()");
	cr_assert_eq(post_status(&b, "/auth/redeem", "{\"token\": \"%s\"}", token), 410);
	expect_refusals(w, "limit.link", 1);
	ask_for_link(&b, "anna@test.example");
	free(mail_wait(w, 2));
	expect_refusals(w, "limit.mails", 0);
	ask_for_link(&b, "anna@test.example"); /* the same answer, but no mail */
	expect_refusals(w, "limit.mails", 1);
	ask_for_link(&b, "olle@test.example"); /* others get theirs */
	free(mail_wait(w, 3));
	cr_assert_eq(mail_count(w), 3);
	cr_assert_eq(post_status(&b, "/auth/ask", "{\"mail\": \"%s\", \"locale\": \"sv\"}", "eva@test.example"), 429);
	expect_refusals(w, "rate.ask", 1);
	browser_close(&b);
	world_stop(w);
}

/* --- posts ------------------------------------------------------------------------------------------------------------ */

Test(limits_members, posts_and_their_rendering)
{
	char large[1100] = "", small[1024] = "";
	struct person *anna;
	struct world *w;

	set("KORSDRAG_LIMIT_POST", "1KiB");
	set("KORSDRAG_LIMIT_RENDERING_GROWTH", "1");
	w = world_start(1);
	anna = sign_in(w, 0, "anna");
	memset(large, 'x', 1025);
	refused(anna, KD_E_TOO_LARGE, "/text", "post.create", "{s:s, s:s, s:s}", "thread", THREAD(IN_NETWORK), "post", new_id(), "text", large);
	refused(anna, KD_E_TOO_LARGE, "/text", "post.preview", "{s:s}", "text", large);
	expect_refusals(w, "limit.post", 2);
	large[1024] = '\0';
	ok(anna, "post.create", "{s:s, s:s, s:s}", "thread", THREAD(IN_NETWORK), "post", new_id(), "text", large);
	expect_refusals(w, "limit.rendering_growth", 0);
	for (int i = 0; i < 60; i++)
		strcat(small, "[b](https://c.se)");
	cr_assert(strstr(text_at(ok(anna, "post.preview", "{s:s}", "text", small), "html"), "[b](https:"), "it is shown as written");
	expect_refusals(w, "limit.rendering_growth", 1);
	cr_assert(strstr(text_at(ok(anna, "post.preview", "{s:s}", "text", "*b*"), "html"), "<em>b</em>"));
	strcpy(small, "> > > > > > > > > > > > > > > > > > > too deep");
	ok(anna, "post.preview", "{s:s}", "text", small);
	expect_refusals(w, "limit.rendering", 1);
	world_stop(w);
}
