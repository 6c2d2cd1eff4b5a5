/* credential.c - where the token lies: credentials.json in the user's own configuration folder, mode 0600. */
#include "clients/cli/cli.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define TOKEN_MAX 200

static bool folder_path(char ret_path[PATH_MAX])
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int len = -1;

	if (config && *config == '/')
		len = snprintf(ret_path, PATH_MAX, "%s/korsdrag", config);
	else if (home && *home == '/')
		len = snprintf(ret_path, PATH_MAX, "%s/.config/korsdrag", home);
	return len > 0 && len < PATH_MAX - 32;
}

static bool file_path(char ret_path[PATH_MAX])
{
	if (!folder_path(ret_path))
		return false;
	strcat(ret_path, "/credentials.json");
	return true;
}

json_t *credential_load(void)
{
	char path[PATH_MAX];

	return file_path(path) ? json_load_file(path, 0, NULL) : NULL;
}

static bool folders_make(void)
{
	char path[PATH_MAX];

	if (!folder_path(path))
		return false;
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* Written beside and renamed, so that a full disk leaves the old one. */
bool credential_store(const char *url, const char *token)
{
	char path[PATH_MAX], beside[PATH_MAX + 8];
	json_t *value = json_pack("{s:s, s:s}", "url", url, "token", token);
	bool ok = false;
	int fd = -1;

	if (value && folders_make() && file_path(path)) {
		snprintf(beside, sizeof beside, "%s.new", path);
		unlink(beside);
		fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	}
	if (fd >= 0) {
		ok = json_dumpfd(value, fd, JSON_INDENT(2)) == 0 && fsync(fd) == 0;
		ok = close(fd) == 0 && ok && rename(beside, path) == 0;
	}
	json_decref(value);
	if (!ok)
		cli_say("the token cannot be stored in the configuration folder: %s", strerror(errno));
	return ok;
}

bool credential_remove(void)
{
	char path[PATH_MAX];

	return file_path(path) && (unlink(path) == 0 || errno == ENOENT);
}

static void echo_set(bool is_on)
{
	struct termios t;

	if (tcgetattr(STDIN_FILENO, &t) != 0)
		return;
	t.c_lflag = is_on ? t.c_lflag | ECHO : t.c_lflag & ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &t);
}

char *token_read(const char *file)
{
	FILE *f = file && strcmp(file, "-") != 0 ? fopen(file, "re") : stdin;
	bool asks = f == stdin && isatty(STDIN_FILENO);
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (!f) {
		cli_say("%s cannot be read: %s", file, strerror(errno));
		return NULL;
	}
	if (asks) {
		fputs("Token: ", stderr);
		echo_set(false);
	}
	len = getline(&line, &size, f);
	if (asks) {
		echo_set(true);
		fputc('\n', stderr);
	}
	if (f != stdin)
		fclose(f);
	while (len > 0 && strchr(" \t\r\n", line[len - 1]))
		line[--len] = '\0';
	if (len <= 0 || len > TOKEN_MAX || strpbrk(line, " \t\r\n")) {
		cli_say("there is no token in %s", file ? file : "the input");
		free(line);
		return NULL;
	}
	return line;
}
