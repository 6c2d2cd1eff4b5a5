/* expectations.c - reads permissions.txt. */
#include "expectations.h"
#include "harness.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME KORSDRAG_SOURCE "/tests/integration/permissions.txt"

struct group {
	char name[24], members[200];
};

/* Writes groups out in place. */
static void groups_replace(const struct group *groups, size_t count, const char *from, char *to, size_t size)
{
	size_t len = 0;

	while (*from && len + 1 < size) {
		const struct group *found = NULL;

		for (size_t i = 0; *from == '@' && i < count; i++)
			if (strncmp(from + 1, groups[i].name, strlen(groups[i].name)) == 0 && !isalpha((unsigned char)from[1 + strlen(groups[i].name)]))
				found = &groups[i];
		if (found) {
			len += (size_t)snprintf(to + len, size - len, "%s", found->members);
			from += 1 + strlen(found->name);
		} else {
			to[len++] = *from++;
		}
	}
	to[len] = '\0';
}

static void line_read(struct expectation *e, char *line)
{
	char object[48];
	int used = 0;

	must(sscanf(line, "%39s %47s %n", e->method, object, &used) == 2 && line[used], FILE_NAME ":%d cannot be read", e->line);
	snprintf(e->place, sizeof e->place, "%.*s", (int)strcspn(object, ":"), object);
	if (strchr(object, ':'))
		snprintf(e->variant, sizeof e->variant, "%s", strchr(object, ':') + 1);
	snprintf(e->clauses, sizeof e->clauses, "%s", line + used);
	must(kd_method_find(e->method), FILE_NAME ":%d: there is no method %s", e->line, e->method);
	must(strchr(e->clauses, '*'), FILE_NAME ":%d does not say what everybody else is answered", e->line);
}

struct expectation *expectations_read(size_t *ret_count)
{
	struct expectation *all = NULL;
	struct group groups[16];
	size_t count = 0, group_count = 0;
	char line[512], whole[800];
	FILE *f = fopen(FILE_NAME, "re");

	must(f, FILE_NAME " cannot be read");
	for (int number = 1; fgets(line, sizeof line, f); number++) {
		line[strcspn(line, "\n")] = '\0';
		if (!*line || *line == '#')
			continue;
		if (*line == '@') {
			must(group_count < 16, "too many groups");
			sscanf(line + 1, "%23s %199[^\n]", groups[group_count].name, groups[group_count].members);
			group_count++;
			continue;
		}
		groups_replace(groups, group_count, line, whole, sizeof whole);
		all = realloc(all, (count + 1) * sizeof *all);
		all[count] = (struct expectation){ .line = number };
		line_read(&all[count++], whole);
	}
	fclose(f);
	*ret_count = count;
	return all;
}

const char *expectation_for(const struct expectation *e, const char *who)
{
	static char answer[24];
	const char *clause = e->clauses;

	while (clause) {
		char text[400], *rest = text, *word;

		snprintf(text, sizeof text, "%.*s", (int)strcspn(clause, ";"), clause);
		while ((word = strsep(&rest, " ")) && !*word)
			;
		snprintf(answer, sizeof answer, "%s", word ? word : "");
		while ((word = strsep(&rest, " ")))
			if (strcmp(word, who) == 0 || strcmp(word, "*") == 0)
				return answer;
		clause = strchr(clause, ';');
		clause = clause ? clause + 1 : NULL;
	}
	must(false, FILE_NAME ":%d says nothing of %s", e->line, who);
	return "";
}
