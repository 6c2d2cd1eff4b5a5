/* openrpc_schema.c - field tables as JSON Schema. */
#include "protocol/openrpc_schema.h"
#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define UUID_PATTERN "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

void schema_put(struct schemas *s, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new_nocheck(object, key, value) != 0)
		s->failed = true;
}

void schema_put_text(struct schemas *s, json_t *object, const char *key, const char *text)
{
	if (text)
		schema_put(s, object, key, json_string(text));
}

void schema_append(struct schemas *s, json_t *list, json_t *value)
{
	if (json_array_append_new(list, value) != 0)
		s->failed = true;
}

/* --- names ------------------------------------------------------------------------------------------ */

static const char *without_prefix(const char *name)
{
	return strncmp(name, "kd_", 3) == 0 ? name + 3 : name;
}

void schema_name(char ret_name[SCHEMA_NAME_SIZE], const char *name, const char *suffix)
{
	const char *end, *from = without_prefix(name);
	bool is_start = true;
	size_t n = 0;

	end = strstr(from, "_fields");
	if (!end)
		end = from + strlen(from);
	for (; from < end && n < SCHEMA_NAME_SIZE - 1; from++) {
		if (*from == '.' || *from == '_') {
			is_start = true;
			continue;
		}
		ret_name[n++] = (char)(is_start ? toupper((unsigned char)*from) : *from);
		is_start = false;
	}
	snprintf(ret_name + n, SCHEMA_NAME_SIZE - n, "%s", suffix);
}

json_t *schema_ref(const char *name)
{
	return json_pack("{s:s+}", "$ref", "#/components/schemas/", name);
}

/* Draft 7 ignores what stands beside a $ref, so that a description needs allOf. */
static json_t *described_ref(struct schemas *s, const char *name, const char *doc)
{
	json_t *schema = json_pack("{s:[o]}", "allOf", schema_ref(name));

	schema_put_text(s, schema, "description", doc);
	return schema;
}

/* --- values ------------------------------------------------------------------------------------------ */

static json_t *number(double value)
{
	return value == floor(value) && fabs(value) <= (double)KD_MAX_SAFE_INT ? json_integer((json_int_t)value) : json_real(value);
}

static json_t *words_schema(struct schemas *s, const struct kd_field *f)
{
	json_t *words = json_array();

	for (const char *const *w = f->words; *w; w++)
		schema_append(s, words, json_string(*w));
	return json_pack("{s:s, s:o}", "type", "string", "enum", words);
}

static const char *sub_schema(struct schemas *s, const struct kd_field *f, char ret_name[SCHEMA_NAME_SIZE])
{
	schema_name(ret_name, f->sub_name, "");
	schema_add(s, ret_name, f->sub, NULL);
	return ret_name;
}

static json_t *list_schema(struct schemas *s, const struct kd_field *f)
{
	const struct kd_field item = {
		.type = f->item, .min = f->item_min, .max = f->item_max, .words = f->words, .sub = f->sub, .sub_name = f->sub_name,
	};

	return json_pack("{s:s, s:o, s:o}", "type", "array", "items", schema_of_field(s, &item), "maxItems", number(f->max));
}

static json_t *json_schema(struct schemas *s, const struct kd_field *f)
{
	switch (f->json_of) {
	case KD_JSON_OF_SNAPSHOT:
		return described_ref(s, "Snapshot", f->doc);
	case KD_JSON_OF_EVENT:
	case KD_JSON_OF_ANY:
		break;
	}
	return json_object();
}

json_t *schema_of_field(struct schemas *s, const struct kd_field *f)
{
	char name[SCHEMA_NAME_SIZE];
	json_t *schema = NULL;

	switch (f->type) {
	case KD_TYPE_ID:
		return described_ref(s, "Id", f->doc);
	case KD_TYPE_ORDER:
		return described_ref(s, "Order", f->doc);
	case KD_TYPE_STREAM:
		return described_ref(s, "StreamName", f->doc);
	case KD_TYPE_TIME:
		return described_ref(s, "Time", f->doc);
	case KD_TYPE_OBJECT:
		return described_ref(s, sub_schema(s, f, name), f->doc);
	case KD_TYPE_TEXT:
		schema = json_pack("{s:s, s:o, s:o}", "type", "string", "minLength", number(f->min), "maxLength", number(f->max));
		break;
	case KD_TYPE_ENUM:
		schema = words_schema(s, f);
		break;
	case KD_TYPE_INT:
		schema = json_pack("{s:s, s:o, s:o}", "type", "integer", "minimum", number(f->min), "maximum", number(f->max));
		break;
	case KD_TYPE_NUMBER:
		schema = json_pack("{s:s, s:o, s:o}", "type", "number", "minimum", number(f->min), "maximum", number(f->max));
		break;
	case KD_TYPE_BOOL:
		schema = json_pack("{s:s}", "type", "boolean");
		break;
	case KD_TYPE_LIST:
		schema = list_schema(s, f);
		break;
	case KD_TYPE_JSON:
		schema = json_schema(s, f);
		break;
	case KD_TYPE_END:
		break;
	}
	schema_put_text(s, schema, "description", f->doc);
	return schema;
}

/* --- tables ------------------------------------------------------------------------------------------- */

