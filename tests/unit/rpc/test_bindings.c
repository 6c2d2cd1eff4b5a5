/* A node starts only when each method is bound once, whole; and without memory it says so instead of starting by halves. */
#include "../alloc/failing.h"
#include "../db/fixture.h"
#include "protocol/stream.h"
#include "rpc/rpc.h"
#include <criterion/criterion.h>
#include <string.h>

static enum call_next handler(struct call *c)
{
	return call_reply(c, NULL);
}

/* Every method that there is, but those of this room, bound to the same handler. */
#define METHODS_MAX 200
static struct rpc_binding others[METHODS_MAX + 1];
static size_t other_count;

static bool is_of_this_room(const struct kd_method *m)
{
	for (const struct rpc_binding *b = stream_rpc; b->method; b++)
		if (b->method == m)
			return true;
	return false;
}

static void bind_others(void)
{
	other_count = 0;
	memset(others, 0, sizeof others);
	for (const struct kd_method *const *const *t = kd_method_tables; *t; t++)
		for (const struct kd_method *const *m = *t; *m; m++)
			if (!is_of_this_room(*m)) {
				cr_assert_lt(other_count, METHODS_MAX);
				others[other_count++] = (struct rpc_binding){ *m, handler, ACCESS_MEMBER, RATE_READ, 0 };
			}
}

static struct rpc *make(struct world *w, struct err *err)
{
	static const struct rpc_binding *const tables[] = { stream_rpc, others, NULL };
	static const struct stream_kind *const kinds[] = { NULL };
	struct rpc_config config = { .loop = w->loop, .db = w->db, .bindings = tables, .kinds = kinds };

	memset(err, 0, sizeof *err);
	return rpc_create(&config, err);
}

static struct world *here;

static void setup(void)
{
	static const struct db_stmt *const none[] = { NULL };

	here = world_create(pg_newdb(NULL), none, (struct world_options){ 0 });
	bind_others();
}

static void teardown(void)
{
	world_destroy(here);
}

TestSuite(bindings, .init = setup, .fini = teardown);

static void refuses(const char *because)
{
	struct err err;
	struct rpc *rpc = make(here, &err);

	cr_assert_null(rpc);
	cr_assert_eq(err.code, KD_E_INTERNAL);
	cr_assert_str_eq(err.text, because, "%s", err.text);
}

Test(bindings, all_methods_once_and_whole)
{
	struct err err;
	struct rpc *rpc = make(here, &err);

	cr_assert(rpc, "%s", err.text);
	rpc_destroy(rpc);
	rpc_destroy(NULL);
}

Test(bindings, a_method_without_one_is_named)
{
	const struct kd_method *last = others[other_count - 1].method;
	char because[100];

	snprintf(because, sizeof because, "method %s has no binding", last->name);
	others[other_count - 1].method = NULL;
	refuses(because);
}

Test(bindings, a_method_with_two_is_named)
{
	char because[100];

	others[other_count] = others[0];
	snprintf(because, sizeof because, "method %s is bound twice", others[0].method->name);
	refuses(because);
}

Test(bindings, a_handler_a_permission_and_a_rate_are_needed)
{
	struct rpc_binding whole = others[0];
	char because[100];

	snprintf(because, sizeof because, "method %s lacks a handler, a permission or a rate", whole.method->name);
	others[0].handler = NULL;
	refuses(because);
	others[0] = whole;
	others[0].access = 0;
	refuses(because);
	others[0] = whole;
	others[0].rate = 0;
	refuses(because);
}
