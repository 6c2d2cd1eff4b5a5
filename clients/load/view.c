/* view.c - items by id, each a few named values, and what each event does to them. */
#include "clients/load/view.h"
#include "clients/load/value.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define FIELDS_MAX 24
#define NAMES_MAX 128
#define NAME_MAX_BYTES 64

struct field {
	const char *name; /* interned: equal names are equal pointers */
	char *value;      /* in one form, see value_write */
	uint32_t len, size;
};

struct item {
	uint8_t id[16];
	char kind; /* 'b' board or thread itself, 's' section, 'c' card, 'p' post */
	uint8_t count;
	struct field fields[FIELDS_MAX];
	UT_hash_handle hh;
};

struct view {
	enum stream_kind kind;
	bool is_part; /* earlier posts are not known */
	struct item *items;
	struct item self; /* the board or thread: its title, and a board's mode and timer */
};

/* --- names ------------------------------------------------------------------------------------------------ */

static const char *intern(const char *name, size_t len)
{
	static char names[NAMES_MAX][NAME_MAX_BYTES];
	static size_t lens[NAMES_MAX], count;

	for (size_t i = 0; i < count; i++)
		if (lens[i] == len && memcmp(names[i], name, len) == 0)
			return names[i];
	if (count == NAMES_MAX || len >= NAME_MAX_BYTES)
		return NULL;
	memcpy(names[count], name, len);
	lens[count] = len;
	return names[count++];
}

/* --- items ------------------------------------------------------------------------------------------------ */

static struct field *field_find(const struct item *item, const char *name)
{
	for (uint8_t i = 0; i < item->count; i++)
		if (item->fields[i].name == name)
			return (struct field *)&item->fields[i];
	return NULL;
}

static bool field_room(struct field *f, size_t len)
{
	char *more;

	if (len <= f->size)
		return true;
	more = realloc(f->value, len + 16);
	if (!more)
		return false;
	f->value = more;
	f->size = (uint32_t)len + 16;
	return true;
}

static bool field_set(struct item *item, const char *name, struct span value)
{
	struct field *f = name ? field_find(item, name) : NULL;

	if (!f) {
		if (!name || item->count == FIELDS_MAX)
			return false;
		f = &item->fields[item->count++];
		*f = (struct field){ .name = name };
	}
	if (!field_room(f, value.len))
		return false;
	f->len = (uint32_t)value_write(f->value, value);
	return true;
}

static void field_drop(struct item *item, const char *name)
{
	struct field *f = field_find(item, name);

	if (!f)
		return;
	free(f->value);
	*f = item->fields[--item->count];
}

static void fields_free(struct item *item)
{
	for (uint8_t i = 0; i < item->count; i++)
		free(item->fields[i].value);
	item->count = 0;
}

/* Every member of an object but `but`; objects within it as "outer.inner". */
static bool fields_set(struct item *item, const char *prefix, struct span object, const char *but)
{
	struct scan s = scan_of(object);
	struct span key;
	char name[NAME_MAX_BYTES];

	if (!scan_object(&s))
		return false;
	while (scan_member(&s, &key)) {
		struct span value = scan_value(&s);
		int len = snprintf(name, sizeof name, "%s%s%.*s", prefix, *prefix ? "." : "", (int)key.len, key.at);

		if (!value.at || len >= (int)sizeof name)
			return false;
		if (but && span_is(key, but))
			continue;
		if (*value.at == '{' ? !fields_set(item, name, value, NULL)
		                     : !field_set(item, intern(name, (size_t)len), value))
			return false;
	}
	return !s.has_failed;
}

static struct item *item_find(const struct view *v, struct span id_value)
{
	struct item *item = NULL;
	uint8_t id[16];

	if (uuid_read(span_text(id_value), id))
		HASH_FIND(hh, v->items, id, sizeof id, item);
	return item;
}

static void item_destroy(struct view *v, struct item *item)
{
	HASH_DEL(v->items, item);
	fields_free(item);
	free(item);
}

static bool item_put(struct view *v, char kind, struct span object)
{
	struct span id = scan_find(object, "id");
	struct item *item = item_find(v, id);

	if (!item) {
		item = calloc(1, sizeof *item);
		if (!item || !uuid_read(span_text(id), item->id)) {
			free(item);
			return false;
		}
		HASH_ADD(hh, v->items, id, sizeof item->id, item);
	}
	fields_free(item);
	item->kind = kind;
	return fields_set(item, "", object, NULL);
}

