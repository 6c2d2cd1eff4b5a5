/* The laws of the method tables, held over every row: names, documentation, bounds, ops, errors. A method without
 * documentation fails here. */
#include "protocol/stream.h"
#include "protocol_tests.h"
#include <ctype.h>
#include <stdio.h>

#define FOR_METHODS(m)                                                                                               \
	for (const struct kd_method *const *const *t_ = kd_method_tables; *t_; t_++)                                 \
		for (const struct kd_method *const *m = *t_; *m; m++)
#define FOR_EVENTS(e)                                                                                                \
	for (const struct kd_event *const *const *t_ = kd_event_tables; *t_; t_++)                                   \
		for (const struct kd_event *const *e = *t_; *e; e++)

/* --- sentences and names ------------------------------------------------------------------------------------ */

static bool is_sentence(const char *doc)
{
	size_t n = doc ? strlen(doc) : 0;

	return n > 3 && doc[n - 1] == '.' && !islower((unsigned char)doc[0]);
}

static bool is_word(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!islower((unsigned char)text[i]) && !(text[i] == '_' && i > 0 && i < len - 1))
			return false;
	return len > 0;
}

/* noun.verb */
static bool is_two_words(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot && is_word(name, (size_t)(dot - name)) && is_word(dot + 1, strlen(dot + 1));
}

/* --- fields --------------------------------------------------------------------------------------------------- */

/* What travels to us: a table in which every text, number and list has bounds that can be met. */
static void fields_hold(const char *owner, const struct kd_field *fields, size_t size, bool is_params)
{
	cr_assert(fields, "%s has no table", owner);
	for (const struct kd_field *f = fields; f->name; f++) {
		char where[160];

		snprintf(where, sizeof(where), "%s/%s", owner, f->name);
		cr_expect(is_word(f->name, strlen(f->name)), "%s: a name is in snake_case", where);
		cr_expect(is_sentence(f->doc), "%s has no documentation", where);
		if (size > 0)
			cr_expect_lt(f->offset, size, "%s lies beyond its struct", where);
		for (const struct kd_field *g = fields; g < f; g++) {
			cr_expect_str_neq(f->name, g->name, "%s occurs twice", where);
			if (size > 0)
				cr_expect_neq(f->offset, g->offset, "%s shares its place with %s", where, g->name);
		}
		cr_expect_leq(f->min, f->max, "%s has bounds that nothing meets", where);
		switch (f->type) {
		case KD_TYPE_TEXT:
		case KD_TYPE_NUMBER:
			cr_expect_gt(f->max, 0, "%s has no upper bound", where);
			break;
		case KD_TYPE_INT:
		case KD_TYPE_TIME:
			cr_expect(f->min < f->max, "%s has no range", where);
			cr_expect(f->max <= (double)KD_MAX_SAFE_INT && f->min >= -(double)KD_MAX_SAFE_INT,
				"%s goes beyond what a client can hold", where);
			break;
		case KD_TYPE_ENUM:
			cr_expect(f->words && f->words[0], "%s has no words", where);
			break;
		case KD_TYPE_LIST:
			cr_expect_gt(f->max, 0, "%s has no upper bound", where);
			if (is_params && strncmp(where, "board.import/", 13) != 0) /* which comes by POST */
				cr_expect_leq(f->max, 4096, "%s is longer than a message", where);
			if (f->item == KD_TYPE_TEXT)
				cr_expect_gt(f->item_max, 0, "%s: its items have no upper bound", where);
			if (f->item == KD_TYPE_ENUM)
				cr_expect(f->words && f->words[0], "%s has no words", where);
			if (f->item == KD_TYPE_OBJECT)
				fields_hold(where, f->sub, f->item_size, is_params);
			break;
		case KD_TYPE_OBJECT:
			fields_hold(where, f->sub, f->item_size, is_params);
			break;
		case KD_TYPE_JSON:
			cr_expect_not(is_params, "%s: parameters have a table of their own", where);
			break;
		default:
			break;
		}
	}
}

