#include "text/csv.h"
#include <string.h>

void csv_begin(struct csv *csv, const char *text, size_t len)
{
	int commas = 0, semicolons = 0;

	csv->at = text;
	csv->end = text + len;
	csv->line = 1;
	if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		csv->at += 3;
	for (const char *s = csv->at; s < csv->end && *s != '\n' && *s != '\r'; s++) {
		commas += *s == ',';
		semicolons += *s == ';';
	}
	csv->separator = semicolons > commas ? ';' : ',';
}

static bool is_at_line_end(const struct csv *csv)
{
	return csv->at == csv->end || *csv->at == '\n' || *csv->at == '\r';
}

/* Past LF, CR LF or a lone CR. */
static void take_line_end(struct csv *csv)
{
	if (csv->at < csv->end && *csv->at == '\r')
		csv->at++;
	else if (csv->at < csv->end && *csv->at == '\n') {
		csv->at++;
		csv->line++;
		return;
	} else
		return;
	if (csv->at < csv->end && *csv->at == '\n')
		csv->at++;
	csv->line++;
}

static void take_line(struct csv *csv)
{
	while (!is_at_line_end(csv))
		csv->at++;
	take_line_end(csv);
}

static const char *trimmed(struct arena *mem, const char *text, size_t len)
{
	while (len > 0 && (text[0] == ' ' || text[0] == '\t')) {
		text++;
		len--;
	}
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	return arena_strndup(mem, text, len);
}

/* At the opening quote. NULL: broken. */
static const char *quoted_field(struct csv *csv, struct arena *mem, const char **ret_reason)
{
	const char *start = ++csv->at;
	char *text;
	size_t n = 0;

	for (;; csv->at++) {
		if (csv->at == csv->end) {
			*ret_reason = "a quote is opened and not closed";
			return NULL;
		}
		if (*csv->at != '"')
			continue;
		if (csv->at + 1 == csv->end || csv->at[1] != '"')
			break;
		csv->at++;
	}
	text = arena_alloc(mem, (size_t)(csv->at - start) + 1);
	for (const char *s = start; s < csv->at; s++) {
		text[n++] = *s;
		if (*s == '"')
			s++; /* doubled */
		else if (*s == '\n' || (*s == '\r' && s[1] != '\n'))
			csv->line++;
	}
	csv->at++;
	while (csv->at < csv->end && *csv->at == ' ')
		csv->at++;
	if (!is_at_line_end(csv) && *csv->at != csv->separator) {
		*ret_reason = "text follows a closing quote";
		return NULL;
	}
	return trimmed(mem, text, n);
}

static const char *plain_field(struct csv *csv, struct arena *mem, const char **ret_reason)
{
	const char *start = csv->at;

	for (; !is_at_line_end(csv) && *csv->at != csv->separator; csv->at++)
		if (*csv->at == '"') {
			*ret_reason = "a quote stands inside a field that does not begin with one";
			return NULL;
		}
	return trimmed(mem, start, (size_t)(csv->at - start));
}

static const char *field(struct csv *csv, struct arena *mem, const char **ret_reason)
{
	const char *s = csv->at;

	while (s < csv->end && *s == ' ')
		s++;
	if (s == csv->end || *s != '"')
		return plain_field(csv, mem, ret_reason);
	csv->at = s;
	return quoted_field(csv, mem, ret_reason);
}

static bool record(struct csv *csv, struct arena *mem, struct csv_record *ret, const char **ret_reason)
{
	for (;; csv->at++) { /* over the separator */
		if (ret->count == CSV_FIELDS_MAX) {
			*ret_reason = "it has too many columns";
			return false;
		}
		ret->fields[ret->count] = field(csv, mem, ret_reason);
		if (!ret->fields[ret->count])
			return false;
		ret->count++;
		if (is_at_line_end(csv))
			break;
	}
	take_line_end(csv);
	return true;
}

enum csv_result csv_next(
        struct csv *csv, struct arena *mem, struct csv_record *ret_record, const char **ret_reason)
{
	struct csv start;

	while (csv->at < csv->end && is_at_line_end(csv))
		take_line_end(csv);
	if (csv->at == csv->end)
		return CSV_END;
	start = *csv;
	memset(ret_record, 0, sizeof(*ret_record));
	ret_record->line = csv->line;
	if (record(csv, mem, ret_record, ret_reason))
		return CSV_RECORD;
	*csv = start; /* a stray quote may have swallowed good lines: they are read again */
	take_line(csv);
	return CSV_BROKEN;
}
