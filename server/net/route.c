/* route.c - which answer a request gets: a handler's, a file, a WebSocket connection, or a refusal. */
#include "net/net_private.h"
#include "net/handshake.h"
#include <stdlib.h>
#include <string.h>

#define SOCKET_PATH "/ws"

bool routes_fit(const struct http_route *const *tables, struct err *err)
{
	for (; tables && *tables; tables++)
		for (const struct http_route *route = *tables; route->path; route++) {
			bool changes = strcmp(route->method, "GET") != 0;

			if (!route->access)
				return err_set(err, KD_E_INTERNAL, "%s %s names nobody who may ask for it", route->method, route->path);
			if (changes && route->access != HTTP_OWN_PAGES && route->access != HTTP_SIGNED_IN)
				return err_set(err, KD_E_INTERNAL, "%s %s may be asked for by foreign pages", route->method, route->path);
		}
	return true;
}

static bool path_fits(const struct http_route *route, const char *path)
{
	size_t len = strlen(route->path), before = strcspn(route->path, "*");

	if (before < len) { /* one part, which is not empty */
		size_t part = strncmp(route->path, path, before) == 0 ? strcspn(path + before, "/") : 0;

		return part && strcmp(path + before + part, route->path + before + 1) == 0;
	}
	return route->path[len - 1] == '/' ? strncmp(route->path, path, len) == 0 && path[len] : strcmp(route->path, path) == 0;
}

static bool method_fits(const struct http_route *route, const struct http_request *r)
{
	return strcmp(route->method, r->head.method) == 0 || (r->is_head_only && strcmp(route->method, "GET") == 0);
}

/* The route of this path and method. *ret_allow tells the methods that the path has. */
static const struct http_route *route_find(const struct http_request *r, char *ret_allow, size_t size, void **ret_owner)
{
	const struct http_route *const *tables = r->net->config.routes;

	for (*ret_allow = '\0'; tables && *tables; tables++)
		for (const struct http_route *route = *tables; route->path; route++) {
			size_t used = strlen(ret_allow);

			if (!path_fits(route, r->head.path))
				continue;
			if (method_fits(route, r)) {
				*ret_owner = net_route_owner(r->net, *tables);
				return route;
			}
			snprintf(ret_allow + used, size - used, "%s%s%s", used ? ", " : "", route->method,
				strcmp(route->method, "GET") == 0 ? ", HEAD" : "");
		}
	return NULL;
}

static void refuse_method(struct http_request *r, const char *allow)
{
	net_refused(r->net, REFUSED_REQUEST);
	http_header(r, "Allow", allow);
	request_refuse(r, 405, "this address does not know that method");
}

/* T6: a page of another site can make a browser send a request, but not one that says same-origin. */
static bool is_same_origin(const struct http_request *r)
{
	const char *site = head_get_only(&r->head, "sec-fetch-site"), *origin = head_get_only(&r->head, "origin");

	if (head_count(&r->head, "origin") > 1 || head_count(&r->head, "sec-fetch-site") > 1)
		return false;
	if (origin && !handshake_origin_is_ours(origin, r->net->config.origins))
		return false;
	return site ? strcmp(site, "same-origin") == 0 : origin != NULL;
}

/* False: it was refused. */
static bool is_let_in(struct http_request *r)
{
	const char *why = "only pages of this service may ask for that";
	int status = 0;

	if (r->route->access == HTTP_SIGNED_IN) {
		r->credential = calloc(1, sizeof(*r->credential));
		status = r->credential ? handshake_credential(r->credential, &r->head, is_same_origin(r), &why) : 503;
	} else if (r->route->access == HTTP_OWN_PAGES && !is_same_origin(r)) {
		status = 403;
	}
	if (status == 0)
		return true;
	net_refused(r->net, status == 403 ? REFUSED_ORIGIN : REFUSED_CREDENTIAL);
	if (status == 401)
		http_header(r, "WWW-Authenticate", "Bearer");
	request_refuse(r, status, why);
	return false;
}

