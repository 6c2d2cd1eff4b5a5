/* Connections: one member cannot take them all. */
#include "harness.h"
#include <criterion/criterion.h>

#define PER_MEMBER 20 /* limit.connections_per_member */

Test(connections, one_member_has_twenty_and_no_more)
{
	struct world *w = world_start(1);
	struct person *many[PER_MEMBER], *late;

	for (int i = 0; i < PER_MEMBER; i++) {
		many[i] = sign_in(w, 0, "anna");
		ok(many[i], "me.get", "{}");
	}
	late = sign_in(w, 0, "anna");
	expect_closed(late, 1013);
	leave(late);
	ok(sign_in(w, 0, "kalle"), "me.get", "{}");
	leave(many[0]);
	for (int tries = 0;; tries++) { /* the server hears of the leaving a moment later */
		late = sign_in(w, 0, "anna");
		if (!client_wait_closed(late->client, QUIET_MS))
			break;
		cr_assert_lt(tries, 20, "the place of who has left is not given again");
		leave(late);
	}
	ok(late, "me.get", "{}");
	world_stop(w);
}
