/* http.c - one HTTP request, from its head to its answer. It outlives its peer: a handler may answer late. */
#include "net/net_private.h"
#include "net/cookie.h"
#include "net/handshake.h"
#include "net/site.h"
#include "base/log.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What browsers call themselves, cut and cleaned, for people to recognise their sessions by. */
static void user_agent_copy(struct http_request *r, const char *text)
{
	size_t n = 0;

	for (; text && *text && n < sizeof(r->user_agent) - 1; text++)
		r->user_agent[n++] = *text >= 0x20 && *text < 0x7f ? *text : '?';
	r->user_agent[n] = '\0';
}

static void address_copy(struct http_request *r, const struct peer *p)
{
	const char *forwarded = NULL;

	if (p->is_proxy)
		for (size_t i = 0; i < r->head.field_count; i++)
			if (strcmp(r->head.fields[i].name, "x-forwarded-for") == 0)
				forwarded = r->head.fields[i].value; /* the last line is the nearest proxy's */
	if (!forwarded || !address_forwarded(forwarded, p->net->config.proxies, r->address))
		strcpy(r->address, p->text);
}

static const char *origin_of(const struct http_request *r)
{
	const char *const *origins = r->net->config.origins;
	const char *origin = head_get_only(&r->head, "origin"), *host = head_get_only(&r->head, "host");

	for (size_t i = 0; origin && origins[i]; i++)
		if (strcmp(origins[i], origin) == 0)
			return origins[i];
	for (size_t i = 0; host && origins[i]; i++) {
		const char *at = strstr(origins[i], "://");

		if (at && strcmp(at + 3, host) == 0)
			return origins[i];
	}
	return origins[0] ? origins[0] : "";
}

int request_create(struct peer *p, size_t head_size, struct http_request **ret_request, const char **ret_why)
{
	struct http_request *r = malloc(sizeof(*r) + head_size + 1);
	int status;

	*ret_why = "the server is short of memory";
	if (!r)
		return 503;
	memset(r, 0, sizeof(*r));
	memcpy(r->text, p->in, head_size);
	r->text[head_size] = '\0';
	r->net = p->net;
	status = head_parse(&r->head, r->text, head_size, ret_why);
	if (status == 0 && !head_body_size(&r->head, &r->body_size, ret_why))
		status = 400;
	if (status) {
		free(r);
		return status;
	}
	r->peer = p;
	r->is_head_only = strcmp(r->head.method, "HEAD") == 0;
	r->origin = origin_of(r);
	address_copy(r, p);
	user_agent_copy(r, head_get(&r->head, "user-agent"));
	buf_init(&r->headers, 16384);
	*ret_request = r;
	return 0;
}

void request_destroy(struct http_request *r)
{
	struct cookie_value *c, *next;

	for (c = r->cookies; c; c = next) {
		next = c->next;
		free(c);
	}
	if (r->credential)
		explicit_bzero(r->credential, sizeof(*r->credential));
	free(r->credential);
	buf_finish(&r->headers);
	free(r->body);
	free(r);
}

/* --- what handlers ask ------------------------------------------------------------------------------------- */

const char *http_body(const struct http_request *r, size_t *ret_len)
{
	*ret_len = r->body_len;
	return r->body ? r->body : "";
}

const char *http_address(const struct http_request *r)
{
	return r->address;
}

const char *http_path(const struct http_request *r)
{
	return r->head.path;
}

const char *http_credential(const struct http_request *r, bool *ret_is_bearer)
{
	*ret_is_bearer = r->credential && r->credential->is_bearer;
	return r->credential ? r->credential->credential : NULL;
}

bool http_takes_gzip(const struct http_request *r)
{
	return site_accepts(head_get_only(&r->head, "accept-encoding"), "gzip");
}

const char *http_user_agent(const struct http_request *r)
{
	return r->user_agent;
}

const char *http_origin(const struct http_request *r)
{
	return r->origin;
}

