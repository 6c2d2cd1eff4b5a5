/* export_json.c - the whole board, in the form that imports again. And how all forms go through its cards. */
#include "board/export.h"
#include "protocol/board_file.h"
#include <stdlib.h>
#include <string.h>

size_t export_next(const struct kd_board_snapshot *b, const char *section, size_t from)
{
	for (; from < b->cards.count; from++) {
		const char *in = b->cards.items[from].section;

		if (section ? in && strcmp(in, section) == 0 : !in)
			break;
	}
	return from;
}

size_t export_count(const struct kd_board_snapshot *b, const char *section)
{
	size_t count = 0;

	for (size_t i = export_next(b, section, 0); i < b->cards.count; i = export_next(b, section, i + 1))
		count++;
	return count;
}

/* Sections by their places from 1; not set for loose ones. */
static struct kd_opt_int place_of(const struct kd_board_snapshot *b, const char *section)
{
	for (size_t i = 0; section && i < b->sections.count; i++)
		if (strcmp(b->sections.items[i].id, section) == 0)
			return (struct kd_opt_int){ true, (int64_t)i + 1 };
	return (struct kd_opt_int){ 0 };
}

static void fill(struct kd_board_file *file, const struct kd_board_snapshot *b)
{
	for (size_t i = 0; i < b->sections.count; i++) {
		const struct kd_section *s = &b->sections.items[i];

		file->sections.items[file->sections.count++] = (struct kd_file_section){ s->title, s->x, s->y, s->width, s->height };
	}
	for (size_t i = 0; i < b->cards.count; i++) {
		const struct kd_card *c = &b->cards.items[i];

		file->cards.items[file->cards.count++] = (struct kd_file_card){ .section = place_of(b, c->section), .text = c->text,
			.colour = c->colour, .x = c->x, .y = c->y, .width = c->width, .height = c->height, .author = c->author.name,
			.organisation = c->author.organisation.name, .created_at = { true, c->created_at } };
	}
}

static int add(const char *text, size_t len, void *out)
{
	buf_add(out, text, len);
	return 0;
}

bool export_json(const struct export *e, struct buf *out)
{
	const struct kd_board_snapshot *b = e->board;
	struct kd_board_file file = { .format = KD_BOARD_FILE_FORMAT, .version = KD_BOARD_FILE_VERSION, .title = b->board.title,
		.space = b->board.space.name, .template = b->board.template, .exported_at = { true, e->now_ms },
		.sections.items = calloc(b->sections.count + 1, sizeof(struct kd_file_section)),
		.cards.items = calloc(b->cards.count + 1, sizeof(struct kd_file_card)) };
	json_t *json = NULL;
	bool is_whole = false;

	if (file.sections.items && file.cards.items) {
		fill(&file, b);
		json = kd_encode(kd_board_file_fields, &file);
		is_whole = json && json_dump_callback(json, add, out, JSON_INDENT(1)) == 0;
		buf_add_char(out, '\n');
	}
	json_decref(json);
	free(file.sections.items);
	free(file.cards.items);
	return is_whole;
}
