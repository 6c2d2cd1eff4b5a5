/* address.h - where we listen, who calls, and how many sockets each caller holds (security.md T4, T7). */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H
#include "base/err.h"
#include <stdbool.h>
#include <sys/socket.h>

#define ADDRESS_SIZE 64

/* "127.0.0.1:8080", "[::1]:8080" or "unix:/path". Names are not looked up: that would block. */
bool address_parse(const char *text, struct sockaddr_storage *ret_address, socklen_t *ret_len, struct err *err);
bool address_is_loopback(const struct sockaddr_storage *a); /* a unix socket counts */
int address_port(const struct sockaddr_storage *a);         /* 0 for a unix socket */
/* Numeric, without port; IPv4 inside IPv6 is written as IPv4; "unix". */
void address_print(const struct sockaddr_storage *a, char ret_text[ADDRESS_SIZE]);
/* The rightmost entry of X-Forwarded-For that is not one of `proxies`; false when it is no address. */
bool address_forwarded(const char *header, const char *const *proxies, char ret_text[ADDRESS_SIZE]);
bool address_in(const char *text, const char *const *list); /* list may be NULL */

/* Places that sockets take, by address (IPv6: by /64, which is what one subscriber has). */
struct addresses;
struct address;
struct addresses *addresses_create(int max_per_address);
void addresses_destroy(struct addresses *all);
struct address *address_take(struct addresses *all, const char *text); /* NULL: full, or no memory */
void address_release(struct addresses *all, struct address *a);       /* NULL is fine */
#endif
