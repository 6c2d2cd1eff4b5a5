/* address.c - addresses and the places they take. */
#include "net/address.h"
#include "base/hash.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

struct address {
	char key[ADDRESS_SIZE];
	int sockets;
	UT_hash_handle hh;
};

struct addresses {
	struct address *by_key;
	int max;
};

static bool parse_unix(const char *path, struct sockaddr_storage *ret_address, socklen_t *ret_len, struct err *err)
{
	struct sockaddr_un *un = (struct sockaddr_un *)ret_address;

	if (!*path || strlen(path) >= sizeof(un->sun_path))
		return err_set(err, KD_E_INVALID, "the path of a unix socket must have 1 to %zu characters",
			sizeof(un->sun_path) - 1);
	un->sun_family = AF_UNIX;
	strcpy(un->sun_path, path);
	*ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1);
	return true;
}

bool address_parse(const char *text, struct sockaddr_storage *ret_address, socklen_t *ret_len, struct err *err)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ret_address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret_address;
	const char *colon = strrchr(text, ':');
	char host[ADDRESS_SIZE];
	size_t len;
	unsigned long port;
	char *end;

	memset(ret_address, 0, sizeof(*ret_address));
	if (strncmp(text, "unix:", 5) == 0)
		return parse_unix(text + 5, ret_address, ret_len, err);
	len = colon ? (size_t)(colon - text) : 0;
	port = colon && colon[1] >= '0' && colon[1] <= '9' ? strtoul(colon + 1, &end, 10) : 65536;
	if (len == 0 || len >= sizeof(host) || port > 65535 || *end)
		return err_set(err, KD_E_INVALID, "\"%s\" is not address:port, [address]:port or unix:path", text);
	memcpy(host, text, len);
	host[len] = '\0';
	if (host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		if (inet_pton(AF_INET6, host + 1, &in6->sin6_addr) == 1) {
			in6->sin6_family = AF_INET6;
			in6->sin6_port = htons((uint16_t)port);
			*ret_len = sizeof(*in6);
			return true;
		}
	} else if (inet_pton(AF_INET, host, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)port);
		*ret_len = sizeof(*in);
		return true;
	}
	return err_set(err, KD_E_INVALID, "\"%s\" is not a numeric address (names are not looked up)", text);
}

bool address_is_loopback(const struct sockaddr_storage *a)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)a;

	if (a->ss_family == AF_UNIX)
		return true;
	if (a->ss_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)a)->sin_addr.s_addr) >> 24 == 127;
	return a->ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

int address_port(const struct sockaddr_storage *a)
{
	if (a->ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)a)->sin_port);
	return a->ss_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)a)->sin6_port) : 0;
}

void address_print(const struct sockaddr_storage *a, char ret_text[ADDRESS_SIZE])
{
	const struct in6_addr *six = &((const struct sockaddr_in6 *)a)->sin6_addr;

	strcpy(ret_text, "unix");
	if (a->ss_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)a)->sin_addr, ret_text, ADDRESS_SIZE);
	else if (a->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(six))
		inet_ntop(AF_INET, &six->s6_addr[12], ret_text, ADDRESS_SIZE);
	else if (a->ss_family == AF_INET6)
		inet_ntop(AF_INET6, six, ret_text, ADDRESS_SIZE);
}

bool address_in(const char *text, const char *const *list)
{
	for (; list && *list; list++)
		if (strcmp(*list, text) == 0)
			return true;
	return false;
}

/* One entry, as proxies write it: an address, "[six]", or either with a port. */
static bool entry_print(const char *text, size_t len, char ret_text[ADDRESS_SIZE])
{
	struct sockaddr_storage a = { 0 };
	struct in6_addr *six = &((struct sockaddr_in6 *)&a)->sin6_addr;
	struct in_addr *four = &((struct sockaddr_in *)&a)->sin_addr;
	char copy[ADDRESS_SIZE], *host = copy, *colon;

	if (len == 0 || len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (*host == '[') {
		char *close = strchr(++host, ']');

		if (!close)
			return false;
		*close = '\0';
	} else if ((colon = strchr(host, ':')) && !strchr(colon + 1, ':')) {
		*colon = '\0';
	}
	if (inet_pton(AF_INET, host, four) == 1)
		a.ss_family = AF_INET;
	else if (inet_pton(AF_INET6, host, six) == 1)
		a.ss_family = AF_INET6;
	else
		return false;
	address_print(&a, ret_text);
	return true;
}

bool address_forwarded(const char *header, const char *const *proxies, char ret_text[ADDRESS_SIZE])
{
	const char *end = header + strlen(header);

	while (end > header) {
		const char *start = end, *from, *to = end;

		while (start > header && start[-1] != ',')
			start--;
		for (from = start; from < to && (*from == ' ' || *from == '\t'); from++)
			;
		while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
			to--;
		if (!entry_print(from, (size_t)(to - from), ret_text))
			return false; /* what stands left of nonsense was not written by a proxy of ours */
		if (!address_in(ret_text, proxies))
			return true;
		end = start > header ? start - 1 : header;
	}
	return false;
}

struct addresses *addresses_create(int max_per_address)
{
	struct addresses *all = calloc(1, sizeof(*all));

	if (all)
		all->max = max_per_address;
	return all;
}

void addresses_destroy(struct addresses *all)
{
	struct address *a, *next;

	if (!all)
		return;
	HASH_ITER(hh, all->by_key, a, next) {
		HASH_DEL(all->by_key, a); /* NOLINT(clang-analyzer-unix.Malloc): it takes each for the one before, which is off the table */
		free(a);
	}
	free(all);
}

static void key_make(const char *text, char ret_key[ADDRESS_SIZE])
{
	struct in6_addr six;

	memset(ret_key, 0, ADDRESS_SIZE); /* it is compared whole */
	memcpy(ret_key, text, strnlen(text, ADDRESS_SIZE - 1));
	if (!strchr(text, ':') || inet_pton(AF_INET6, text, &six) != 1)
		return;
	memset(&six.s6_addr[8], 0, 8);
	memset(ret_key, 0, ADDRESS_SIZE);
	inet_ntop(AF_INET6, &six, ret_key, ADDRESS_SIZE);
}

struct address *address_take(struct addresses *all, const char *text)
{
	char key[ADDRESS_SIZE];
	struct address *a;

	key_make(text, key);
	HASH_FIND_STR(all->by_key, key, a);
	if (!a) {
		a = calloc(1, sizeof(*a));
		if (!a)
			return NULL;
		strcpy(a->key, key);
		HASH_ADD_STR(all->by_key, key, a);
	}
	if (a->sockets >= all->max)
		return NULL;
	a->sockets++;
	return a;
}

void address_release(struct addresses *all, struct address *a)
{
	if (!a || --a->sockets > 0)
		return;
	HASH_DEL(all->by_key, a);
	free(a);
}
