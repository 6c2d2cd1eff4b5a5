/* What a call may cost is written down for every method. */
#include "rpc/budget.h"
#include "protocol/board.h"
#include "protocol/talk.h"
#include <criterion/criterion.h>

Test(budget, every_method_has_one)
{
	int count = 0;

	for (int t = 0; kd_method_tables[t]; t++)
		for (int i = 0; kd_method_tables[t][i]; i++, count++)
			cr_expect(budget_of(kd_method_tables[t][i]), "%s has no budget", kd_method_tables[t][i]->name);
	cr_expect_gt(count, 40);
}

Test(budget, both_of_its_sides_hold)
{
	cr_expect(budget_holds(&kd_post_list, 2, 512 << 10));
	cr_expect_not(budget_holds(&kd_post_list, 3, 0));
	cr_expect_not(budget_holds(&kd_post_list, 0, (512 << 10) + 1));
	cr_expect(budget_holds(&kd_card_move, 4, 4096), "changes have the usual one");
	cr_expect_not(budget_holds(&kd_card_move, 5, 100));
	cr_expect_not(budget_holds(&kd_card_move, 1, 4097));
}

Test(budget, who_reads_and_has_none_never_holds)
{
	static const struct kd_method nobody = { .name = "nobody.list" };

	cr_expect_null(budget_of(&nobody));
	cr_expect_not(budget_holds(&nobody, 0, 0));
}
