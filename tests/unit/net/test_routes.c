/* test_routes.c - a node does not start with a route that nobody thought about (security.md Z1, T6). */
#include "harness.h"
#include <criterion/criterion.h>

static void nothing(void *owner, struct http_request *r)
{
	(void)owner;
	http_reply(r, 204, NULL, NULL, 0);
}

/* The port, or -1: it did not start. */
static int starts_with(struct http_route route)
{
	const struct http_route table[] = { route, { .path = NULL } };
	const struct http_route *const tables[] = { table, NULL };
	struct net_config config = server_config();
	struct server s;
	int port;

	config.routes = tables;
	s = server_start(&config);
	port = s.port;
	server_stop(&s);
	return port;
}

Test(routes, each_says_who_may_ask)
{
	cr_assert_eq(starts_with((struct http_route){ "GET", "/x", nothing, 0, 0 }), -1);
	cr_assert_gt(starts_with((struct http_route){ "GET", "/x", nothing, HTTP_ANYBODY, 0 }), 0);
}

Test(routes, what_changes_anything_is_for_our_own_pages)
{
	cr_assert_eq(starts_with((struct http_route){ "POST", "/x", nothing, HTTP_ANYBODY, 10 }), -1);
	cr_assert_eq(starts_with((struct http_route){ "PUT", "/x", nothing, HTTP_ANYBODY, 10 }), -1);
	cr_assert_gt(starts_with((struct http_route){ "POST", "/x", nothing, HTTP_OWN_PAGES, 10 }), 0);
	cr_assert_gt(starts_with((struct http_route){ "POST", "/x", nothing, HTTP_SIGNED_IN, 10 }), 0);
}
