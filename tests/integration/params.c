/* params.c - what a method accepts, from its table. */
#include "params.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOBODY "00000000-0000-7000-8000-00000000dead"

static const struct {
	const char *name, *number;
} places[] = {
	{ "network", IN_NETWORK }, { "track", IN_TRACK }, { "cohort", IN_COHORT }, { "private", IN_PRIVATE },
	{ "archive", IN_ARCHIVE }, { "board", IN_BOARD },
};

/* The fixture's id with the place's number in it. */
static const char *place_id(const char *pattern, char number)
{
	static char ids[64][CLIENT_ID_SIZE];
	static int next;
	char *id = ids[next++ % 64];

	strcpy(id, pattern);
	id[strlen(SPACE(IN_NETWORK)) - 4] = number;
	return id;
}

void object_find(struct object *o, const char *place, const char *variant)
{
	char number = 0;

	*o = (struct object){
		.place = place, .variant = variant, .space = NOBODY, .thread = NOBODY, .post = NOBODY, .board = NOBODY,
		.section = NOBODY, .card = NOBODY, .cohort = NOBODY, .member = NOBODY, .session = NOBODY,
	};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (strcmp(places[i].name, strcmp(place, "any") == 0 ? "network" : place) == 0)
			number = *places[i].number;
	if (number) {
		o->space = place_id(SPACE(IN_NETWORK), number);
		o->thread = place_id(THREAD(IN_NETWORK), number);
		o->board = place_id(BOARD(IN_NETWORK), number);
		o->cohort = COHORT_E1;
		if (strcmp(variant, "none") != 0) {
			bool deleted = strcmp(variant, "deleted") == 0, other = strcmp(variant, "other") == 0;

			o->post = place_id(deleted ? POST_DELETED(IN_NETWORK) : other ? POST_OTHER(IN_NETWORK) : POST(IN_NETWORK), number);
			o->section = place_id(SECTION(IN_NETWORK), number);
			o->card = place_id(deleted ? CARD_DELETED(IN_NETWORK) : CARD(IN_NETWORK), number);
		}
	}
	if (strcmp(place, "none") != 0)
		o->member = member_id("tove");
	if (strcmp(place, "suspended") == 0)
		o->member = member_id("sven");
	snprintf(o->thread_stream, sizeof o->thread_stream, "thread:%s", o->thread);
	o->stream = o->thread_stream;
}

json_t *value_for(const struct kd_field *f)
{
	switch (f->type) {
	case KD_TYPE_ID:
		return json_string(new_id());
	case KD_TYPE_TEXT:
		return json_string(f->max >= 10 ? "några ord" : "ord");
	case KD_TYPE_ENUM:
		return json_string(f->words[0]);
	case KD_TYPE_ORDER:
		return json_string("a1");
	case KD_TYPE_STREAM:
		return json_string("thread:" NOBODY);
	case KD_TYPE_INT:
	case KD_TYPE_TIME:
		return json_integer(f->min > 0 ? (json_int_t)f->min : 1);
	case KD_TYPE_NUMBER:
		return json_real(1.5);
	case KD_TYPE_BOOL:
		return json_true();
	case KD_TYPE_OBJECT: {
		json_t *object = json_object();

		for (const struct kd_field *sub = f->sub; sub->name; sub++)
			if (sub->presence)
				json_object_set_new(object, sub->name, value_for(sub));
		return object;
	}
	case KD_TYPE_LIST:
		return json_array();
	default:
		return json_null();
	}
}

bool is_made(const struct kd_method *m, const char *field)
{
	const char *dot = strchr(m->name, '.');
	size_t noun = (size_t)(dot - m->name);

	if (strcmp(m->name, "vote.open") == 0 || strcmp(m->name, "writing.begin") == 0)
		return strcmp(field, "round") == 0;
	if (strcmp(dot, ".create") != 0 && strcmp(dot, ".add") != 0 && strcmp(m->name, "board.import") != 0)
		return false;
	return (strlen(field) == noun && strncmp(m->name, field, noun) == 0) ||
		(strcmp(m->name, "thread.create") == 0 && strcmp(field, "post") == 0);
}