/* `event` NULL: the table as it is. Otherwise the envelope of this event: its type and body are known. */
static json_t *object_schema(struct schemas *s, const char *title, const struct kd_field *fields, const char *doc,
	const struct kd_event *event)
{
	json_t *properties = json_object(), *required = json_array(), *schema;

	for (const struct kd_field *f = fields; f->name; f++) {
		json_t *value;

		if (event && f->type == KD_TYPE_JSON && f->json_of == KD_JSON_OF_EVENT) {
			char body[SCHEMA_NAME_SIZE];

			schema_name(body, event->name, "Event");
			value = described_ref(s, body, f->doc);
		} else if (event && strcmp(f->name, "type") == 0) {
			value = json_pack("{s:s, s:s, s:s}", "type", "string", "const", event->name, "description", f->doc);
		} else {
			value = schema_of_field(s, f);
		}
		schema_put(s, properties, f->name, value);
		if (f->presence == KD_REQUIRED)
			schema_append(s, required, json_string(f->name));
	}
	schema = json_pack("{s:s, s:s, s:b, s:o}", "title", title, "type", "object", "additionalProperties", false,
		"properties", properties);
	schema_put_text(s, schema, "description", doc);
	if (json_array_size(required) > 0)
		schema_put(s, schema, "required", required);
	else
		json_decref(required);
	return schema;
}

static bool is_envelope(const struct kd_field *fields)
{
	for (; fields->name; fields++)
		if (fields->type == KD_TYPE_JSON && fields->json_of == KD_JSON_OF_EVENT)
			return true;
	return false;
}

/* An event in its envelope is one of as many shapes as there are events, told apart by `type`. */
static void add_envelopes(struct schemas *s, const char *title, const struct kd_field *fields)
{
	json_t *one_of = json_array();

	for (const struct kd_event *const *const *table = kd_event_tables; *table; table++)
		for (const struct kd_event *const *e = *table; *e; e++) {
			char name[SCHEMA_NAME_SIZE];

			schema_name(name, (*e)->name, "Envelope");
			schema_put(s, s->by_name, name, object_schema(s, name, fields, (*e)->summary, *e));
			schema_append(s, one_of, schema_ref(name));
		}
	schema_put(s, s->by_name, title, json_pack("{s:s, s:s, s:o}", "title", title, "description",
		"An event of a stream; `type` says which.", "oneOf", one_of));
}

void schema_add(struct schemas *s, const char *name, const struct kd_field *fields, const char *doc)
{
	const json_t *known = json_object_get(s->tables, name);

	if (known) {
		assert(json_integer_value(known) == (json_int_t)(intptr_t)fields); /* two tables must not have one name */
		return;
	}
	schema_put(s, s->tables, name, json_integer((json_int_t)(intptr_t)fields));
	if (is_envelope(fields))
		add_envelopes(s, name, fields);
	else
		schema_put(s, s->by_name, name, object_schema(s, name, fields, doc, NULL));
}

/* --- basics --------------------------------------------------------------------------------------------- */

void schema_add_basics(struct schemas *s)
{
	json_t *snapshots = json_array(), *codes = json_array();
	char name[SCHEMA_NAME_SIZE];

	schema_put(s, s->by_name, "Id", json_pack("{s:s, s:s, s:s, s:s}", "title", "Id", "type", "string",
		"pattern", "^" UUID_PATTERN "$", "description", "A UUID in lower case; clients make version 7."));
	schema_put(s, s->by_name, "Order", json_pack("{s:s, s:s, s:s, s:s}", "title", "Order", "type", "string",
		"pattern", "^[0-9A-Za-z]{1,64}$", "description", "A fractional index, compared bytewise."));
	schema_put(s, s->by_name, "StreamName", json_pack("{s:s, s:s, s:s, s:s}", "title", "StreamName", "type", "string",
		"pattern", "^[a-z_]{1,15}:" UUID_PATTERN "$", "description", "A kind of stream, a colon and an id."));
	schema_put(s, s->by_name, "Time", json_pack("{s:s, s:s, s:i, s:I, s:s}", "title", "Time", "type", "integer",
		"minimum", 0, "maximum", (json_int_t)KD_MAX_SAFE_INT, "description", "Milliseconds since 1970-01-01T00:00Z."));
	for (const struct kd_snapshot *snapshot = kd_snapshots; snapshot->kind; snapshot++) {
		schema_name(name, snapshot->kind, "Snapshot");
		schema_add(s, name, snapshot->fields, NULL);
		schema_append(s, snapshots, schema_ref(name));
	}
	schema_put(s, s->by_name, "Snapshot", json_pack("{s:s, s:s, s:o}", "title", "Snapshot", "description",
		"The whole state of a stream; the stream's kind says which.", "anyOf", snapshots));
	for (const struct kd_error_info *e = kd_error_table; e->name; e++)
		schema_append(s, codes, json_string(e->name));
	schema_put(s, s->by_name, "ErrorCode", json_pack("{s:s, s:s, s:o}", "title", "ErrorCode", "type", "string", "enum", codes));
	schema_put(s, s->by_name, "ErrorData", json_pack("{s:s, s:s, s:b, s:[s], s:{s:o, s:{s:s, s:s}, s:{s:s, s:i, s:s}}}",
		"title", "ErrorData", "type", "object", "additionalProperties", false, "required", "code", "properties",
		"code", described_ref(s, "ErrorCode", "What went wrong, from the closed list."),
		"field", "type", "string", "description", "JSON pointer into the parameters.",
		"retryAfterMs", "type", "integer", "minimum", 0, "description", "How long to wait."));
}
