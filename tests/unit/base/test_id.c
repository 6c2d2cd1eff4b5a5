/* test_id.c - identifiers, secrets and their hashes. */
#include "base/clock.h"
#include "base/id.h"
#include <criterion/criterion.h>
#include <string.h>

Test(id, is_a_uuid_of_version_seven_with_the_time_in_front)
{
	char id[ID_SIZE], later[ID_SIZE];

	clock_set(INT64_C(0x0123456789AB));
	id_make(id);
	cr_assert_eq(strlen(id), 36u);
	for (int i = 0; i < 36; i++)
		cr_assert(i == 8 || i == 13 || i == 18 || i == 23 ? id[i] == '-' : strchr("0123456789abcdef", id[i]) != NULL);
	cr_assert_eq(strncmp(id, "01234567-89ab-7", 15), 0);
	cr_assert(strchr("89ab", id[19]));
	clock_set(INT64_C(0x0123456789AC));
	id_make(later);
	cr_assert_lt(strcmp(id, later), 0);
}

Test(id, are_all_different)
{
	char a[ID_SIZE], b[ID_SIZE];

	clock_set(1);
	id_make(a);
	for (int i = 0; i < 1000; i++) {
		id_make(b);
		cr_assert_str_neq(a, b);
	}
}

Test(secret, is_43_characters_of_base64url)
{
	char a[SECRET_SIZE], b[SECRET_SIZE];

	secret_make(a);
	secret_make(b);
	cr_assert_eq(strlen(a), 43u);
	cr_assert_eq(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 43u);
	cr_assert_str_neq(a, b);
	cr_assert(secret_equal(a, a));
	cr_assert_not(secret_equal(a, b));
	cr_assert_not(secret_equal(a, ""));
}

Test(secret, hash_is_sha_256_in_hex)
{
	char hash[HASH_SIZE];

	secret_hash("abc", hash);
	cr_assert_str_eq(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	bytes_hash("", 0, hash);
	cr_assert_str_eq(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

Test(code, has_eight_letters_that_cannot_be_misread)
{
	char code[9];

	for (int i = 0; i < 200; i++) {
		code_make(code);
		cr_assert_eq(strspn(code, "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"), 8u);
		cr_assert_eq(code[8], '\0');
	}
}

Test(clock, stands_still_when_set)
{
	clock_set(5000);
	cr_assert_eq(clock_now_ms(), 5000);
	cr_assert_eq(clock_mono_ms(), 5000);
	cr_assert_eq(clock_mono_us(), 5000000);
	clock_set(-1);
	cr_assert_gt(clock_now_ms(), INT64_C(1600000000000));
}
