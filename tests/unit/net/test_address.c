/* test_address.c - listening addresses, forwarded ones, and places. */
#include "net/address.h"
#include <criterion/criterion.h>
#include <string.h>

static bool parses(const char *text, bool *ret_loopback, int *ret_port)
{
	struct sockaddr_storage a;
	struct err err;
	socklen_t len;

	if (!address_parse(text, &a, &len, &err))
		return false;
	*ret_loopback = address_is_loopback(&a);
	*ret_port = address_port(&a);
	return true;
}

Test(address, parses_numbers_only)
{
	static const char *const bad[] = { "", "8080", ":8080", "localhost:8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
		"127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80x", "::1:8080x", "[::1]", "[::1:8080", "unix:", "1.2.3:80",
		"127.0.0.1:+80" };
	bool is_loopback;
	int port;

	cr_assert(parses("127.0.0.1:8080", &is_loopback, &port) && is_loopback && port == 8080);
	cr_assert(parses("127.9.9.9:0", &is_loopback, &port) && is_loopback && port == 0);
	cr_assert(parses("0.0.0.0:80", &is_loopback, &port) && !is_loopback);
	cr_assert(parses("[::1]:8080", &is_loopback, &port) && is_loopback && port == 8080);
	cr_assert(parses("[::]:8080", &is_loopback, &port) && !is_loopback);
	cr_assert(parses("[::ffff:127.0.0.1]:8080", &is_loopback, &port) && !is_loopback);
	cr_assert(parses("unix:/tmp/x", &is_loopback, &port) && is_loopback && port == 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert(!parses(bad[i], &is_loopback, &port), "%s", bad[i]);
}

Test(address, believes_only_proxies)
{
	static const char *const proxies[] = { "10.0.0.1", "10.0.0.2", NULL };
	static const struct {
		const char *header, *address;
	} rows[] = {
		{ "192.0.2.7", "192.0.2.7" }, { "evil, 192.0.2.7", "192.0.2.7" }, { "1.1.1.1, 192.0.2.7, 10.0.0.2", "192.0.2.7" },
		{ "192.0.2.7:4711", "192.0.2.7" }, { "2001:db8::7", "2001:db8::7" }, { " [2001:db8::7]:80 ", "2001:db8::7" },
		{ "::ffff:192.0.2.7", "192.0.2.7" }, { "192.0.2.7,", NULL }, { "", NULL }, { "unknown", NULL },
		{ "10.0.0.1", NULL }, { "1.1.1.1, unknown", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char got[ADDRESS_SIZE];
		bool is_found = address_forwarded(rows[i].header, proxies, got);

		cr_assert_eq(is_found, rows[i].address != NULL, "%s", rows[i].header);
		if (is_found)
			cr_assert_str_eq(got, rows[i].address);
	}
}

Test(address, counts_places)
{
	struct addresses *all = addresses_create(2);
	struct address *a = address_take(all, "192.0.2.1"), *b = address_take(all, "192.0.2.1"), *six;

	cr_assert(a && a == b);
	cr_assert_null(address_take(all, "192.0.2.1"));
	cr_assert_not_null(address_take(all, "192.0.2.2"));
	address_release(all, a);
	cr_assert_eq(address_take(all, "192.0.2.1"), a);
	six = address_take(all, "2001:db8:1:2::1");
	cr_assert(six && address_take(all, "2001:db8:1:2:ffff::9") == six, "a subscriber has a whole /64");
	cr_assert_null(address_take(all, "2001:db8:1:2::3"));
	cr_assert_not_null(address_take(all, "2001:db8:1:3::1"));
	address_release(all, NULL);
	addresses_destroy(all);
}
