/* Sessions, one's own page, and what every HTTP answer carries. */
#include "browser.h"
#include "mailbox.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

Test(account, sessions_are_listed_revoked_and_stored_hashed)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna");
	struct browser b = { .world = w, .node = 1 };
	const json_t *listed;
	char *former, *found, query[300], session[40];

	sign_in_by_link(&b, "anna@test.example", 1);
	former = strdup(b.session);
	sign_in_by_link(&b, "anna@test.example", 2);
	cr_assert_str_neq(former, b.session, "signing in gave the same session");
	for (int64_t until = now_ms() + 1000;
	        json_array_size(listed = at(ok(anna, "session.list", "{}"), "sessions")) > 2;)
		if (now_ms() > until) /* the former one ends right behind the answer */
			break;
	cr_assert_eq(json_array_size(listed), 2, "the browser's former session is still there: %s",
	        json_dumps(listed, 0));
	for (size_t i = 0; i < 2; i++) {
		const json_t *one = json_array_get(listed, i);

		cr_assert_eq(json_is_true(at(one, "is_current")), strcmp(text_at(one, "kind"), "token") == 0);
		if (strcmp(text_at(one, "kind"), "browser") == 0) {
			cr_assert_str_eq(text_at(one, "name"), "Firefox");
			snprintf(session, sizeof session, "%s", text_at(one, "id"));
		}
	}
	snprintf(
	        query, sizeof query, "SELECT count(*) FROM session s WHERE s::text LIKE '%%%s%%'", b.session);
	found = sql_text(w, query);
	cr_assert_str_eq(found, "0", "the session's secret stands in the database");
	free(found);
	cr_assert(speaks_as(&b, "anna"));
	ok(anna, "session.revoke", "{s:s}", "session", session);
	cr_assert(!speaks_as(&b, "anna"));
	free(b.session);
	b.session = former;
	cr_assert(!speaks_as(&b, "anna"), "the former session lives on");
	browser_close(&b);
	world_stop(w);
}

Test(account, signing_out_closes_the_sessions_sockets_everywhere)
{
	struct world *w = world_start(2);
	struct browser b = { .world = w };
	char url[64], cookie[128], err[CLIENT_ERR_SIZE];
	struct client *c;
	int64_t before;

	sign_in_by_link(&b, "anna@test.example", 1);
	snprintf(cookie, sizeof cookie, COOKIE "=%s", b.session);
	c = client_connect_with(
	        &(struct client_options){ .url = node_url(w, 1, url), .origin = ORIGIN, .cookie = cookie },
	        err);
	cr_assert(c, "%s", err);
	json_decref(client_answer(c, client_ask(c, "me.get", json_object()), ANSWER_MS));
	before = now_ms();
	cr_assert_eq(post_status(&b, "/auth/sign-out", "{}%s", ""), 204);
	cr_assert(client_wait_closed(c, ANSWER_MS) && client_close_code(c) == 4401);
	cr_assert_leq(now_ms() - before, 2000, "it took %lld ms", (long long)(now_ms() - before));
	client_drop(c);
	browser_close(&b);
	world_stop(w);
}

Test(account, a_cookie_is_no_token_and_a_token_no_cookie)
{
	struct world *w = world_start(1);
	struct browser b = { .world = w };
	char url[64], cookie[128], token[44], err[CLIENT_ERR_SIZE];
	struct client *c;
	int status;

	sign_in_by_link(&b, "anna@test.example", 1);
	node_url(w, 0, url);
	c = client_connect(url, b.session, err);
	cr_assert(c && client_wait_closed(c, ANSWER_MS) && client_close_code(c) == 4401,
	        "a session's cookie is taken as a token");
	client_drop(c);
	snprintf(cookie, sizeof cookie, COOKIE "=%s", member_token("anna", token));
	c = client_connect_with(
	        &(struct client_options){ .url = url, .origin = ORIGIN, .cookie = cookie }, err);
	cr_assert(c && client_wait_closed(c, ANSWER_MS) && client_close_code(c) == 4401,
	        "a token is taken as a session's cookie");
	client_drop(c);
	snprintf(cookie, sizeof cookie, COOKIE "=%s", b.session);
	c = client_connect_with(
	        &(struct client_options){ .url = url, .cookie = cookie, .ret_status = &status }, err);
	cr_assert(!c && status == 401, "without an Origin the cookie was read");
	c = client_connect_with(&(struct client_options){ .url = url,
	                                .cookie = cookie,
	                                .origin = "https://evil.example",
	                                .ret_status = &status },
	        err);
	cr_assert(!c && status == 403);
	snprintf(cookie, sizeof cookie, "x" COOKIE "=%s; a=b" COOKIE "=%s", b.session, b.session);
	c = client_connect_with(
	        &(struct client_options){
	                .url = url, .cookie = cookie, .origin = ORIGIN, .ret_status = &status },
	        err);
	cr_assert(!c && status == 401, "a cookie whose name ends alike was taken");
	snprintf(cookie, sizeof cookie, COOKIE "=%s; " COOKIE "=%s", b.session, b.session);
	c = client_connect_with(
	        &(struct client_options){
	                .url = url, .cookie = cookie, .origin = ORIGIN, .ret_status = &status },
	        err);
	cr_assert(!c && status == 400, "two cookies of that name were taken");
	browser_close(&b);
	world_stop(w);
}

