/* board_write.c - a board's model read from rows, and what a batch has changed of its cards written as rows. */
#include "board/board_model.h"
#include "db/array.h"
#include "board_sql.h"
#include "card_sql.h"

static bool add_row(struct stream_model *m, const struct db_rows *rows, int i)
{
	const char *id = db_text(rows, i, "id");
	bool is_locked = db_bool(rows, i, "is_locked");

	switch (*db_text(rows, i, "what")) {
	case 'b':
		board_model_set(m, id, is_locked);
		return true;
	case 's':
		return board_model_add_section(m, id, is_locked);
	default:
		return board_model_add_card(m, id, db_text(rows, i, "section_id"), db_text(rows, i, "order"), db_int(rows, i, "revision"),
			is_locked);
	}
}

static struct stream_model *board_create(const struct db_rows *rows)
{
	struct stream_model *m = board_model_create();

	for (int i = 0; m && i < db_count(rows); i++) {
		if (!add_row(m, rows, i)) {
			board_model_destroy(m);
			return NULL;
		}
	}
	return m;
}

/* --- rows to arrays -------------------------------------------------------------------------------- */

/* In the order in which the statements take them, after the board; each has those before its end. */
enum { COL_ID, COL_SECTION, COL_ORDER, COL_X, COL_Y, COL_PLACED_END, COL_WIDTH = COL_PLACED_END, COL_HEIGHT, COL_TEXT, COL_REVISION,
	COL_COLOUR, COL_DELETED, COL_CHANGED_END, COL_BY = COL_CHANGED_END, COL_AT, COL_INSERTED_END };
#define COLUMN_MAX (64u << 20) /* bytes */

/* One loop, one batch being written at a time: what the statements point to lies here until they are sent. */
static struct columns {
	const struct db_stmt *stmt;
	int count; /* of its columns */
	struct buf bufs[COL_INSERTED_END];
	const char *params[COL_INSERTED_END + 1];
	size_t rows;
} tables[] = {
	{ .stmt = &Q_CARDS_INSERT, .count = COL_INSERTED_END },
	{ .stmt = &Q_CARDS_CHANGE, .count = COL_CHANGED_END },
	{ .stmt = &Q_CARDS_PLACE, .count = COL_PLACED_END },
};
enum { INSERTED, CHANGED, PLACED, TABLES };

static void columns_begin(struct columns *c)
{
	c->rows = 0;
	for (int i = 0; i < c->count; i++) {
		c->bufs[i].max = COLUMN_MAX;
		array_begin(&c->bufs[i]);
	}
}

static void columns_free(struct columns *c)
{
	for (int i = 0; i < c->count; i++)
		buf_finish(&c->bufs[i]);
}

static void opt_int(struct buf *b, bool is_set, int64_t value)
{
	if (is_set)
		array_int(b, value);
	else
		array_word(b, NULL);
}

static void add_place(struct columns *c, const struct card_row *row)
{
	struct buf *b = c->bufs;

	c->rows++;
	array_word(&b[COL_ID], row->id);
	array_word(&b[COL_SECTION], row->section[0] ? row->section : NULL);
	array_word(&b[COL_ORDER], row->is_placed ? row->order : NULL);
	opt_int(&b[COL_X], row->is_placed, row->x);
	opt_int(&b[COL_Y], row->is_placed, row->y);
}

static void add_rest(struct columns *c, const struct card_row *row)
{
	struct buf *b = c->bufs;

	opt_int(&b[COL_WIDTH], row->is_sized, row->width);
	opt_int(&b[COL_HEIGHT], row->is_sized, row->height);
	array_text(&b[COL_TEXT], row->is_edited ? row->text : NULL);
	opt_int(&b[COL_REVISION], row->is_edited, row->revision);
	array_word(&b[COL_COLOUR], row->is_coloured ? row->colour : NULL);
	array_bool(&b[COL_DELETED], row->is_deleted);
}

static void columns_add(const struct card_row *row)
{
	bool is_only_placed = !row->is_sized && !row->is_edited && !row->is_coloured && !row->is_deleted;
	struct columns *c = &tables[row->is_new ? INSERTED : is_only_placed ? PLACED : CHANGED];

	add_place(c, row);
	if (c->count > COL_PLACED_END)
		add_rest(c, row);
	if (c->count > COL_CHANGED_END) {
		array_word(&c->bufs[COL_BY], row->created_by);
		array_int(&c->bufs[COL_AT], row->created_at);
	}
}

/* False: there was no memory. */
static bool columns_end(struct columns *c, const char *board)
{
	bool is_whole = true;

	c->params[0] = board;
	for (int i = 0; i < c->count; i++) {
		array_end(&c->bufs[i]);
		is_whole = is_whole && !c->bufs[i].failed;
		c->params[i + 1] = c->bufs[i].data;
	}
	return is_whole;
}

/* A change that was refused may have left a row that changes nothing. */
static bool is_empty(const struct card_row *row)
{
	return !row->is_placed && !row->is_sized && !row->is_edited && !row->is_coloured && !row->is_deleted;
}

static int board_write(struct stream_model *m, const char *id, struct db_call ret_calls[MODEL_WRITES_MAX])
{
	size_t count;
	const struct card_row *rows = board_model_rows(m, &count);
	int n = 0;

	for (int t = 0; t < TABLES; t++)
		columns_begin(&tables[t]);
	for (size_t i = 0; i < count; i++)
		if (!is_empty(&rows[i]))
			columns_add(&rows[i]);
	for (int t = 0; t < TABLES; t++) {
		if (!columns_end(&tables[t], id))
			return -1;
		if (tables[t].rows)
			ret_calls[n++] = (struct db_call){ tables[t].stmt, tables[t].params };
	}
	return n;
}

static void board_written(struct stream_model *m)
{
	board_model_written(m);
	for (int t = 0; t < TABLES; t++)
		columns_free(&tables[t]);
}

const struct model_kind board_model_kind = {
	.load = &Q_BOARD_LOAD,
	.create = board_create,
	.destroy = board_model_destroy,
	.bytes = board_model_bytes,
	.apply = board_model_apply,
	.unchanged = &Q_BOARD_UNCHANGED,
	.known = &Q_CARDS_KNOWN,
	.write = board_write,
	.written = board_written,
};
