/* url.c - ws://, wss:// and unix: addresses; http:// and https:// are what people copy from their browser. */
#include "clients/lib/url.h"
#include <stdio.h>
#include <string.h>

static const struct {
	const char *scheme;
	bool is_tls;
} schemes[] = { { "ws://", false }, { "wss://", true }, { "http://", false }, { "https://", true } };

static bool wrong(char *err, size_t size, const char *text, const char *why)
{
	snprintf(err, size, "%.200s is not an address of a server: %s", text, why);
	return false;
}

static bool unix_read(struct url *url, const char *path)
{
	url->is_unix = true;
	strcpy(url->authority, "localhost");
	strcpy(url->path, "/ws");
	return *path && (size_t)snprintf(url->host, sizeof url->host, "%s", path) < sizeof url->host;
}

/* host, host:port, [address]:port */
static bool authority_read(struct url *url, const char *text, size_t len)
{
	const char *end = text + len, *host = text, *host_end, *colon;

	if (*text == '[') {
		host = text + 1;
		host_end = memchr(host, ']', len - 1);
		if (!host_end || (host_end + 1 < end && host_end[1] != ':'))
			return false;
		colon = host_end + 1 < end ? host_end + 1 : NULL;
	} else {
		colon = memchr(text, ':', len);
		host_end = colon ? colon : end;
	}
	if (host_end == host || (size_t)(host_end - host) >= sizeof url->host || len >= sizeof url->authority)
		return false;
	memcpy(url->host, host, (size_t)(host_end - host));
	memcpy(url->authority, text, len);
	strcpy(url->port, url->is_tls ? "443" : "80");
	if (!colon)
		return true;
	if (end - colon < 2 || end - colon > 6 || strspn(colon + 1, "0123456789") < (size_t)(end - colon) - 1)
		return false;
	snprintf(url->port, sizeof url->port, "%.*s", (int)(end - colon) - 1, colon + 1);
	return true;
}

bool url_read(struct url *url, const char *text, char *err, size_t err_size)
{
	const char *rest = NULL, *path;

	*url = (struct url){ .is_tls = false };
	/* It is put into a request as it stands. */
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return wrong(err, err_size, "this", "it has blanks or control characters");
	if (strncmp(text, "unix:", 5) == 0)
		return unix_read(url, text + 5) ||
		       wrong(err, err_size, text, "the socket's path is missing or too long");
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes && !rest; i++)
		if (strncmp(text, schemes[i].scheme, strlen(schemes[i].scheme)) == 0) {
			rest = text + strlen(schemes[i].scheme);
			url->is_tls = schemes[i].is_tls;
		}
	if (!rest)
		return wrong(err, err_size, text, "it begins with ws://, wss://, http://, https:// or unix:");
	path = rest + strcspn(rest, "/?#");
	if (!authority_read(url, rest, (size_t)(path - rest)))
		return wrong(err, err_size, text, "the host or its port is wrong");
	if (memchr(rest, '@', (size_t)(path - rest)))
		return wrong(err, err_size, text, "names and passwords do not belong in it");
	if (*path == '#' || strlen(path) >= sizeof url->path - 3)
		return wrong(err, err_size, text, "its path is wrong or too long");
	if (*path == '?') /* a path is needed before it */
		snprintf(url->path, sizeof url->path, "/ws%s", path);
	else
		snprintf(url->path, sizeof url->path, "%s", *path && strcmp(path, "/") != 0 ? path : "/ws");
	return true;
}
