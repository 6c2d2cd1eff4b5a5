/* response.c - the head of an answer. */
#include "net/net_private.h"
#include "base/clock.h"
#include <time.h>

const char *response_reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} known[] = {
		{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" }, { 303, "See Other" },
		{ 304, "Not Modified" }, { 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" },
		{ 404, "Not Found" }, { 405, "Method Not Allowed" }, { 408, "Request Timeout" }, { 409, "Conflict" },
		{ 410, "Gone" }, { 411, "Length Required" }, { 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" }, { 417, "Expectation Failed" }, { 422, "Unprocessable Content" },
		{ 426, "Upgrade Required" }, { 429, "Too Many Requests" }, { 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" }, { 503, "Service Unavailable" }, { 505, "HTTP Version Not Supported" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].status == status)
			return known[i].text;
	return "Other";
}

static const char *date_now(void)
{
	static char text[32];
	static time_t made;
	time_t now = (time_t)(clock_now_ms() / 1000);
	struct tm tm;

	if (now != made && gmtime_r(&now, &tm)) {
		strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm); /* the process stays in the C locale for time */
		made = now;
	}
	return text;
}

void response_head(struct buf *out, const struct net *net, const struct response *res)
{
	buf_printf(out, "HTTP/1.1 %d %s\r\nDate: %s\r\n", res->status, response_reason(res->status), date_now());
	if (res->type)
		buf_printf(out, "Content-Type: %s\r\n", res->type);
	if (res->status != 204 && res->status != 304)
		buf_printf(out, "Content-Length: %zu\r\n", res->len);
	if (!res->has_cache_control)
		buf_add_str(out, "Cache-Control: no-store\r\n");
	if (!res->is_kept)
		buf_add_str(out, "Connection: close\r\n");
	if (res->headers)
		buf_add_str(out, res->headers);
	buf_add_str(out, net->security_headers);
	buf_add_str(out, "\r\n");
}
