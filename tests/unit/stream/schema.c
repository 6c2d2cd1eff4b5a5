/* schema.c - see schema.h */
#include "schema.h"
#include "db/migrations.h"
#include <criterion/criterion.h>
#include <stdio.h>

static const char tables[] =
	"CREATE TABLE stream (id uuid PRIMARY KEY, kind text NOT NULL, head bigint NOT NULL DEFAULT 0);"
	"CREATE TABLE event (stream_id uuid NOT NULL REFERENCES stream (id), seq bigint NOT NULL, at timestamptz NOT NULL, actor uuid,"
	" op uuid, type text NOT NULL, body jsonb NOT NULL, result jsonb, PRIMARY KEY (stream_id, seq));"
	"CREATE UNIQUE INDEX event_op ON event (actor, op) WHERE op IS NOT NULL;"
	"CREATE FUNCTION ms(t timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT (extract(epoch FROM t) * 1000)::bigint $$;"
	"CREATE TABLE member (id uuid PRIMARY KEY)";

const char *journal_schema(const char *own)
{
	static char text[32768];

	cr_assert_str_eq(migrations[1].name, "0002_refusals");
	cr_assert_str_eq(migrations[4].name, "0005_guesses");
	cr_assert_str_eq(migrations[5].name, "0006_actors");
	cr_assert_lt(snprintf(text, sizeof(text), "%s;%s;%s;%s;%s", tables, own, migrations[1].sql, migrations[4].sql, migrations[5].sql),
		(int)sizeof(text));
	return text;
}
