#include "db/hosts.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_HOST, LIST_HOSTADDR, LIST_PORT, LISTS };
static const char *const list_names[LISTS] = { "host", "hostaddr", "port" };

struct hosts {
	char *conninfo;
	char *lists[LISTS];  /* comma-separated, as the conninfo has them; NULL: not given */
	char *turned[LISTS]; /* the same from `first` on, or one of them only */
	int count, first;
	int64_t timeline;
};

static int list_count(const char *list)
{
	int count = 1;

	for (; list && *list; list++)
		count += *list == ',';
	return count;
}

/* The i-th of a list, and its length; a list of one port holds for all hosts. */
static const char *list_item(const char *list, int i, size_t *ret_len)
{
	while (list && i-- > 0 && strchr(list, ','))
		list = strchr(list, ',') + 1;
	*ret_len = list ? strcspn(list, ",") : 0;
	return list ? list : "";
}

static bool lists_take(struct hosts *h, const PQconninfoOption *options)
{
	for (const PQconninfoOption *o = options; o->keyword; o++)
		for (int i = 0; i < LISTS; i++) {
			if (strcmp(o->keyword, list_names[i]) != 0 || !o->val || !*o->val)
				continue;
			h->lists[i] = strdup(o->val);
			h->turned[i] = malloc(strlen(o->val) + 2);
			if (!h->lists[i] || !h->turned[i])
				return false;
		}
	return true;
}

struct hosts *hosts_create(const char *conninfo)
{
	struct hosts *h = calloc(1, sizeof(*h));
	PQconninfoOption *options;

	if (!h)
		return NULL;
	h->conninfo = strdup(conninfo);
	options = PQconninfoParse(conninfo, NULL);
	if (!h->conninfo || (options && !lists_take(h, options))) {
		PQconninfoFree(options);
		hosts_destroy(h);
		return NULL;
	}
	PQconninfoFree(options);
	h->count = list_count(h->lists[LIST_HOSTADDR] ? h->lists[LIST_HOSTADDR] : h->lists[LIST_HOST]);
	return h;
}

void hosts_destroy(struct hosts *h)
{
	if (!h)
		return;
	for (int i = 0; i < LISTS; i++) {
		free(h->lists[i]);
		free(h->turned[i]);
	}
	free(h->conninfo);
	free(h);
}

int hosts_count(const struct hosts *h)
{
	return h->count;
}

/* --- for libpq ---------------------------------------------------------------------------------------- */

/* "a,b,c" from its second on is "b,c,a". */
static void list_turn(char *to, const char *list, int first)
{
	size_t len;
	const char *from = list_item(list, first, &len);

	if (from == list)
		strcpy(to, list);
	else
		sprintf(to, "%s,%.*s", from, (int)(from - list - 1), list);
}

static int put_keys(struct hosts *h, const char **keys, const char **values)
{
	int n = 0;

	keys[n] = "dbname";
	values[n++] = h->conninfo;
	for (int i = 0; h->count > 1 && i < LISTS; i++) { /* after it, so that they win */
		if (!h->lists[i])
			continue;
		keys[n] = list_names[i];
		values[n++] = h->turned[i];
	}
	return n;
}

int hosts_keys(struct hosts *h, const char **keys, const char **values)
{
	for (int i = 0; i < LISTS; i++)
		if (h->lists[i])
			list_turn(h->turned[i], h->lists[i], list_count(h->lists[i]) > 1 ? h->first : 0);
	return put_keys(h, keys, values);
}

int hosts_key(struct hosts *h, int host, const char **keys, const char **values)
{
	for (int i = 0; i < LISTS; i++) {
		size_t len;
		const char *item = list_item(h->lists[i], list_count(h->lists[i]) > 1 ? host : 0, &len);

		if (h->lists[i])
			sprintf(h->turned[i], "%.*s", (int)len, item);
	}
	return put_keys(h, keys, values);
}

/* --- which one ------------------------------------------------------------------------------------------ */

static bool is_item(const char *list, int i, const char *text)
{
	size_t len;
	const char *item = list_item(list, i, &len);

	return len == strlen(text) && strncmp(item, text, len) == 0;
}

/* Which of ours pg is at; -1: none that we know of. */
static int host_of(const struct hosts *h, const PGconn *pg)
{
	const char *host = pg ? PQhost(pg) : NULL, *port = pg ? PQport(pg) : NULL;

	for (int i = 0; host && i < h->count; i++)
		if ((is_item(h->lists[LIST_HOST], i, host) || is_item(h->lists[LIST_HOSTADDR], i, host)) &&
		        (list_count(h->lists[LIST_PORT]) < 2 || !port || is_item(h->lists[LIST_PORT], i, port)))
			return i;
	return -1;
}

void hosts_keep(struct hosts *h, const PGconn *pg)
{
	int host = host_of(h, pg);

	if (host >= 0)
		h->first = host;
}

void hosts_pass(struct hosts *h, const PGconn *pg)
{
	int host = host_of(h, pg);

	h->first = ((host >= 0 ? host : h->first) + 1) % h->count;
}

bool hosts_admit(struct hosts *h, int64_t timeline)
{
	if (timeline == 0)
		return true;
	if (timeline > h->timeline)
		h->timeline = timeline;
	return timeline == h->timeline;
}

int64_t hosts_timeline(const struct hosts *h)
{
	return h->timeline;
}

void hosts_name(const PGconn *pg, char ret_name[DB_HOST_SIZE])
{
	snprintf(ret_name, DB_HOST_SIZE, "%s:%s", PQhost(pg) ? PQhost(pg) : "", PQport(pg) ? PQport(pg) : "");
}

/* --- what a conninfo must be ------------------------------------------------------------------------------ */

static bool is_address(const char *text, size_t len)
{
	unsigned char address[16];
	char copy[64];

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return inet_pton(AF_INET, copy, address) == 1 || inet_pton(AF_INET6, copy, address) == 1;
}

/* An address, a folder of sockets, an abstract socket, or nothing. */
static bool needs_no_lookup(const char *text, size_t len)
{
	return len == 0 || *text == '/' || *text == '@' || is_address(text, len);
}

static const char *value_of(const PQconninfoOption *options, const char *keyword)
{
	for (; options->keyword; options++)
		if (strcmp(options->keyword, keyword) == 0)
			return options->val && *options->val ? options->val : NULL;
	return NULL;
}

static const char *options_wrong(const PQconninfoOption *options)
{
	const char *host = value_of(options, "host"), *hostaddr = value_of(options, "hostaddr");
	int count = list_count(hostaddr ? hostaddr : host);

	if (value_of(options, "password"))
		return "must not hold a password: name a file with passfile=";
	if (value_of(options, "service"))
		return "must name the hosts itself, not a service";
	for (int i = 0; i < count; i++) {
		size_t len, address_len;
		const char *name = list_item(host, i, &len), *address = list_item(hostaddr, i, &address_len);

		if (address_len == 0 ? !needs_no_lookup(name, len) : !is_address(address, address_len))
			return "must give hosts as addresses or socket folders, for looking up a name holds up everybody; a name that "
			       "a certificate is checked against goes beside it: host=db.example.se hostaddr=10.0.0.2";
	}
	return NULL;
}

const char *db_conninfo_wrong(const char *conninfo)
{
	PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
	const char *why = options ? options_wrong(options) : "is no conninfo of libpq, neither keywords nor a URI";

	PQconninfoFree(options);
	return why;
}
