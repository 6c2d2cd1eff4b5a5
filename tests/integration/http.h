/* http.h - plain HTTP requests over sockets of their own, said byte by byte, as browsers and others would. */
#ifndef TESTS_HTTP_H
#define TESTS_HTTP_H
#include "harness.h"

#define ORIGIN "http://localhost:8080" /* what the nodes of a world believe to be called */
#define SAME_ORIGIN "Sec-Fetch-Site: same-origin\r\nOrigin: " ORIGIN "\r\n"

struct http_answer {
	int status;
	char *head; /* with the status line, lines ended by CR LF */
	char *body;
};

/* Sends `bytes` as they are and reads until the server has said all, or has closed. Status 0: no answer. */
struct http_answer *http_send(const struct world *w, int node, const char *bytes, size_t len);
/* `headers` are whole lines, each ended by CR LF. */
struct http_answer *http_get(const struct world *w, int node, const char *path, const char *headers);
struct http_answer *http_post(
        const struct world *w, int node, const char *path, const char *headers, const char *json);
void http_answer_free(struct http_answer *a);

/* The value of a header, or NULL; the caller's to free. A header that comes twice fails the test, Set-Cookie
 * excepted. */
char *http_header_of(const struct http_answer *a, const char *name);
/* The value of a cookie that the answer sets, or NULL; the caller's to free. *ret_line, when not NULL, is its
 * whole line. */
char *http_cookie_of(const struct http_answer *a, const char *name, char **ret_line);
#endif