const char *http_cookie(const struct http_request *r, const char *name)
{
	struct http_request *own = (struct http_request *)(uintptr_t)r; /* where the value is kept is no change to see */
	char value[COOKIE_VALUE_MAX + 1];
	const char *header = head_get_only(&r->head, "cookie");
	struct cookie_value *c;

	if (!header || cookie_find(header, name, value) != COOKIE_FOUND)
		return NULL;
	c = malloc(sizeof(*c) + strlen(value) + 1);
	if (!c)
		return NULL;
	strcpy(c->text, value);
	c->next = own->cookies;
	own->cookies = c;
	return c->text;
}

bool http_is_alive(const struct http_request *r)
{
	return r->peer != NULL;
}

/* --- answers ------------------------------------------------------------------------------------------------ */

static bool is_field_value(const char *value)
{
	for (; *value; value++)
		if ((unsigned char)*value < 0x20 || *value == 0x7f)
			return false;
	return true;
}

void http_header(struct http_request *r, const char *name, const char *value)
{
	if (!head_is_token(name) || !is_field_value(value)) {
		log_line(LOG_ERROR, "header refused", "name", name, NULL);
		return;
	}
	if (strcasecmp(name, "cache-control") == 0)
		r->has_cache_control = true;
	buf_printf(&r->headers, "%s: %s\r\n", name, value);
}

static bool keeps_alive(const struct http_request *r)
{
	return r->head.minor == 1 && !head_has_token(&r->head, "connection", "close") && r->body_len == r->body_size &&
	       !r->net->is_draining;
}

/* Puts the answer's head into the peer's buffer. */
static struct peer *answer_begin(struct http_request *r, int status, const char *type, size_t len, bool is_kept)
{
	struct peer *p = r->peer;
	struct response res = {
		.status = status, .type = type, .len = len, .is_kept = is_kept,
		.headers = r->headers.len ? r->headers.data : NULL, .has_cache_control = r->has_cache_control,
	};

	if (r->headers.failed) /* a Set-Cookie might be missing: better no answer than half of one */
		p->out.failed = true;
	response_head(&p->out, r->net, &res);
	return p;
}

void http_reply(struct http_request *r, int status, const char *content_type, const void *body, size_t len)
{
	if (r->peer) { /* else even the net may have gone */
		bool is_kept = keeps_alive(r);
		struct peer *p = answer_begin(r, status, content_type, len, is_kept);

		assert(p->request == r);
		if (!r->is_head_only && len)
			buf_add(&p->out, body, len);
		peer_answer(p, is_kept);
	}
	request_destroy(r);
}

void http_reply_lent(struct http_request *r, int status, const char *content_type, const char *body, size_t len,
	void (*done)(void *owner), void *owner)
{
	if (r->peer && !r->is_head_only) {
		r->peer->tail_done = done;
		r->peer->tail_owner = owner;
		request_answer_static(r, status, content_type, body, len);
		return;
	}
	if (r->peer)
		request_answer_static(r, status, content_type, body, len); /* its length alone */
	else
		request_destroy(r);
	done(owner);
}

void http_reply_json(struct http_request *r, int status, json_t *body)
{
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;

	json_decref(body);
	if (text)
		http_reply(r, status, "application/json", text, strlen(text));
	else
		http_reply(r, 500, NULL, NULL, 0);
	free(text);
}

void request_answer_static(struct http_request *r, int status, const char *type, const char *data, size_t len)
{
	bool is_kept = keeps_alive(r);
	struct peer *p = answer_begin(r, status, type, len, is_kept);

	if (!r->is_head_only && status != 304) {
		p->tail = data;
		p->tail_len = len;
	}
	peer_answer(p, is_kept);
	request_destroy(r);
}

void request_refuse(struct http_request *r, int status, const char *why)
{
	char text[256];
	int len = snprintf(text, sizeof(text), "%s\n", why);
	struct peer *p = answer_begin(r, status, "text/plain; charset=utf-8", (size_t)len, false);

	if (!r->is_head_only)
		buf_add(&p->out, text, (size_t)len);
	peer_answer(p, false);
	request_destroy(r);
}