static const char *id_of(const struct object *o, const char *field)
{
	const struct {
		const char *name, *id;
	} ids[] = {
		{ "space", o->space }, { "thread", o->thread }, { "post", o->post }, { "board", o->board }, { "section", o->section },
		{ "card", o->card }, { "cohort", o->cohort }, { "member", o->member }, { "session", o->session },
		{ "organisation", ORG_WATER }, { "stream", o->stream },
	};

	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (strcmp(ids[i].name, field) == 0)
			return ids[i].id;
	return NULL;
}

/* What no table says. */
static void unlike_others(const struct kd_method *m, const struct object *o, json_t *params)
{
	static int count, round = 9;
	char text[80];

	count++;
	if (json_object_get(params, "mail")) {
		snprintf(text, sizeof text, "ny%d@test.example", count);
		json_object_set_new(params, "mail", json_string(text));
	}
	if (strcmp(m->name, "organisation.add") == 0 || strcmp(m->name, "cohort.add") == 0) {
		snprintf(text, sizeof text, "Ny %d", count);
		json_object_set_new(params, "name", json_string(text));
		if (json_object_get(params, "short"))
			json_object_set_new(params, "short", json_string(text));
		if (json_object_get(params, "round"))
			json_object_set_new(params, "round", json_integer(++round));
	}
	if (strcmp(m->name, "member.import") == 0) {
		snprintf(text, sizeof text, "mail,name,organisation,track,cohort\nlista%d@test.example,Listad,SVOA,,\n", count);
		json_object_set_new(params, "csv", json_string(text));
	}
	if (strcmp(m->name, "board.import") == 0) {
		json_object_set_new(params, "title", json_string("En lista"));
		json_object_set_new(params, "csv", json_string("en lapp\n"));
	}
	if (strcmp(m->name, "space.create") == 0) {
		json_object_set_new(params, "openness", json_string(strcmp(o->place, "any") == 0 ? "network" : o->place));
		if (strcmp(o->place, "track") == 0)
			json_object_set_new(params, "track", json_string("executive"));
		if (strcmp(o->place, "cohort") == 0)
			json_object_set_new(params, "cohort", json_string(o->cohort));
	}
	if (strcmp(m->name, "space.update") == 0)
		json_object_set_new(params, "description", json_string("vad det är till för"));
	if (strcmp(m->name, "section.change") == 0)
		json_object_set_new(params, "title", json_string("ny rubrik"));
	if (strcmp(m->name, "me.update") == 0)
		json_object_set_new(params, "title", json_string("enhetschef"));
	if ((strcmp(m->name, "thread.list") == 0 || strcmp(m->name, "board.list") == 0) && strcmp(o->place, "any") != 0)
		json_object_set_new(params, "space", json_string(o->space));
	if (strcmp(m->name, "feed.watch") == 0)
		json_object_set_new(params, "topics", json_pack("[s]", "threads"));
	if (strncmp(m->name, "role.", 5) == 0) {
		json_object_set_new(params, "role", json_string("facilitator"));
		json_object_set_new(params, "scope", json_string("space"));
		json_object_set_new(params, "scope_id", json_string(o->space));
	}
}

json_t *params_make(const struct kd_method *m, const struct object *o)
{
	json_t *params = json_object();

	for (const struct kd_field *f = m->params; f && f->name; f++) {
		const char *id = id_of(o, f->name);

		if (!f->presence)
			continue;
		if (id && (f->type == KD_TYPE_ID || f->type == KD_TYPE_STREAM) && !is_made(m, f->name))
			json_object_set_new(params, f->name, json_string(id));
		else
			json_object_set_new(params, f->name, value_for(f));
	}
	unlike_others(m, o, params);
	return params;
}
