/* wire.c - sockets and OpenSSL behind one small door. Descriptors are non-blocking; waiting is poll with a
 * deadline. */
#include "clients/lib/wire.h"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

int64_t wire_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool poll_until(int fd, short events, int64_t deadline)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = events };
		int64_t left = deadline - wire_now();
		int n = poll(&p, 1, left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left);

		if (n > 0)
			return true;
		if (n == 0 || errno != EINTR)
			return false;
	}
}

static bool failed(char *err, size_t size, const struct url *url, const char *why)
{
	snprintf(err, size, "no connection to %s: %s", url->is_unix ? url->host : url->authority, why);
	return false;
}

/* --- the socket ------------------------------------------------------------------------------------- */

/* 0, or the error's number. */
static int connect_until(int fd, const struct sockaddr *address, socklen_t len, int64_t deadline)
{
	int error = 0;
	socklen_t size = sizeof error;

	if (connect(fd, address, len) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	if (!poll_until(fd, POLLOUT, deadline))
		return ETIMEDOUT;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	return error;
}

static int try_address(
        struct wire *w, int family, const struct sockaddr *address, socklen_t len, int64_t deadline)
{
	int error, one = 1;

	w->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (w->fd < 0)
		return errno;
	error = connect_until(w->fd, address, len, deadline);
	if (error) {
		close(w->fd);
		w->fd = -1;
	} else if (family != AF_UNIX) {
		setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	}
	return error;
}

static bool unix_open(struct wire *w, const struct url *url, int64_t deadline, char *err, size_t err_size)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int error;

	if ((size_t)snprintf(address.sun_path, sizeof address.sun_path, "%s", url->host) >=
	        sizeof address.sun_path)
		return failed(err, err_size, url, "the path is too long for a socket");
	error = try_address(w, AF_UNIX, (struct sockaddr *)&address, sizeof address, deadline);
	return error == 0 || failed(err, err_size, url, strerror(error));
}

static bool tcp_open(struct wire *w, const struct url *url, int64_t deadline, char *err, size_t err_size)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *all;
	int error = getaddrinfo(url->host, url->port, &hints, &all);

	if (error)
		return failed(err, err_size, url, gai_strerror(error));
	error = EHOSTUNREACH;
	for (struct addrinfo *a = all; a && error; a = a->ai_next)
		error = try_address(w, a->ai_family, a->ai_addr, a->ai_addrlen, deadline);
	freeaddrinfo(all);
	return error == 0 || failed(err, err_size, url, strerror(error));
}

/* --- TLS -------------------------------------------------------------------------------------------- */

static bool is_address(const char *host)
{
	ASN1_OCTET_STRING *ip = a2i_IPADDRESS(host);

	ASN1_OCTET_STRING_free(ip);
	return ip != NULL;
}

static bool tls_prepare(struct wire *w, const struct url *url, const char *ca_file)
{
	w->tls_context = SSL_CTX_new(TLS_client_method());
	if (!w->tls_context || !SSL_CTX_set_min_proto_version(w->tls_context, TLS1_2_VERSION))
		return false;
	if (ca_file ? !SSL_CTX_load_verify_locations(w->tls_context, ca_file, NULL)
	            : !SSL_CTX_set_default_verify_paths(w->tls_context))
		return false;
	SSL_CTX_set_verify(w->tls_context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(w->tls_context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	w->tls = SSL_new(w->tls_context);
	if (!w->tls || !SSL_set_fd(w->tls, w->fd))
		return false;
	if (is_address(url->host))
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(w->tls), url->host);
	return SSL_set1_host(w->tls, url->host) && SSL_set_tlsext_host_name(w->tls, url->host);
}

/* Waits for what TLS wants next. False: it will not come. */
static bool tls_wait(struct wire *w, int result, int64_t deadline)
{
	switch (SSL_get_error(w->tls, result)) {
	case SSL_ERROR_WANT_READ:
		return poll_until(w->fd, POLLIN, deadline);
	case SSL_ERROR_WANT_WRITE:
		return poll_until(w->fd, POLLOUT, deadline);
	default:
		return false;
	}
}

static bool tls_open(struct wire *w, const struct url *url, const char *ca_file, int64_t deadline, char *err,
        size_t err_size)
{
	int result;

	ERR_clear_error();
	if (!tls_prepare(w, url, ca_file))
		return failed(err, err_size, url,
		        ca_file ? "TLS cannot be set up with the certificates given"
		                : "TLS cannot be set up");
	while ((result = SSL_connect(w->tls)) <= 0) {
		if (tls_wait(w, result, deadline))
			continue;
		if (SSL_get_verify_result(w->tls) != X509_V_OK)
			return failed(err, err_size, url,
			        X509_verify_cert_error_string(SSL_get_verify_result(w->tls)));
		return failed(err, err_size, url,
		        wire_now() >= deadline ? "TLS took too long" : "it does not speak TLS as we do");
	}
	return true;
}

/* --- both ------------------------------------------------------------------------------------------- */

bool wire_open(struct wire *w, const struct url *url, const char *ca_file, int64_t deadline, char *err,
        size_t err_size)
{
	bool ok;

	*w = (struct wire){ .fd = -1 };
	ok = url->is_unix ? unix_open(w, url, deadline, err, err_size)
	                  : tcp_open(w, url, deadline, err, err_size);
	if (ok && url->is_tls)
		ok = tls_open(w, url, ca_file, deadline, err, err_size);
	if (!ok)
		wire_close(w);
	return ok;
}

void wire_close(struct wire *w)
{
	SSL_free(w->tls);
	SSL_CTX_free(w->tls_context);
	if (w->fd >= 0)
		close(w->fd);
	*w = (struct wire){ .fd = -1 };
}

ssize_t wire_read(struct wire *w, void *buffer, size_t size)
{
	ssize_t n;

	if (w->tls) {
		int error;

		ERR_clear_error();
		n = SSL_read(w->tls, buffer, size > INT32_MAX ? INT32_MAX : (int)size);
		if (n > 0)
			return n;
		error = SSL_get_error(w->tls, (int)n);
		return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? 0 : -1;
	}
	do
		n = recv(w->fd, buffer, size, 0);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return n;
	return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : -1;
}

bool wire_wait(struct wire *w, int64_t deadline)
{
	return (w->tls && SSL_pending(w->tls) > 0) || poll_until(w->fd, POLLIN, deadline);
}

static bool tls_write(struct wire *w, const char *bytes, size_t len, int64_t deadline)
{
	while (len > 0) {
		int n;

		ERR_clear_error();
		n = SSL_write(w->tls, bytes, len > INT32_MAX ? INT32_MAX : (int)len);
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (!tls_wait(w, n, deadline)) {
			return false;
		}
	}
	return true;
}

bool wire_write(struct wire *w, const void *bytes, size_t len, int64_t deadline)
{
	const char *at = bytes;

	if (w->tls)
		return tls_write(w, at, len, deadline);
	while (len > 0) {
		ssize_t n = send(w->fd, at, len, MSG_NOSIGNAL);

		if (n > 0) {
			at += n;
			len -= (size_t)n;
		} else if (errno != EINTR && (errno != EAGAIN || !poll_until(w->fd, POLLOUT, deadline))) {
			return false;
		}
	}
	return true;
}