struct view *view_create(enum stream_kind kind)
{
	struct view *v = calloc(1, sizeof *v);

	if (!v)
		abort();
	v->kind = kind;
	v->self.kind = 'b';
	return v;
}

void view_destroy(struct view *v)
{
	struct item *item, *next;

	if (!v)
		return;
	HASH_ITER(hh, v->items, item, next)
	{
		item_destroy(v, item);
	}
	fields_free(&v->self);
	free(v);
}

/* --- snapshots -------------------------------------------------------------------------------------------- */

static bool items_put(struct view *v, char kind, struct span list)
{
	struct scan s = scan_of(list);

	if (!scan_list(&s))
		return false;
	while (scan_item(&s))
		if (!item_put(v, kind, scan_value(&s)))
			return false;
	return !s.has_failed;
}

static bool title_set(struct view *v, struct span object)
{
	struct span title = scan_find(object, "title");

	return title.at && field_set(&v->self, intern("title", 5), title);
}

/* A board's timer, as "timer.…"; nothing when there is none. */
static bool timer_set(struct view *v, struct span timer)
{
	for (uint8_t i = v->self.count; i > 0; i--)
		if (strncmp(v->self.fields[i - 1].name, "timer.", 6) == 0)
			field_drop(&v->self, v->self.fields[i - 1].name);
	return !timer.at || fields_set(&v->self, "timer", timer, NULL);
}

static bool mode_set(struct view *v, struct span mode)
{
	return !mode.at || field_set(&v->self, intern("mode", 4), mode);
}

/* As the server makes it. */
static bool board_made(struct view *v, struct span body)
{
	return title_set(v, body) && mode_set(v, (struct span){ "\"write\"", 7 });
}

static bool board_take(struct view *v, struct span board)
{
	return title_set(v, board) && mode_set(v, scan_find(board, "mode")) && timer_set(v, scan_find(board, "timer"));
}

bool view_take_snapshot(struct view *v, struct span snapshot)
{
	struct span posts = scan_find(snapshot, "posts");
	struct scan first = scan_of(posts);

	if (v->kind == STREAM_BOARD)
		return board_take(v, scan_find(snapshot, "board")) && items_put(v, 's', scan_find(snapshot, "sections")) &&
		       items_put(v, 'c', scan_find(snapshot, "cards"));
	if (scan_list(&first) && scan_item(&first))
		v->is_part = span_int(scan_find(scan_value(&first), "number"), 1) != 1;
	return title_set(v, scan_find(snapshot, "thread")) && items_put(v, 'p', posts);
}

/* --- events ----------------------------------------------------------------------------------------------- */

static void section_gone(struct view *v, struct span section)
{
	const char *name = intern("section", 7);
	struct item *item, *next;
	char id[64];
	size_t len = value_write(id, section);

	HASH_ITER(hh, v->items, item, next)
	{
		struct field *f = item->kind == 'c' ? field_find(item, name) : NULL;

		if (f && f->len == len && memcmp(f->value, id, len) == 0)
			field_drop(item, name);
	}
}

static bool item_change(struct view *v, const char *noun, struct span body)
{
	struct item *item = item_find(v, scan_find(body, noun));

	return item ? fields_set(item, "", body, noun) : v->is_part;
}

static bool item_gone(struct view *v, struct span id)
{
	struct item *item = item_find(v, id);

	if (item)
		item_destroy(v, item);
	return item != NULL;
}

/* What is locked says so. */
static bool item_lock(struct view *v, struct span id, bool is_locked)
{
	static const struct span yes = { "true", 4 };
	struct item *item = item_find(v, id);

	if (item && !is_locked)
		field_drop(item, intern("locked", 6));
	return item && (!is_locked || field_set(item, intern("locked", 6), yes));
}

static bool section_apply(struct view *v, struct span type, struct span body)
{
	if (span_is(type, "section.locked") || span_is(type, "section.unlocked"))
		return item_lock(v, scan_find(body, "section"), span_is(type, "section.locked"));
	if (span_is(type, "section.created"))
		return item_put(v, 's', scan_find(body, "section"));
	if (span_is(type, "section.changed"))
		return item_change(v, "section", body);
	if (!span_is(type, "section.deleted") || !item_gone(v, scan_find(body, "section")))
		return false;
	section_gone(v, scan_find(body, "section"));
	return true;
}