static const struct kd_field *field_of(const struct kd_field *fields, const char *name)
{
	for (; fields && fields->name; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

/* --- laws ------------------------------------------------------------------------------------------------------ */

Test(tables, every_method_is_named_and_documented)
{
	FOR_METHODS(m) {
		const struct kd_method *method = *m;

		cr_expect(is_two_words(method->name), "%s is no noun.verb", method->name);
		cr_expect_leq(strlen(method->name), 32, "%s: names have at most 32 characters", method->name);
		cr_expect(is_sentence(method->summary), "%s has no documentation", method->name);
		cr_expect(!method->doc || is_sentence(method->doc), "%s: its documentation is no sentence", method->name);
		fields_hold(method->name, method->params, method->params_size, true);
		if (method->result)
			fields_hold(method->name, method->result, method->result_size, false);
		cr_expect_eq(kd_method_find(method->name), method, "%s is not found, or another of that name", method->name);
	}
	cr_assert_not(kd_method_find("no.such"));
	cr_assert_not(kd_method_find(""));
}

Test(tables, every_change_has_an_op_and_answers_its_number)
{
	FOR_METHODS(m) {
		const struct kd_method *method = *m;
		const struct kd_field *op = field_of(method->params, "op"), *seq = field_of(method->result, "seq");

		if (!method->has_op) {
			cr_expect_not(op, "%s takes an op but is no change", method->name);
			cr_expect_not(method->emits, "%s emits but is no change", method->name);
			continue;
		}
		cr_expect(op && op->type == KD_TYPE_ID && op->presence == KD_REQUIRED, "%s: op must be a required id", method->name);
		cr_expect(seq && seq->type == KD_TYPE_INT, "%s does not answer seq", method->name);
		cr_expect(method->emits, "%s is a change that emits nothing", method->name);
		cr_expect_not(method->is_notice, "%s cannot be both", method->name);
		if (method->emits)
			cr_expect_eq(kd_event_find(method->emits->name), method->emits, "%s emits what no table lists", method->name);
	}
}

Test(tables, errors_are_the_methods_own_and_of_the_closed_list)
{
	FOR_METHODS(m)
		for (const enum kd_code *code = (*m)->errors; code && *code != KD_OK; code++) {
			cr_expect_eq(kd_error_info(*code)->code, *code, "%s: %d is no error of ours", (*m)->name, *code);
			cr_expect(*code == KD_E_FORBIDDEN || *code == KD_E_NOT_FOUND || *code == KD_E_CONFLICT || *code == KD_E_TOO_LARGE,
				"%s: any method may answer %d, it need not be listed", (*m)->name, *code);
			for (const enum kd_code *other = (*m)->errors; other < code; other++)
				cr_expect_neq(*other, *code, "%s lists %d twice", (*m)->name, *code);
		}
}

Test(tables, every_event_notice_and_snapshot_is_documented)
{
	FOR_EVENTS(e) {
		cr_expect(is_two_words((*e)->name), "%s is no noun.verbed", (*e)->name);
		cr_expect(is_sentence((*e)->summary), "%s has no documentation", (*e)->name);
		fields_hold((*e)->name, (*e)->fields, (*e)->size, false);
		cr_expect_eq(kd_event_find((*e)->name), *e, "%s: another event has that name", (*e)->name);
	}
	cr_assert_not(kd_event_find("no.such"));
	for (const struct kd_notice *const *n = kd_notices; *n; n++) {
		cr_expect(is_sentence((*n)->summary), "%s has no documentation", (*n)->name);
		fields_hold((*n)->name, (*n)->fields, (*n)->size, false);
		cr_expect_not(kd_method_find((*n)->name), "%s is a method and a notice", (*n)->name);
	}
	for (const struct kd_snapshot *s = kd_snapshots; s->kind; s++)
		fields_hold(s->kind, s->fields, s->size, false);
}

Test(tables, every_error_has_a_name_and_a_sentence)
{
	for (const struct kd_error_info *e = kd_error_table; e->name; e++) {
		cr_expect(is_word(e->name, strlen(e->name)));
		cr_expect(is_sentence(e->sentence), "%s has no documentation", e->name);
		cr_expect_eq(kd_error_info(e->code), e, "%s: another error has that code", e->name);
	}
	cr_assert_str_eq(kd_error_info(1)->name, "internal");
}

Test(tables, names_of_ids_and_orders_are_checked_strictly)
{
	cr_assert(kd_id_is_valid(SAMPLE_ID));
	cr_assert_not(kd_id_is_valid(""));
	cr_assert_not(kd_id_is_valid(SAMPLE_ID " "));
	cr_assert(kd_order_is_valid("a0"));
	cr_assert_not(kd_order_is_valid(""));
	cr_assert_not(kd_order_is_valid("å"));
}
