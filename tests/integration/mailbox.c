/* mailbox.c - reads what a world's nodes have written instead of sending. */
#include "mailbox.h"
#include "http.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static bool is_mail(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && strcmp(name + len - 4, ".eml") == 0;
}

int mail_count(const struct world *w)
{
	char path[128];
	struct dirent *d;
	int count = 0;
	DIR *dir;

	snprintf(path, sizeof path, "%s/mail", w->folder);
	dir = opendir(path);
	while ((d = readdir(dir)))
		count += is_mail(d->d_name);
	closedir(dir);
	return count;
}

/* Ids are UUIDv7, so that names sort by time. */
char *mail_wait(const struct world *w, int count)
{
	char path[400], newest[256] = "", folder[128], *text, *out;
	struct dirent *d;
	DIR *dir;

	for (int64_t until = now_ms() + ANSWER_MS; mail_count(w) < count; wait_ms(10))
		cr_assert_lt(now_ms(), until, "no mail came");
	snprintf(folder, sizeof folder, "%s/mail", w->folder);
	dir = opendir(folder);
	while ((d = readdir(dir)))
		if (is_mail(d->d_name) && strcmp(d->d_name, newest) > 0)
			snprintf(newest, sizeof newest, "%s", d->d_name);
	closedir(dir);
	snprintf(path, sizeof path, "%s/%s", folder, newest);
	text = file_text(path);
	out = text;
	for (const char *in = text; *in; in++) { /* quoted-printable */
		unsigned byte;

		if (strncmp(in, "=\r\n", 3) == 0)
			in += 2;
		else if (*in == '=' && sscanf(in + 1, "%2x", &byte) == 1)
			*out++ = (char)byte, in += 2;
		else
			*out++ = *in;
	}
	*out = '\0';
	return text;
}

void link_of(const char *mail, char ret_token[44])
{
	const char *link = strstr(mail, ORIGIN "/sign-in/link#");

	cr_assert(link, "%s", mail);
	snprintf(ret_token, 44, "%s", link + strlen(ORIGIN "/sign-in/link#"));
}

void code_of(const char *mail, char ret_code[10])
{
	for (const char *line = mail; line; line = strchr(line + 1, '\n'))
		if (strcspn(line + 1, "-\r\n") == 4 && line[5] == '-' && strcspn(line + 6, "\r\n") == 4) {
			snprintf(ret_code, 10, "%s", line + 1);
			return;
		}
	cr_assert(false, "no code in %s", mail);
}
