/* Days that there are. */
#include "people/people_private.h"
#include <criterion/criterion.h>

Test(date, takes_days_that_there_are)
{
	static const char *const good[] = { "2023-02-28", "2024-02-29", "2000-02-29", "2023-12-31",
		"1900-01-01" };
	static const char *const bad[] = { "2023-02-29", "1900-02-29", "2023-13-01", "2023-00-10",
		"2023-01-00", "2023-04-31", "2023-1-01", "23-01-01", "2023/01/01", "2023-01-011", "",
		"0000-01-01", "2023-01-1x" };

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		cr_expect(date_is_valid(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_expect_not(date_is_valid(bad[i]), "%s", bad[i]);
}
