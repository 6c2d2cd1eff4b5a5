/* head.c - the strict parser of request heads. */
#include "net/head.h"
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum head_state head_scan(const char *bytes, size_t len, size_t *scanned)
{
	size_t i = *scanned;

	for (; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c == 0 || (c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7f)
			return HEAD_BAD;
		if ((c == '\n') != (i > 0 && bytes[i - 1] == '\r'))
			return HEAD_BAD; /* a bare LF, or a CR that no LF follows */
		if (c == '\n' && i >= 3 && bytes[i - 2] == '\n') {
			*scanned = i + 1;
			return HEAD_DONE;
		}
		if (c == '\n' && i == 1)
			return HEAD_BAD; /* an empty line where the request should begin */
	}
	*scanned = i;
	return HEAD_MORE;
}

static bool is_token_char(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

bool head_is_token(const char *text)
{
	const char *p = text;

	while (is_token_char((unsigned char)*p))
		p++;
	return *p == '\0' && p != text;
}

/* Cuts the line at `*at` off its CR LF and steps behind it. */
static char *line_take(char **at)
{
	char *line = *at, *cr = strchr(line, '\r');

	assert(cr); /* head_scan has seen one at the end of each line */
	*cr = '\0';
	*at = cr + 2;
	return line;
}

static bool target_is_path(const char *target)
{
	if (*target != '/')
		return false; /* absolute, authority and asterisk forms are for proxies and methods we do not have */
	for (const unsigned char *p = (const unsigned char *)target; *p; p++)
		if (*p <= 0x20 || *p >= 0x7f || strchr("#\"<>\\^`{|}", *p))
			return false;
	return true;
}

static int request_line_parse(struct head *head, char *line, const char **ret_why)
{
	char *target = strchr(line, ' '), *version, *query;

	*ret_why = "malformed request line";
	if (!target)
		return 400;
	*target++ = '\0';
	version = strchr(target, ' ');
	if (!version)
		return 400;
	*version++ = '\0';
	if (!head_is_token(line) || strlen(line) > 16)
		return 400;
	if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0) {
		*ret_why = "only HTTP/1.1";
		return strncmp(version, "HTTP/", 5) == 0 ? 505 : 400;
	}
	if (strcmp(line, "CONNECT") == 0 || !target_is_path(target))
		return 400;
	head->method = line;
	head->minor = version[7] - '0';
	head->path = target;
	query = strchr(target, '?');
	if (query)
		*query++ = '\0';
	head->query = query;
	return 0;
}

static bool field_parse(struct head_field *field, char *line)
{
	char *colon = strchr(line, ':'), *value, *end;

	if (!colon)
		return false;
	*colon = '\0';
	if (!head_is_token(line)) /* white space before the name is folding, before the colon is smuggling */
		return false;
	for (char *p = line; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + ('a' - 'A'));
	value = colon + 1 + strspn(colon + 1, " \t");
	end = value + strlen(value);
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	*field = (struct head_field){ line, value };
	return true;
}

int head_parse(struct head *head, char *bytes, size_t len, const char **ret_why)
{
	char *at = bytes, *end = bytes + len - 2; /* where the empty line begins */
	int status;

	memset(head, 0, offsetof(struct head, fields));
	status = request_line_parse(head, line_take(&at), ret_why);
	if (status)
		return status;
	while (at < end) {
		if (head->field_count == HEAD_FIELDS_MAX) {
			*ret_why = "too many header fields";
			return 431;
		}
		if (!field_parse(&head->fields[head->field_count++], line_take(&at))) {
			*ret_why = "malformed header field";
			return 400;
		}
	}
	if (head->minor == 1 && head_count(head, "host") != 1) {
		*ret_why = "exactly one Host is needed";
		return 400;
	}
	return 0;
}

const char *head_get(const struct head *head, const char *name)
{
	for (size_t i = 0; i < head->field_count; i++)
		if (strcmp(head->fields[i].name, name) == 0)
			return head->fields[i].value;
	return NULL;
}

size_t head_count(const struct head *head, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < head->field_count; i++)
		n += strcmp(head->fields[i].name, name) == 0;
	return n;
}

const char *head_get_only(const struct head *head, const char *name)
{
	return head_count(head, name) == 1 ? head_get(head, name) : NULL;
}

static bool list_has(const char *list, const char *token)
{
	size_t want = strlen(token);

	while (*list) {
		size_t len;

		list += strspn(list, " \t,");
		len = strcspn(list, " \t,");
		if (len == want && strncasecmp(list, token, want) == 0)
			return true;
		list += len;
	}
	return false;
}

bool head_has_token(const struct head *head, const char *name, const char *token)
{
	for (size_t i = 0; i < head->field_count; i++)
		if (strcmp(head->fields[i].name, name) == 0 && list_has(head->fields[i].value, token))
			return true;
	return false;
}

bool head_body_size(const struct head *head, size_t *ret_size, const char **ret_why)
{
	const char *text = head_get(head, "content-length");
	size_t digits, size = 0;

	if (head_get(head, "transfer-encoding")) {
		*ret_why = "Transfer-Encoding is not taken, send a Content-Length";
		return false;
	}
	if (text) {
		digits = strspn(text, "0123456789");
		*ret_why = "malformed or repeated Content-Length";
		if (head_count(head, "content-length") != 1 || digits == 0 || digits > 15 || text[digits])
			return false;
		for (; *text; text++)
			size = size * 10 + (size_t)(*text - '0');
	}
	*ret_size = size;
	return true;
}