Test(account, ones_own_page_is_changed_and_told)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");
	json_t *event;

	open_since(anna, STREAM("member", FIXTURE_ID("0b006")), 0);
	refused(anna, KD_E_INVALID, "/name", "me.update", "{s:s}", "name", "två\nrader");
	ok(anna, "me.update", "{s:s, s:s, s:s}", "title", "Avdelningschef", "helps_with", "Upphandling",
	        "locale", "en");
	event = expect_event(anna, STREAM("member", FIXTURE_ID("0b006")), "member.changed");
	cr_assert(strcmp(text_at(event, "body/title"), "Avdelningschef") == 0 && !has(event, "body/name"));
	cr_assert_str_eq(text_at(ok(anna, "me.get", "{}"), "locale"), "en");
	cr_assert_str_eq(text_at(ok(kalle, "member.get", "{s:s}", "member", member_id("anna")), "title"),
	        "Avdelningschef");
	cr_assert(!has(ok(kalle, "member.get", "{s:s}", "member", member_id("anna")), "mail"));
	world_stop(w);
}

/* --- what every answer carries ---------------------------------------------------------------------------
 */

Test(account, every_answer_carries_the_security_headers)
{
	struct world *w = world_start(1);
	static const char *const paths[] = { "/", "/thread/" THREAD(IN_NETWORK), "/boards", "/people",
		"/cohorts", "/spaces", "/me", "/admin", "/sign-in", "/sign-in/link", "/health", "/ready",
		"/metrics", "/nowhere", "/auth/ask", "/ws", "/../etc/passwd", "/assets/nothing.js" };
	static const struct {
		const char *name, *part;
	} wanted[] = { { "Content-Security-Policy", "default-src 'none'" },
		{ "Content-Security-Policy", "frame-ancestors 'none'" },
		{ "Content-Security-Policy", "require-trusted-types-for 'script'" },
		{ "X-Content-Type-Options", "nosniff" }, { "Referrer-Policy", "same-origin" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Cross-Origin-Resource-Policy", "same-origin" }, { "Permissions-Policy", "camera=()" },
		{ "Cache-Control", "" } };

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct http_answer *a = http_get(w, 0, paths[i], "");

		cr_assert_neq(a->status, 0, "%s", paths[i]);
		for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++) {
			char *value = http_header_of(a, wanted[k].name);

			cr_assert(value && strstr(value, wanted[k].part), "%s: %s", paths[i], a->head);
			free(value);
		}
		cr_assert(!strstr(a->head, "unsafe") && !strcasestr(a->head, "\r\nServer:"), "%s", a->head);
		http_answer_free(a);
	}
	world_stop(w);
}

/* N7: there is no address that sends a browser elsewhere. */
Test(account, nothing_redirects)
{
	struct world *w = world_start(1);
	static const char *const paths[] = { "//evil.example", "/sign-in?next=https://evil.example",
		"/%2f%2fevil.example", "/\\evil.example", "/boards/", "/sign-in/link?to=//evil.example" };

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct http_answer *a = http_get(w, 0, paths[i], "");
		char *location = http_header_of(a, "Location");

		cr_assert(!location && (a->status == 200 || a->status == 400 || a->status == 404), "%s: %s",
		        paths[i], a->head);
		free(location);
		http_answer_free(a);
	}
	world_stop(w);
}
