/* openrpc.c - the OpenRPC document: what a stranger needs to write a client, printed from the method tables.
 *
 * Beyond OpenRPC's own words, x-events, x-notices and x-snapshots say what the server sends unasked. Each method's
 * parameters and result, each event, notice and snapshot has a schema of its own in components.schemas; the browser
 * client's types are made from those. */
#include "protocol/openrpc_schema.h"
#include <stdio.h>
#include <string.h>

/* Errors that any method may give, besides its own. */
static const enum kd_code any_method_errors[] = {
	KD_E_INVALID, KD_E_INTERNAL, KD_E_UNAUTHENTICATED, KD_E_BUSY, KD_E_UNAVAILABLE, KD_E_RATE_LIMITED, KD_OK,
};

static const struct kd_field no_fields[] = { KD_FIELDS_END };

static json_t *error_ref(enum kd_code code)
{
	char name[SCHEMA_NAME_SIZE];

	schema_name(name, kd_error_info(code)->name, "");
	return json_pack("{s:s+}", "$ref", "#/components/errors/", name);
}

static void add_error_refs(struct schemas *s, json_t *list, const enum kd_code *codes)
{
	for (; codes && *codes != KD_OK; codes++)
		schema_append(s, list, error_ref(*codes));
}

static json_t *components_errors(struct schemas *s)
{
	json_t *errors = json_object();

	for (const struct kd_error_info *e = kd_error_table; e->name; e++) {
		char name[SCHEMA_NAME_SIZE];

		schema_name(name, e->name, "");
		schema_put(s, errors, name, json_pack("{s:i, s:s, s:{s:s}}", "code", (int)e->code, "message", e->sentence,
			"data", "code", e->name));
	}
	return errors;
}

/* --- methods ------------------------------------------------------------------------------------------- */

static json_t *params_of(struct schemas *s, const struct kd_method *m)
{
	json_t *params = json_array();

	for (const struct kd_field *f = m->params; f && f->name; f++)
		schema_append(s, params, json_pack("{s:s, s:s, s:b, s:o}", "name", f->name, "description", f->doc,
			"required", f->presence == KD_REQUIRED, "schema", schema_of_field(s, f)));
	return params;
}

static json_t *method_object(struct schemas *s, const struct kd_method *m)
{
	char params[SCHEMA_NAME_SIZE], result[SCHEMA_NAME_SIZE], noun[32];
	json_t *method, *errors = json_array();

	schema_name(params, m->name, "Params");
	schema_name(result, m->name, "Result");
	snprintf(noun, sizeof(noun), "%.*s", (int)strcspn(m->name, "."), m->name);
	schema_add(s, params, m->params ? m->params : no_fields, NULL);
	add_error_refs(s, errors, m->errors);
	method = json_pack("{s:s, s:[{s:s}], s:s, s:s, s:o, s:o, s:o}", "name", m->name, "tags", "name", noun,
		"summary", m->summary, "paramStructure", "by-name", "params", params_of(s, m), "x-params", schema_ref(params),
		"errors", errors);
	schema_put_text(s, method, "description", m->doc);
	if (m->is_notice) { /* without a result it is a notification */
		schema_put(s, method, "x-notice", json_true());
		return method;
	}
	schema_add(s, result, m->result ? m->result : no_fields, NULL);
	schema_put(s, method, "result", json_pack("{s:s, s:o}", "name", "result", "schema", schema_ref(result)));
	if (m->has_op)
		schema_put(s, method, "x-change", json_true());
	if (m->emits)
		schema_put(s, method, "x-emits", json_string(m->emits->name));
	return method;
}

static json_t *all_methods(struct schemas *s)
{
	json_t *methods = json_array();

	for (const struct kd_method *const *const *table = kd_method_tables; *table; table++)
		for (const struct kd_method *const *m = *table; *m; m++)
			schema_append(s, methods, method_object(s, *m));
	return methods;
}

/* --- what comes unasked ----------------------------------------------------------------------------------- */

static json_t *named_table(struct schemas *s, const char *key, const char *name, const char *suffix, const char *summary,
	const struct kd_field *fields)
{
	char schema[SCHEMA_NAME_SIZE];
	json_t *row;

	schema_name(schema, name, suffix);
	schema_add(s, schema, fields, summary);
	row = json_pack("{s:s, s:o}", key, name, "schema", schema_ref(schema));
	schema_put_text(s, row, "summary", summary);
	return row;
}

static json_t *all_events(struct schemas *s)
{
	json_t *events = json_array();

	for (const struct kd_event *const *const *table = kd_event_tables; *table; table++)
		for (const struct kd_event *const *e = *table; *e; e++)
			schema_append(s, events, named_table(s, "name", (*e)->name, "Event", (*e)->summary, (*e)->fields));
	return events;
}

static json_t *all_notices(struct schemas *s)
{
	json_t *notices = json_array();

	for (const struct kd_notice *const *n = kd_notices; *n; n++)
		schema_append(s, notices, named_table(s, "name", (*n)->name, "Notice", (*n)->summary, (*n)->fields));
	return notices;
}

static json_t *all_snapshots(struct schemas *s)
{
	json_t *snapshots = json_array();

	for (const struct kd_snapshot *snapshot = kd_snapshots; snapshot->kind; snapshot++)
		schema_append(s, snapshots, named_table(s, "kind", snapshot->kind, "Snapshot", NULL, snapshot->fields));
	return snapshots;
}

/* --- the whole --------------------------------------------------------------------------------------------- */

static json_t *info(const char *version)
{
	return json_pack("{s:s, s:s, s:s, s:{s:s, s:s}}", "title", "Korsdrag", "version", version, "description",
		"JSON-RPC 2.0 over one WebSocket with the subprotocol `" KD_SUBPROTOCOL "`, in batches of at most 20 unless the node is set otherwise. "
		"Parameters go by name; unknown ones and null are refused, what is not known is left out. Ids of new objects "
		"are UUIDv7 made by the client. A change carries `op`, a UUIDv7 made by the client; the same op again gets "
		"the first answer and changes nothing.",
		"license", "name", "EUPL-1.2", "url", "https://joinup.ec.europa.eu/collection/eupl/eupl-text-eupl-12");
}

json_t *kd_openrpc(const char *version)
{
	struct schemas s = { .by_name = json_object(), .tables = json_object() };
	json_t *document = json_object(), *any = json_array();

	schema_add_basics(&s);
	schema_put(&s, document, "openrpc", json_string("1.3.2"));
	schema_put(&s, document, "info", info(version));
	schema_put(&s, document, "servers", json_pack("[{s:s, s:s, s:{s:{s:s, s:s}}}]", "name", "node",
		"url", "wss://${host}/ws", "variables", "host", "default", "localhost", "description", "Where Korsdrag runs."));
	schema_put(&s, document, "methods", all_methods(&s));
	schema_put(&s, document, "x-events", all_events(&s));
	schema_put(&s, document, "x-notices", all_notices(&s));
	schema_put(&s, document, "x-snapshots", all_snapshots(&s));
	add_error_refs(&s, any, any_method_errors);
	schema_put(&s, document, "x-errors-of-any-method", any);
	schema_put(&s, document, "components", json_pack("{s:O, s:o}", "schemas", s.by_name, "errors", components_errors(&s)));
	json_decref(s.by_name);
	json_decref(s.tables);
	if (s.failed) {
		json_decref(document);
		return NULL;
	}
	return document;
}
