/* cost.c - tables and nesting, counted line by line. */
#include "text/cost.h"
#include <string.h>

/* At a delimiter row the parser reads the lines before it anew, in time that grows with the square of their number and
 * of the pipes in one: measured 150 ms for 16,000 lines, 260 ms for 16,000 pipes. */
#define LINES_BEFORE 512
#define PIPES_IN_LINE 256

/* Each link makes the parser walk over every open emphasis before it, some 3 ns a step. */
#define LINK_STEPS 4000000

struct table_count {
	size_t open;  /* columns of the delimiter rows since the last blank line */
	size_t cells; /* each line after a delimiter row may become a row of as many cells */
	size_t lines; /* since the last blank line, */
	size_t pipes; /* and the most pipes in one of them */
};

/* "3." or "12)" or one of - + *, followed by a blank or the line's end: its length, or 0. */
static size_t list_marker(const char *s, size_t len)
{
	size_t n = 0;

	if (len && (s[0] == '-' || s[0] == '+' || s[0] == '*')) {
		n = 1;
	} else {
		while (n < len && n < 9 && s[n] >= '0' && s[n] <= '9')
			n++;
		if (n == 0 || n == len || (s[n] != '.' && s[n] != ')'))
			return 0;
		n++;
	}
	return n == len || s[n] == ' ' || s[n] == '\t' ? n : 0;
}

/* How many containers a line opens or goes on with. */
static size_t line_nesting(const char *s, size_t len)
{
	size_t depth = 0, n;

	for (size_t i = 0; i < len; i += n) {
		if (s[i] == ' ' || s[i] == '\t') {
			n = 1;
		} else if (s[i] == '>') {
			n = 1;
			depth++;
		} else {
			n = list_marker(s + i, len - i);
			if (!n)
				break;
			depth++;
		}
	}
	return depth;
}

/* The columns of a row such as "| :-- | --- |", which makes a table of the line before it; 0 for other lines. */
static size_t delimiter_columns(const char *s, size_t len)
{
	size_t pipes = 0, dashes = 0, colons = 0;

	for (size_t i = 0; i < len; i++) {
		pipes += s[i] == '|';
		dashes += s[i] == '-';
		colons += s[i] == ':';
		if (!strchr("|-: \t>\v\f", s[i]) || !s[i])
			return 0;
	}
	return dashes && pipes + colons ? pipes + 1 : 0;
}

static bool line_is_blank(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '>')
			return false;
	return true;
}

static size_t count(const char *s, size_t len, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += s[i] == c;
	return n;
}

static bool line_is_fair(const char *line, size_t len, struct table_count *t)
{
	size_t columns, pipes;

	if (line_nesting(line, len) > COST_NESTING)
		return false;
	if (line_is_blank(line, len)) {
		*t = (struct table_count){ .cells = t->cells };
		return true;
	}
	pipes = count(line, len, '|');
	if (pipes > t->pipes)
		t->pipes = pipes;
	columns = delimiter_columns(line, len);
	t->open += columns;
	t->cells += t->open;
	if (columns && t->lines > LINES_BEFORE)
		return false;
	t->lines++;
	if (t->open && t->pipes > PIPES_IN_LINE)
		return false;
	return columns <= COST_COLUMNS && t->cells <= COST_CELLS;
}

bool cost_blocks_are_fair(const char *text, size_t len)
{
	struct table_count t = { 0 };

	for (size_t at = 0, n; at < len; at += n + 1) {
		n = 0;
		while (at + n < len && text[at + n] != '\n' && text[at + n] != '\r')
			n++;
		if (!line_is_fair(text + at, n, &t))
			return false;
	}
	return true;
}

bool cost_links_are_fair(const char *text, size_t len)
{
	size_t marks = count(text, len, '*') + count(text, len, '_') + count(text, len, '~') + count(text, len, '[');

	return marks * count(text, len, ']') <= LINK_STEPS;
}

bool cost_is_fair(const char *text, size_t len)
{
	return cost_blocks_are_fair(text, len) && cost_links_are_fair(text, len) && cost_references_are_fair(text, len);
}
