/* frames.c - what every message of a server must be: as its table says, and without words that are not for its reader. */
#include "harness.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Who may see a word. Network facilitators and administrators see what is open to a track or a cohort, and nobody but its
 * members what is private. */
static const struct {
	const char *word, *readers;
} canaries[] = {
	{ "spårkanarie", " admin netta anna olle eva " },
	{ "kohortkanarie", " admin netta fred anna olle " },
	{ "privatkanarie", " anna stina " },
	{ "borttagenkanarie", " " },
	{ "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", " " }, /* anybody's token */
};

void text_check_canaries(const char *who, const char *text, size_t len)
{
	char name[32];

	snprintf(name, sizeof name, " %s ", who);
	for (size_t i = 0; i < sizeof canaries / sizeof *canaries; i++)
		must(!memmem(text, len, canaries[i].word, strlen(canaries[i].word)) || strstr(canaries[i].readers, name),
			"%s was told %s: %.*s", who, canaries[i].word, (int)len, text);
}

static void fits(const struct kd_field *fields, const json_t *value, const char *what)
{
	static const struct kd_field nothing[] = { KD_FIELDS_END };
	struct kd_fault fault = { .code = KD_OK };

	must(kd_check(fields ? fields : nothing, value, &fault), "%s does not fit its table: %s %s: %s", what, fault.field, fault.reason,
		json_dumps(value, JSON_ENCODE_ANY));
}

static void events_check(const json_t *events)
{
	size_t i;
	json_t *event;

	json_array_foreach(events, i, event) {
		const struct kd_event *known = kd_event_find(text_at(event, "type"));

		must(known, "an event that no table knows: %s", text_at(event, "type"));
		fits(known->fields, at(event, "body"), known->name);
	}
}

static void snapshot_check(const char *stream, const json_t *snapshot)
{
	for (const struct kd_snapshot *s = kd_snapshots; s->kind; s++)
		if (strncmp(stream, s->kind, strlen(s->kind)) == 0 && stream[strlen(s->kind)] == ':')
			fits(s->fields, snapshot, stream);
}

void result_check(const struct person *p, const struct kd_method *method, const json_t *result)
{
	(void)p;
	must(method, "a result of a method that no table knows");
	fits(method->result, result, method->name);
	if (strcmp(method->name, "stream.open") == 0) {
		events_check(json_object_get(result, "events"));
		if (json_object_get(result, "snapshot"))
			snapshot_check(text_at(result, "stream"), json_object_get(result, "snapshot"));
	}
}

static void error_check(const json_t *error)
{
	json_int_t code = int_at(error, "code");
	const char *name = text_at(error, "data/code");

	must(strcmp(kd_error_info((enum kd_code)code)->name, name) == 0, "code %lld is called %s", (long long)code, name);
	must(*text_at(error, "message"), "an error without words");
	must(code != KD_E_INTERNAL, "an internal error: %s", json_dumps(error, 0));
}

static void notice_check(const json_t *message)
{
	const char *method = text_at(message, "method");

	for (int i = 0; kd_notices[i]; i++)
		if (strcmp(kd_notices[i]->name, method) == 0) {
			fits(kd_notices[i]->fields, at(message, "params"), method);
			events_check(json_object_get(at(message, "params"), "events"));
			return;
		}
	must(false, "a notice that no table knows: %s", method);
}

void frame_check(const struct person *p, const char *text, size_t len)
{
	json_t *message = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);

	text_check_canaries(p->who, text, len);
	if (json_is_object(message)) { /* else a batch's answers, or a close reason */
		must(strcmp(text_at(message, "jsonrpc"), "2.0") == 0, "no JSON-RPC 2.0: %.*s", (int)len, text);
		if (has(message, "error"))
			error_check(at(message, "error"));
		else if (has(message, "method"))
			notice_check(message);
	}
	json_decref(message);
}

/* A log has neither reports nor errors, nor what people wrote. */
void log_check(const char *name, const char *log)
{
	static const char *const bad[] = { "Sanitizer", "runtime error:", "does not fit", "level=error", "\"level\":\"error\"",
		"kanarie", "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", "@test.example" };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const char *found = strstr(log, bad[i]);

		must(!found, "%s's log has \"%s\": %.*s", name, bad[i], 2000, found - log > 300 ? found - 300 : log);
	}
}
