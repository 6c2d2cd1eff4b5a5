/* reach.c - addresses looked up once, tokens read once. */
#include "clients/load/reach.h"
#include "clients/load/ask.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static bool token_add(struct tokens *t, const char *token)
{
	char **more = realloc(t->list, (t->count + 1) * sizeof *more);

	if (!more)
		abort();
	t->list = more;
	t->list[t->count++] = strdup(token);
	return true;
}

static bool file_read(struct tokens *t, const char *file)
{
	FILE *f = fopen(file, "re");
	char line[512];

	if (!f)
		return complain(file, strerror(errno));
	while (fgets(line, sizeof line, f)) {
		line[strcspn(line, "\r\n")] = '\0';
		if (*line)
			token_add(t, line);
	}
	fclose(f);
	return t->count ? true : complain(file, "it holds no token");
}

bool tokens_read(struct tokens *t, const char *file)
{
	const char *token = getenv("KORSDRAG_TOKEN");

	*t = (struct tokens){ NULL, 0 };
	if (file)
		return file_read(t, file);
	return token && *token ? token_add(t, token) : complain("tokens", "give --tokens FILE or KORSDRAG_TOKEN");
}

void tokens_finish(struct tokens *t)
{
	for (uint32_t i = 0; i < t->count; i++)
		free(t->list[i]);
	free(t->list);
}

static bool target_read(struct conn_target *t, const char *text)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *found;
	struct sockaddr_un *local = (struct sockaddr_un *)&t->address;
	char err[256];
	int error;

	if (!url_read(&t->url, text, err, sizeof err))
		return complain(text, err);
	if (t->url.is_tls)
		return complain(text, "load is made without TLS: give the node's own address");
	if (t->url.is_unix) {
		local->sun_family = AF_UNIX;
		t->len = sizeof *local;
		return strlen(t->url.host) < sizeof local->sun_path ? strcpy(local->sun_path, t->url.host) != NULL
		                                                    : complain(text, "the path is too long");
	}
	error = getaddrinfo(t->url.host, t->url.port, &hints, &found);
	if (error)
		return complain(text, gai_strerror(error));
	memcpy(&t->address, found->ai_addr, found->ai_addrlen);
	t->len = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

bool targets_read(struct conn_target targets[URLS_MAX], const struct options *o)
{
	for (int i = 0; i < o->url_count; i++)
		if (!target_read(&targets[i], o->urls[i]))
			return false;
	return true;
}

bool source_choose(struct sockaddr_in *ret_source, const struct conn_target *target, uint32_t number, int64_t per_address)
{
	const struct sockaddr_in *to = (const struct sockaddr_in *)&target->address;

	if (!per_address || to->sin_family != AF_INET || ntohl(to->sin_addr.s_addr) >> 24 != 127)
		return false;
	*ret_source = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x7f010001 + number / (uint32_t)per_address) }; /* 127.1.0.1 and so on */
	return true;
}