static void route_begin(struct http_request *r, const struct http_route *route, void *owner)
{
	struct net *net = r->net;

	r->route = route;
	r->owner = owner;
	if (!is_let_in(r))
		return;
	if (r->body_size > route->max_body) {
		char why[64];

		snprintf(why, sizeof(why), "the body may have at most %zu bytes", route->max_body);
		net_refused(net, REFUSED_TOO_BIG);
		request_refuse(r, 413, why);
		return;
	}
	if (route->max_body && !head_get(&r->head, "content-length") && strcmp(r->head.method, "POST") == 0) {
		net_refused(net, REFUSED_REQUEST);
		request_refuse(r, 411, "a Content-Length is needed");
		return;
	}
	r->body = malloc(r->body_size + 1);
	if (!r->body) {
		request_refuse(r, 503, "the server is short of memory");
		return;
	}
	r->body[r->body_size] = '\0';
	peer_wait_body(r->peer);
}

void request_complete(struct http_request *r)
{
	r->route->handle(r->owner, r);
}

/* --- handshakes ---------------------------------------------------------------------------------------------- */

static void refuse_handshake(struct http_request *r, int status, const char *why)
{
	net_refused(r->net, status == 403 ? REFUSED_ORIGIN : status == 401 ? REFUSED_CREDENTIAL : REFUSED_HANDSHAKE);
	if (status == 426) {
		http_header(r, "Upgrade", "websocket");
		http_header(r, "Sec-WebSocket-Version", "13");
	} else if (status == 405) {
		http_header(r, "Allow", "GET");
	} else if (status == 401) {
		http_header(r, "WWW-Authenticate", "Bearer");
	}
	request_refuse(r, status, why);
}

static void refuse_full(struct http_request *r, int status, enum net_refusal counted)
{
	net_refused(r->net, counted);
	http_header(r, "Retry-After", "10");
	request_refuse(r, status, status == 429 ? "too many connections from this address" : "the server is full");
}

/* Behind a proxy the place is taken for who asks; else the peer has it already. */
static bool place_take(struct http_request *r, struct address **ret_place)
{
	struct peer *p = r->peer;

	if (p->address || strcmp(r->address, p->text) == 0) {
		*ret_place = p->address;
		p->address = NULL;
		return true;
	}
	*ret_place = address_take(r->net->addresses, r->address);
	return *ret_place != NULL;
}

static void handshake_begin(struct http_request *r)
{
	struct net *net = r->net;
	struct peer *p = r->peer;
	struct handshake hs;
	struct net_handshake told;
	struct address *place;
	struct conn *c;
	const char *why;
	int status = handshake_check(&hs, &r->head, net->config.origins, &why);

	if (status == 0 && p->in_len > 0) {
		status = 400; /* RFC 6455 4.1: a client waits for our answer */
		why = "data came before the handshake was answered";
	}
	if (status) {
		refuse_handshake(r, status, why);
		return;
	}
	if (net->is_draining) {
		refuse_full(r, 503, REFUSED_PROCESS);
		return;
	}
	if (!place_take(r, &place)) {
		refuse_full(r, 429, REFUSED_ADDRESS);
		return;
	}
	c = conn_create(net, place);
	if (!c) {
		address_release(net->addresses, place);
		refuse_full(r, 503, REFUSED_PROCESS);
		return;
	}
	told = (struct net_handshake){ hs.credential, hs.is_bearer, r->address, r->user_agent };
	p->request = NULL;
	engine_adopt(net->engine, peer_give_up_fd(p), hs.key, c, &told);
	request_destroy(r);
}

/* --- the way of a request -------------------------------------------------------------------------------------- */

void request_route(struct http_request *r)
{
	char allow[128];
	void *owner;
	const struct http_route *route;

	if (strcmp(r->head.path, SOCKET_PATH) == 0) {
		handshake_begin(r);
		return;
	}
	if (head_get(&r->head, "upgrade")) {
		net_refused(r->net, REFUSED_REQUEST);
		request_refuse(r, 400, "nothing but " SOCKET_PATH " can be upgraded");
		return;
	}
	if (head_get(&r->head, "expect") && !head_has_token(&r->head, "expect", "100-continue")) {
		net_refused(r->net, REFUSED_REQUEST);
		request_refuse(r, 417, "that expectation is not known");
		return;
	}
	route = route_find(r, allow, sizeof(allow), &owner);
	if (route) {
		route_begin(r, route, owner);
		return;
	}
	if (*allow) {
		refuse_method(r, allow);
		return;
	}
	if (r->body_size > 0) {
		net_refused(r->net, REFUSED_REQUEST);
		request_refuse(r, 404, "not found"); /* and closes: the body is not read */
		return;
	}
	if (!site_serve(r->net, r))
		site_serve_lost(r->net, r);
}