static bool card_apply(struct view *v, struct span type, struct span body)
{
	struct item *card;

	if (span_is(type, "card.created") || span_is(type, "card.restored"))
		return item_put(v, 'c', scan_find(body, "card"));
	if (span_is(type, "card.deleted"))
		return item_gone(v, scan_find(body, "card"));
	if (span_is(type, "card.locked") || span_is(type, "card.unlocked"))
		return item_lock(v, scan_find(body, "card"), span_is(type, "card.locked"));
	card = item_find(v, scan_find(body, "card"));
	if (card && span_is(type, "card.moved"))
		field_drop(card, intern("section", 7)); /* not given: loose */
	return card && fields_set(card, "", body, "card");
}

static bool post_apply(struct view *v, struct span type, struct span body)
{
	static const struct span nothing = { "\"\"", 2 }, yes = { "true", 4 };
	struct item *post;

	if (span_is(type, "post.created"))
		return item_put(v, 'p', scan_find(body, "post"));
	if (span_is(type, "post.edited"))
		return item_change(v, "post", body);
	post = item_find(v, scan_find(body, "post"));
	if (!post || !span_is(type, "post.deleted"))
		return v->is_part;
	return field_set(post, intern("text", 4), nothing) && field_set(post, intern("html", 4), nothing) &&
	       field_set(post, intern("deleted", 7), yes);
}

static bool begins(struct span type, const char *noun)
{
	return type.len > strlen(noun) && memcmp(type.at, noun, strlen(noun)) == 0;
}

bool view_apply(struct view *v, struct span type, struct span body)
{
	if (!type.at || !body.at)
		return false;
	if (begins(type, "card."))
		return card_apply(v, type, body);
	if (begins(type, "section."))
		return section_apply(v, type, body);
	if (begins(type, "post."))
		return post_apply(v, type, body);
	if (begins(type, "vote.")) /* votes change no card */
		return true;
	if (begins(type, "timer."))
		return timer_set(v, scan_find(body, "timer"));
	if (span_is(type, "board.created"))
		return board_made(v, body);
	if (span_is(type, "board.mode_set"))
		return mode_set(v, scan_find(body, "mode"));
	return (begins(type, "board.") || begins(type, "thread.")) && title_set(v, body);
}

/* --- comparing ---------------------------------------------------------------------------------------------- */

static bool differs(const struct item *a, const char *name, const struct field *x, const struct field *y, char *ret_how,
        size_t size)
{
	snprintf(ret_how, size, "%s of %c %02x%02x…%02x%02x is %.*s here and %.*s there", name, a->kind, a->id[0], a->id[1],
	        a->id[14], a->id[15], x ? (int)x->len : 4, x ? x->value : "none", y ? (int)y->len : 4, y ? y->value : "none");
	return false;
}

static bool item_equals(const struct item *a, const struct item *b, char *ret_how, size_t size)
{
	for (uint8_t i = 0; i < a->count; i++) {
		const struct field *x = &a->fields[i], *y = field_find(b, x->name);

		if (!y || x->len != y->len || memcmp(x->value, y->value, x->len) != 0)
			return differs(a, x->name, x, y, ret_how, size);
	}
	for (uint8_t i = 0; i < b->count; i++)
		if (!field_find(a, b->fields[i].name))
			return differs(a, b->fields[i].name, NULL, &b->fields[i], ret_how, size);
	return true;
}

/* Everything of a that b must have as well. */
static bool holds(const struct view *a, const struct view *b, char *ret_how, size_t size)
{
	struct item *item, *next, *other;

	HASH_ITER(hh, a->items, item, next)
	{
		HASH_FIND(hh, b->items, item->id, sizeof item->id, other);
		if (!other && b->is_part)
			continue;
		if (!other) {
			snprintf(ret_how, size, "a %c %02x%02x…%02x%02x is here and not there", item->kind, item->id[0],
			        item->id[1], item->id[14], item->id[15]);
			return false;
		}
		if (!item_equals(item, other, ret_how, size))
			return false;
	}
	return true;
}

bool view_equals(const struct view *a, const struct view *b, char *ret_how, size_t size)
{
	return item_equals(&a->self, &b->self, ret_how, size) && holds(a, b, ret_how, size) && holds(b, a, ret_how, size);
}
