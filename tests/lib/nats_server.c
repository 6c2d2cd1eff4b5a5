/* nats_server.c - starts Debian's nats-server, and asks its monitoring who listens to what. */
#include "nats_server.h"
#include "port.h"
#include "require.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_MS 20000

static void sleep_ms(int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

void nats_server_init(struct nats_server *s, const char *folder)
{
	*s = (struct nats_server){ .port = port_take_in(folder), .cluster = port_take_in(folder), .monitor = port_take_in(folder) };
	snprintf(s->folder, sizeof s->folder, "%s/nats-%d", folder, s->port);
	require(s->monitor && mkdir(s->folder, 0700) == 0, "no ports or folder in %s", folder);
}

/* The body of what the monitoring says; NULL when nobody answers. The caller's to free. */
static char *monitor_get(const struct nats_server *s, const char *path)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)s->monitor), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char request[128], part[4096], *text = NULL;
	size_t size;
	ssize_t len;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	FILE *out;

	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
		close(fd);
		return NULL;
	}
	snprintf(request, sizeof request, "GET %s HTTP/1.0\r\n\r\n", path);
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) <= 0) {
		close(fd);
		return NULL;
	}
	out = open_memstream(&text, &size);
	while ((len = recv(fd, part, sizeof part, 0)) > 0)
		fwrite(part, 1, (size_t)len, out);
	fclose(out);
	close(fd);
	return text;
}

void nats_server_start(struct nats_server *s)
{
	char path[128], *answer = NULL;
	FILE *f;

	snprintf(path, sizeof path, "%s/nats.conf", s->folder);
	f = fopen(path, "we");
	fprintf(f, "listen: 127.0.0.1:%d\nhttp: 127.0.0.1:%d\n%s\n", s->port, s->monitor, s->more);
	fclose(f);
	s->pid = fork();
	if (s->pid == 0) {
		char log[128];
		int fd;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		snprintf(log, sizeof log, "%s/log", s->folder);
		fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		execlp("nats-server", "nats-server", "-c", path, (char *)NULL);
		_exit(127);
	}
	for (int waited = 0; !(answer = monitor_get(s, "/varz")); waited += 20) {
		require(waited < START_MS && waitpid(s->pid, NULL, WNOHANG) == 0, "nats-server did not start: see %s/log", s->folder);
		sleep_ms(20);
	}
	free(answer);
}

void nats_server_kill(struct nats_server *s)
{
	if (!s->pid)
		return;
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	s->pid = 0;
}

void nats_server_freeze(struct nats_server *s)
{
	kill(s->pid, SIGSTOP);
}

void nats_server_thaw(struct nats_server *s)
{
	kill(s->pid, SIGCONT);
}

void nats_server_end(struct nats_server *s)
{
	char command[128];

	nats_server_kill(s);
	snprintf(command, sizeof command, "rm -r '%s'", s->folder);
	require(system(command) == 0, "%s", command);
}

json_t *nats_server_asked(const struct nats_server *s, const char *path)
{
	char *answer = monitor_get(s, path);
	const char *body = answer ? strstr(answer, "\r\n\r\n") : NULL;
	json_t *said = body ? json_loads(body + 4, 0, NULL) : NULL;

	require(said, "nats-server does not answer %s: %s", path, answer ? answer : "");
	free(answer);
	return said;
}

static bool wants(const json_t *connection, const char *subject)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(connection, "subscriptions_list"), i, one)
		if (strcmp(json_string_value(one), subject) == 0)
			return true;
	return false;
}

int nats_server_interest(const struct nats_server *s, const char *subject)
{
	json_t *said = nats_server_asked(s, "/connz?subs=1"), *one;
	int count = 0;
	size_t i;

	json_array_foreach(json_object_get(said, "connections"), i, one)
		count += wants(one, subject);
	json_decref(said);
	return count;
}

json_int_t nats_server_number(const struct nats_server *s, const char *subject, const char *what)
{
	json_t *said = nats_server_asked(s, "/connz?subs=1"), *one;
	json_int_t number = -1;
	int count = 0;
	size_t i;

	json_array_foreach(json_object_get(said, "connections"), i, one) {
		if (!wants(one, subject))
			continue;
		count++;
		number = json_integer_value(json_object_get(one, what));
	}
	json_decref(said);
	return count == 1 ? number : -1;
}

void nats_server_certificates(const struct nats_server *s, const char *authority, const char *server, const char *address)
{
	char command[1200];

	snprintf(command, sizeof command,
		"cd '%s' && exec >openssl.log 2>&1 && "
		"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=%s' -keyout %s.key -out %s.pem && "
		"openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=%s' -addext subjectAltName=%s "
		"-keyout %s.key -out %s.csr && "
		"openssl x509 -req -in %s.csr -CA %s.pem -CAkey %s.key -CAcreateserial -days 2 -copy_extensions copy -out %s.pem",
		s->folder, authority, authority, authority, strchr(address, ':') + 1, address, server, server, server, authority, authority, server);
	require(system(command) == 0, "openssl failed: see %s/openssl.log", s->folder);
}

void nats_server_file(const struct nats_server *s, const char *name, const char *line)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", s->folder, name);
	f = fopen(path, "we");
	require(f, "%s", path);
	fprintf(f, "%s\n", line);
	fclose(f);
	chmod(path, 0600);
}
