/* cost_reference.c - link definitions that are used again and again.
 *
 * Every use of [label] copies the definition's address and title, so n definitions of n bytes used n times cost n³.
 * Labels are compared by a hash of their letters; what could match more than it seems to (characters beyond ASCII
 * fold in ways of their own, backslashes hide brackets) counts as a use of everything. */
#include "text/cost.h"
#include <stdint.h>
#include <stdlib.h>

#define LABEL_MAX 1000 /* CommonMark's own bound: longer ones are no labels */
#define SLOTS 1024
#define DEFINITIONS_MAX 256

struct slot {
	uint64_t label; /* 0: free */
	size_t size;    /* of all definitions of this label */
	size_t uses;
};

struct references {
	struct slot slots[SLOTS];
	size_t definitions;
	size_t all_size, wild_size; /* of all definitions; of those with labels that anything may match */
	size_t all_uses, wild_uses;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '>'; /* a quote's mark stands between lines */
}

/* 0 when the label is wild. */
static uint64_t label_hash(const char *s, size_t len)
{
	uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */
	bool was_space = true;

	while (len && is_space(s[len - 1]))
		len--;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x80 || c == '\\')
			return 0;
		if (is_space(s[i])) {
			if (was_space)
				continue;
			c = ' ';
		}
		was_space = c == ' ';
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		h = (h ^ c) * UINT64_C(1099511628211);
	}
	return h ? h : 1;
}

/* The label's slot; NULL when it has none and none is to be made. */
static struct slot *slot_get(struct references *r, uint64_t label, bool is_new)
{
	for (size_t i = label % SLOTS;; i = (i + 1) % SLOTS) {
		struct slot *s = &r->slots[i];

		if (s->label == label)
			return s;
		if (!s->label) {
			if (is_new)
				s->label = label;
			return is_new ? s : NULL;
		}
	}
}

static size_t skip_spaces(const char *text, size_t len, size_t at)
{
	while (at < len && is_space(text[at]))
		at++;
	return at;
}

/* Where what stands behind "]:" ends: an address, and perhaps a title in quotes that may run over many lines. */
static size_t definition_end(const char *text, size_t len, size_t at)
{
	size_t end, title;
	char quote;

	at = skip_spaces(text, len, at);
	if (at < len && text[at] == '<')
		while (at < len && text[at] != '>' && text[at] != '\n')
			at++;
	while (at < len && text[at] != ' ' && text[at] != '\t' && text[at] != '\n' && text[at] != '\r')
		at++;
	end = at;
	title = skip_spaces(text, len, at);
	if (title >= len || (text[title] != '"' && text[title] != '\'' && text[title] != '('))
		return end;
	quote = text[title] == '(' ? ')' : text[title];
	for (at = title + 1; at < len && text[at] != quote; at++)
		if (text[at] == '\\' && at + 1 < len)
			at++;
	return at < len ? at + 1 : end;
}

/* Calls `found` for each "[label]" of at most LABEL_MAX bytes without another bracket in it, and for those in which a
 * backslash may hide one. */
static bool labels_walk(struct references *r, const char *text, size_t len,
	bool (*found)(struct references *r, uint64_t label, const char *text, size_t len, size_t behind))
{
	size_t open = SIZE_MAX;

	for (size_t at = 0; at < len; at++) {
		if (text[at] == '[')
			open = at;
		if (text[at] != ']')
			continue;
		if (open == SIZE_MAX || at - open - 1 > LABEL_MAX)
			continue;
		if (!found(r, label_hash(text + open + 1, at - open - 1), text, len, at + 1))
			return false;
		if (text[at - 1] != '\\')
			open = SIZE_MAX;
	}
	return true;
}

static bool definition_add(struct references *r, uint64_t label, const char *text, size_t len, size_t behind)
{
	size_t size;

	if (behind >= len || text[behind] != ':')
		return true;
	if (++r->definitions > DEFINITIONS_MAX)
		return false;
	size = definition_end(text, len, behind + 1) - behind;
	r->all_size += size;
	if (label)
		slot_get(r, label, true)->size += size;
	else
		r->wild_size += size;
	return true;
}

static bool use_add(struct references *r, uint64_t label, const char *text, size_t len, size_t behind)
{
	struct slot *s = label ? slot_get(r, label, false) : NULL;

	(void)text; /* before a colon it may be a use all the same: "see [a]: there" */
	(void)len;
	(void)behind;
	r->all_uses++;
	if (!label)
		r->wild_uses++;
	if (s)
		s->uses++;
	return true;
}

static bool sums_are_fair(const struct references *r)
{
	size_t cost = r->wild_size * r->all_uses + r->all_size * r->wild_uses;

	for (size_t i = 0; i < SLOTS && cost <= COST_REFERENCES; i++)
		cost += r->slots[i].size * r->slots[i].uses;
	return cost <= COST_REFERENCES;
}

bool cost_references_are_fair(const char *text, size_t len)
{
	struct references *r = calloc(1, sizeof *r);
	bool ok;

	if (!r)
		return false;
	ok = labels_walk(r, text, len, definition_add);
	if (ok && r->definitions)
		ok = labels_walk(r, text, len, use_add) && sums_are_fair(r);
	free(r);
	return ok;
}
