/* serve.c - answers from the web client's files. */
#include "net/net_private.h"
#include "net/site.h"
#include <string.h>

static bool path_is_plain(const char *path)
{
	return !strstr(path, "..") && !strstr(path, "//") && !strchr(path, '%');
}

static bool is_app_path(const char *const *app_paths, const char *path)
{
	for (; app_paths && *app_paths; app_paths++) {
		size_t len = strlen(*app_paths);

		if (strcmp(*app_paths, path) == 0)
			return true;
		if (len > 1 && (*app_paths)[len - 1] == '/' && strncmp(*app_paths, path, len) == 0)
			return true;
	}
	return false;
}

static const char *const coding_names[SITE_CODINGS] = { [SITE_GZIP] = "gzip", [SITE_BROTLI] = "br" };

void site_serve_lost(struct net *net, struct http_request *r)
{
	const char *accept = head_get(&r->head, "accept");
	const struct site_file *file = net->site && accept && strstr(accept, "text/html") ? site_find(net->site, "/index.html") : NULL;
	const struct site_body *body;
	enum site_coding coding;

	http_header(r, "Vary", "Accept, Accept-Encoding");
	if (!file) {
		http_reply(r, 404, "text/plain; charset=utf-8", "not found\n", 10);
		return;
	}
	body = site_choose(file, head_get_only(&r->head, "accept-encoding"), &coding);
	if (coding_names[coding])
		http_header(r, "Content-Encoding", coding_names[coding]);
	request_answer_static(r, 404, file->type, body->data, body->len);
}

bool site_serve(struct net *net, struct http_request *r)
{
	const struct site_file *file = net->site && path_is_plain(r->head.path) ? site_find(net->site, r->head.path) : NULL;
	const struct site_body *body;
	enum site_coding coding;

	if (!file && net->site && path_is_plain(r->head.path) && is_app_path(net->config.app_paths, r->head.path))
		file = site_find(net->site, "/index.html");
	if (!file)
		return false;
	if (strcmp(r->head.method, "GET") != 0 && !r->is_head_only) {
		net_refused(net, REFUSED_REQUEST);
		http_header(r, "Allow", "GET, HEAD");
		request_refuse(r, 405, "this address does not know that method");
		return true;
	}
	body = site_choose(file, head_get_only(&r->head, "accept-encoding"), &coding);
	http_header(r, "Cache-Control", file->is_hashed ? "public, max-age=31536000, immutable" : "no-cache");
	http_header(r, "ETag", body->etag);
	if (file->bodies[SITE_GZIP].data || file->bodies[SITE_BROTLI].data)
		http_header(r, "Vary", "Accept-Encoding");
	if (site_etag_matches(head_get_only(&r->head, "if-none-match"), body->etag)) {
		request_answer_static(r, 304, NULL, NULL, 0);
		return true;
	}
	if (coding_names[coding])
		http_header(r, "Content-Encoding", coding_names[coding]);
	request_answer_static(r, 200, file->type, body->data, body->len);
	return true;
}
