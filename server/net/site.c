/* site.c - reading the web client's folder, and finding files and variants in it. */
#include "net/site.h"
#include "base/hash.h"
#include "base/id.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define SITE_BYTES_MAX (256u << 20)
#define DEPTH_MAX 8

struct entry {
	struct site_file file;
	UT_hash_handle hh;
};

struct site {
	struct entry *files;
	size_t bytes;
};

static const struct {
	const char *suffix, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" }, { ".js", "text/javascript; charset=utf-8" },
	{ ".mjs", "text/javascript; charset=utf-8" }, { ".css", "text/css; charset=utf-8" },
	{ ".json", "application/json" }, { ".webmanifest", "application/manifest+json" },
	{ ".svg", "image/svg+xml" }, { ".png", "image/png" }, { ".jpg", "image/jpeg" }, { ".webp", "image/webp" },
	{ ".avif", "image/avif" }, { ".ico", "image/x-icon" }, { ".woff2", "font/woff2" }, { ".wasm", "application/wasm" },
	{ ".txt", "text/plain; charset=utf-8" }, { ".map", "application/json" }, { ".xml", "application/xml" },
};

static bool has_suffix(const char *text, const char *suffix)
{
	size_t len = strlen(text), want = strlen(suffix);

	return len > want && strcmp(text + len - want, suffix) == 0;
}

static const char *type_of(const char *path)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (has_suffix(path, types[i].suffix))
			return types[i].type;
	return "application/octet-stream";
}

static struct entry *entry_get(struct site *site, const char *path, size_t len)
{
	struct entry *e;

	HASH_FIND(hh, site->files, path, len, e);
	if (e)
		return e;
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->file.path = strndup(path, len);
	if (!e->file.path) {
		free(e);
		return NULL;
	}
	e->file.type = type_of(e->file.path);
	e->file.is_hashed = strncmp(e->file.path, "/assets/", 8) == 0;
	HASH_ADD_KEYPTR(hh, site->files, e->file.path, len, e);
	return e;
}

static bool read_whole(int fd, size_t size, char **ret_data)
{
	char *data = malloc(size + 1);
	size_t len = 0;

	while (data && len < size) {
		ssize_t n = read(fd, data + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			free(data);
			return false;
		}
		len += (size_t)n;
	}
	*ret_data = data;
	return data != NULL;
}

static bool file_load(struct site *site, int folder, const char *name, const char *path, struct err *err)
{
	enum site_coding coding = has_suffix(path, ".br") ? SITE_BROTLI : has_suffix(path, ".gz") ? SITE_GZIP : SITE_PLAIN;
	size_t path_len = strlen(path) - (coding == SITE_PLAIN ? 0 : 3);
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct entry *e = entry_get(site, path, path_len);
	struct site_body *body = e ? &e->file.bodies[coding] : NULL;
	char hash[HASH_SIZE];
	struct stat st;
	bool is_read = fd >= 0 && body && fstat(fd, &st) == 0 && (size_t)st.st_size <= SITE_BYTES_MAX - site->bytes &&
		       read_whole(fd, (size_t)st.st_size, &body->data);

	if (fd >= 0)
		close(fd);
	if (!is_read)
		return err_set(err, KD_E_UNAVAILABLE, "the web client's file %s cannot be read", path);
	body->len = (size_t)st.st_size;
	site->bytes += body->len;
	bytes_hash(body->data, body->len, hash);
	snprintf(body->etag, sizeof(body->etag), "\"%.32s\"", hash);
	return true;
}

