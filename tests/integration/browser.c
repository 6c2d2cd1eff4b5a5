/* browser.c - cookies kept, and looked at. */
#include "browser.h"
#include "mailbox.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

void browser_close(struct browser *b)
{
	free(b->ask);
	free(b->session);
}

static void cookie_keep(char **place, const struct http_answer *a, const char *name)
{
	char *line = NULL, *value = http_cookie_of(a, name, &line);

	if (!value)
		return;
	cr_assert(strstr(line, "; Path=/;") && strstr(line, "; Secure") && strstr(line, "; HttpOnly") &&
	                  strstr(line, "; SameSite=Lax") && !strcasestr(line, "domain"),
	        "%s", line);
	free(*place);
	*place = *value ? value : NULL;
	if (!*value) {
		cr_assert(strstr(line, "Max-Age=0"), "%s", line);
		free(value);
	}
	free(line);
}

struct http_answer *browser_post(struct browser *b, const char *path, const char *json)
{
	char headers[512];
	struct http_answer *a;

	snprintf(headers, sizeof headers, SAME_ORIGIN "User-Agent: Firefox\r\n%s%s%s%s%s%s%s",
	        b->ask || b->session ? "Cookie: " : "", b->ask ? COOKIE_ASK "=" : "", b->ask ? b->ask : "",
	        b->ask && b->session ? "; " : "", b->session ? COOKIE "=" : "", b->session ? b->session : "",
	        b->ask || b->session ? "\r\n" : "");
	a = http_post(b->world, b->node, path, headers, json);
	cookie_keep(&b->ask, a, COOKIE_ASK);
	cookie_keep(&b->session, a, COOKIE);
	return a;
}

int post_status(struct browser *b, const char *path, const char *format, const char *value)
{
	struct http_answer *a;
	char json[512];
	int status;

	snprintf(json, sizeof json, format, value);
	a = browser_post(b, path, json);
	status = a->status;
	http_answer_free(a);
	return status;
}

void ask_for_link(struct browser *b, const char *mail)
{
	cr_assert_eq(post_status(b, "/auth/ask", "{\"mail\": \"%s\", \"locale\": \"sv\"}", mail), 202);
}

bool speaks_as(struct browser *b, const char *who)
{
	char url[64], cookie[128], err[CLIENT_ERR_SIZE];
	struct client *c;
	json_t *result = NULL, *error = NULL;
	bool is_one;

	snprintf(cookie, sizeof cookie, COOKIE "=%s", b->session ? b->session : "x");
	c = client_connect_with(
	        &(struct client_options){
	                .url = node_url(b->world, b->node, url), .origin = ORIGIN, .cookie = cookie },
	        err);
	if (!c)
		return false;
	client_call(c, "me.get", json_object(), ANSWER_MS, &result, &error);
	is_one = result && strcmp(text_at(result, "member"), member_id(who)) == 0;
	json_decref(result);
	json_decref(error);
	client_drop(c);
	return is_one;
}

void sign_in_by_link(struct browser *b, const char *mail_address, int mails)
{
	char token[44], *mail;

	ask_for_link(b, mail_address);
	mail = mail_wait(b->world, mails);
	link_of(mail, token);
	cr_assert_eq(post_status(b, "/auth/redeem", "{\"token\": \"%s\"}", token), 200);
	free(mail);
}
