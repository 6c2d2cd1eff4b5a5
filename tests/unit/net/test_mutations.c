/* test_mutations.c - connections whose octets were changed at random: nobody else may feel them. The same seed gives
 * the same octets; the fuzzers of tests/fuzz go further. */
#include "harness.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS 3000

static uint64_t state = 20260101;

static unsigned pick(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state % below);
}

static size_t good(char *out)
{
	static const char *const requests[] = {
		GOOD_HEAD BEARER "\r\n", GOOD_HEAD "Origin: " ORIGIN "\r\n" COOKIE "\r\n",
		"GET /hello HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br, gzip;q=0.5\r\nCookie: a=b; c=d\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST /take HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 10\r\n\r\n0123456789",
	};
	unsigned which = pick(4);
	size_t n = strlen(requests[which]);

	memcpy(out, requests[which], n);
	return n;
}

static size_t frames(char *out)
{
	static char text[700];
	size_t n = 0;

	memset(text, 'm', sizeof(text));
	n += ws_frame(out + n, 0x01, text, pick(300));
	n += ws_frame(out + n, 0x89, text, pick(126));
	n += ws_frame(out + n, 0x00, text, pick(700));
	n += ws_frame(out + n, 0x80, "\xc3\xa5", 2);
	n += ws_frame(out + n, 0x81, text, pick(200));
	n += ws_frame(out + n, 0x88, "\x03\xe8", 2);
	return n;
}

static size_t mutate(char *bytes, size_t n, unsigned times)
{
	for (unsigned i = 0; i < times && n > 1; i++) {
		size_t at = pick((unsigned)n);

		switch (pick(5)) {
		case 0:
			bytes[at] = (char)pick(256);
			break;
		case 1:
			bytes[at] = (char)(bytes[at] ^ 1 << pick(8));
			break;
		case 2:
			memmove(bytes + at, bytes + at + 1, n - at - 1);
			n--;
			break;
		case 3:
			memmove(bytes + at + 1, bytes + at, n - at);
			n++;
			break;
		case 4:
			if (pick(10) == 0)
				n = at + 1;
			break;
		}
	}
	return n;
}

Test(mutations, hurt_only_their_own_connection, .timeout = 120)
{
	static char bytes[16384], waste[16384];
	static struct message m;
	struct net_config config = server_config();
	struct server s;
	int witness;

	config.max_conns = config.max_conns_per_address = 1000;
	s = server_start(&config);
	witness = ws_open(&s);
	for (int i = 0; i < ROUNDS; i++) {
		int fd = client_connect(&s);
		bool is_upgraded = pick(2);

		if (is_upgraded) {
			client_say(fd, GOOD_HEAD BEARER "\r\n");
			client_read(fd, waste, sizeof(waste), 2000);
			client_send(fd, bytes, mutate(bytes, frames(bytes), 1 + pick(6)));
		} else {
			client_send(fd, bytes, mutate(bytes, good(bytes), 1 + pick(6)));
		}
		client_read(fd, waste, sizeof(waste), (int)pick(3));
		close(fd);
		if (i % 100 == 0) {
			ws_text(witness, "still here");
			cr_assert(ws_read(witness, &m, 5000) && strcmp(m.data, "still here") == 0, "after %d", i);
		}
	}
	close(witness);
	server_stop(&s);
}