static bool folder_load(struct site *site, int fd, const char *path, int depth, struct err *err)
{
	DIR *dir = fdopendir(fd); /* takes fd */
	struct dirent *d;
	bool is_ok = dir != NULL;

	if (!dir)
		close(fd);
	while (is_ok && (d = readdir(dir))) {
		char below[1024];
		struct stat st;
		int len = snprintf(below, sizeof(below), "%s/%s", path, d->d_name);

		if (d->d_name[0] == '.' || (size_t)len >= sizeof(below) ||
			fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue; /* hidden files are nobody's business */
		if (S_ISREG(st.st_mode)) {
			is_ok = file_load(site, dirfd(dir), d->d_name, below, err);
		} else if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX) {
			int sub = openat(dirfd(dir), d->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			is_ok = sub >= 0 && folder_load(site, sub, below, depth + 1, err);
		}
	}
	if (dir)
		closedir(dir);
	else
		err_set(err, KD_E_UNAVAILABLE, "the web client's folder cannot be read");
	return is_ok;
}

/* A variant without its plain file would be an answer for only some browsers. */
static void orphans_drop(struct site *site)
{
	struct entry *e, *next;

	HASH_ITER(hh, site->files, e, next) {
		if (e->file.bodies[SITE_PLAIN].data)
			continue;
		HASH_DEL(site->files, e);
		for (int i = 0; i < SITE_CODINGS; i++)
			free(e->file.bodies[i].data);
		free(e->file.path);
		free(e);
	}
}

struct site *site_create(const char *root, struct err *err)
{
	struct site *site = calloc(1, sizeof(*site));
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (!site || fd < 0) {
		err_set(err, KD_E_UNAVAILABLE, "the web client's folder %s cannot be opened", root);
		if (fd >= 0)
			close(fd);
		free(site);
		return NULL;
	}
	if (!folder_load(site, fd, "", 0, err)) {
		site_destroy(site);
		return NULL;
	}
	orphans_drop(site);
	if (!site_find(site, "/index.html")) {
		err_set(err, KD_E_UNAVAILABLE, "the web client's folder %s has no index.html", root);
		site_destroy(site);
		return NULL;
	}
	return site;
}

void site_destroy(struct site *site)
{
	struct entry *e, *next;

	if (!site)
		return;
	HASH_ITER(hh, site->files, e, next)
		for (int i = 0; i < SITE_CODINGS; i++) {
			free(e->file.bodies[i].data);
			e->file.bodies[i].data = NULL;
		}
	orphans_drop(site);
	free(site);
}

const struct site_file *site_find(const struct site *site, const char *path)
{
	struct entry *e;

	HASH_FIND_STR(site->files, path, e);
	return e ? &e->file : NULL;
}

/* Whether a list of codings, each perhaps with a weight, takes `name`. */
bool site_accepts(const char *list, const char *name)
{
	size_t want = strlen(name);

	for (const char *p = list; p && *p;) {
		const char *item = p + strspn(p, " \t,"), *q;
		size_t len = strcspn(item, ","), word = strcspn(item, " \t,;");

		p = item + len;
		if (word != want || strncasecmp(item, name, want) != 0)
			continue;
		q = memchr(item, '=', len);
		/* A weight of zero says no; "0", "0.", "0.000" are the ways to write it. */
		return !q || q[1] != '0' || strcspn(q + 2, "123456789") < strcspn(q + 2, ",");
	}
	return false;
}

const struct site_body *site_choose(const struct site_file *file, const char *accept, enum site_coding *ret_coding)
{
	if (file->bodies[SITE_BROTLI].data && site_accepts(accept, "br"))
		*ret_coding = SITE_BROTLI;
	else if (file->bodies[SITE_GZIP].data && site_accepts(accept, "gzip"))
		*ret_coding = SITE_GZIP;
	else
		*ret_coding = SITE_PLAIN;
	return &file->bodies[*ret_coding];
}

bool site_etag_matches(const char *if_none_match, const char *etag)
{
	const char *at = if_none_match;
	size_t len = strlen(etag);

	if (at && strcmp(at, "*") == 0)
		return true;
	while (at && (at = strstr(at, etag))) { /* the quotes belong to the tag: no part of another can match */
		if (at[len] == '\0' || at[len] == ',' || at[len] == ' ' || at[len] == '\t')
			return true;
		at += len;
	}
	return false;
}
