/* The OpenRPC document: whole, with nothing dangling, and saying what the tables say. That it fits the OpenRPC
 * meta-schema is tested where there is a validator, beside the browser client. */
#include "protocol_tests.h"
#include <stdlib.h>

static json_t *at(json_t *json, const char *a, const char *b, const char *c)
{
	json = json_object_get(json, a);
	json = b ? json_object_get(json, b) : json;
	return c ? json_object_get(json, c) : json;
}

/* The part that a "#/a/b/c" names. */
static json_t *follow(json_t *document, const char *ref)
{
	char *copy = strdup(ref), *save = NULL, *part = strtok_r(copy, "/", &save);

	cr_assert_str_eq(part, "#");
	while (document && (part = strtok_r(NULL, "/", &save)))
		document = json_object_get(document, part);
	free(copy);
	return document;
}

static void refs_hold(json_t *document, json_t *part)
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach(part, key, value) {
		if (strcmp(key, "$ref") == 0 && json_is_string(value))
			cr_expect(follow(document, json_string_value(value)), "%s leads nowhere", json_string_value(value));
		else
			refs_hold(document, value);
	}
	json_array_foreach(part, i, value)
		refs_hold(document, value);
}

static json_t *method_of(json_t *document, const char *name)
{
	json_t *method;
	size_t i;

	json_array_foreach(json_object_get(document, "methods"), i, method)
		if (strcmp(json_string_value(json_object_get(method, "name")), name) == 0)
			return method;
	return NULL;
}

Test(openrpc, every_reference_leads_somewhere)
{
	json_t *document = kd_openrpc("1.2.3");

	cr_assert(document);
	refs_hold(document, document);
	cr_assert_str_eq(json_string_value(at(document, "info", "version", NULL)), "1.2.3");
	json_decref(document);
}

Test(openrpc, every_method_event_notice_and_snapshot_has_its_schema)
{
	json_t *document = kd_openrpc("0"), *schemas = at(document, "components", "schemas", NULL);
	size_t methods = 0, events = 0;

	for (const struct kd_method *const *const *t = kd_method_tables; *t; t++)
		for (const struct kd_method *const *m = *t; *m; m++) {
			json_t *method = method_of(document, (*m)->name);

			cr_expect(method, "%s is not in the document", (*m)->name);
			cr_expect(follow(document, json_string_value(at(method, "x-params", "$ref", NULL))));
			cr_expect_eq((*m)->is_notice, json_object_get(method, "result") == NULL);
			methods++;
		}
	for (const struct kd_event *const *const *t = kd_event_tables; *t; t++)
		for (const struct kd_event *const *e = *t; *e; e++)
			events++;
	cr_assert_eq(json_array_size(json_object_get(document, "methods")), methods);
	cr_assert_eq(json_array_size(json_object_get(document, "x-events")), events);
	cr_assert_eq(json_array_size(at(schemas, "StreamEvent", "oneOf", NULL)), events);
	cr_assert(at(schemas, "ThreadCreateParams", NULL, NULL));
	cr_assert(at(schemas, "ThreadCreateResult", NULL, NULL));
	cr_assert(at(schemas, "PostCreatedEvent", NULL, NULL));
	cr_assert(at(schemas, "StreamEventsNotice", NULL, NULL));
	cr_assert(at(schemas, "ThreadSnapshot", NULL, NULL));
	cr_assert(at(schemas, "Person", NULL, NULL));
	json_decref(document);
}

static bool has_item(const json_t *list, const char *text)
{
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
		if (strcmp(json_string_value(item), text) == 0)
			return true;
	return false;
}

/* Each row, as its schema says it. */
Test(openrpc, schemas_say_what_the_tables_say)
{
	json_t *document = kd_openrpc("0"), *schemas = at(document, "components", "schemas", NULL);

	for (const struct kd_method *const *const *t = kd_method_tables; *t; t++)
		for (const struct kd_method *const *m = *t; *m; m++) {
			json_t *schema = follow(document, json_string_value(at(method_of(document, (*m)->name), "x-params", "$ref", NULL)));
			size_t fields = 0;

			cr_expect(json_is_false(json_object_get(schema, "additionalProperties")));
			for (const struct kd_field *f = (*m)->params; f->name; f++, fields++) {
				json_t *property = at(schema, "properties", f->name, NULL);

				cr_expect_str_eq(json_string_value(json_object_get(property, "description")), f->doc);
				cr_expect_eq(has_item(json_object_get(schema, "required"), f->name), f->presence == KD_REQUIRED);
				if (f->type == KD_TYPE_TEXT)
					cr_expect(json_integer_value(json_object_get(property, "maxLength")) == (json_int_t)f->max);
				if (f->type == KD_TYPE_INT)
					cr_expect(json_integer_value(json_object_get(property, "minimum")) == (json_int_t)f->min);
			}
			cr_expect_eq(json_object_size(json_object_get(schema, "properties")), fields);
		}
	cr_assert_str_eq(json_string_value(at(at(schemas, "PostCreatedEnvelope", "properties", "type"), "const", NULL, NULL)), "post.created");
	cr_assert_eq(json_integer_value(at(schemas, "Time", "maximum", NULL)), KD_MAX_SAFE_INT);
	json_decref(document);
}

Test(openrpc, says_the_same_each_time)
{
	json_t *one = kd_openrpc("0"), *two = kd_openrpc("0");
	char *a = json_dumps(one, JSON_INDENT(2)), *b = json_dumps(two, JSON_INDENT(2));

	cr_assert_str_eq(a, b);
	free(a);
	free(b);
	json_decref(one);
	json_decref(two);
}

/* --- memory that runs out ----------------------------------------------------------------------------------- */

Test(openrpc, a_failing_allocation_gives_no_document_and_no_leak)
{
	bool is_whole = false;

	for (long n = 0; !is_whole; n += 97) { /* every one would take minutes under the sanitizers */
		json_t *document;
		long live;

		json_mem_begin(n);
		document = kd_openrpc("0");
		is_whole = document != NULL;
		json_decref(document);
		live = json_mem_end();
		cr_assert_eq(live, 0, "%ld pieces are left after %ld allocations", live, n);
	}
}
