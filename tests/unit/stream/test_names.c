/* Names of streams: "kind:uuid" of a kind that there is, and nothing else. */
#include "stream/stream.h"
#include <criterion/criterion.h>

#define ID "01890000-0000-7000-8000-0000000000f1"

static const struct stream_kind board = { .name = "board" }, thread = { .name = "thread" };
static const struct stream_kind *const kinds[] = { &board, &thread, NULL };

Test(names, are_a_kind_and_an_id)
{
	static const char *const none[] = { "", ":", "board", "board:", ID, ":" ID, "boar:" ID, "boards:" ID, "Board:" ID, "board:x",
		"board:" ID "0", "board::" ID, "member:" ID };
	char name[STREAM_NAME_SIZE];
	const char *id = NULL;

	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		cr_assert_null(stream_name_read(kinds, none[i], &id), "%s", none[i]);
	cr_assert_null(id);
	stream_name_make(name, "thread", ID);
	cr_assert_eq(stream_name_read(kinds, name, &id), &thread);
	cr_assert_str_eq(id, ID);
	cr_assert_eq(stream_kind_find(kinds, "board"), &board);
	cr_assert_null(stream_kind_find(kinds, "boar"));
}
