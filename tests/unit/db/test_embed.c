/* The two awk programs that turn .sql files into C. */
#include "fixture.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

static void path(char ret_path[512], const char *name)
{
	snprintf(ret_path, 512, "%s/%s", folder, name);
}

static void write_file(const char *name, const char *text)
{
	char at[512];
	FILE *file;

	path(at, name);
	file = fopen(at, "w");
	fputs(text, file);
	fclose(file);
}

static const char *read_all(FILE *file)
{
	static char text[8192];

	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	return text;
}

static const char *read_file(const char *name)
{
	char at[512];
	const char *text;
	FILE *file;

	path(at, name);
	file = fopen(at, "r");
	text = read_all(file);
	fclose(file);
	return text;
}

/* What awk said on standard error; "" when it was content. */
static const char *awk(const char *program, const char *options, const char *files)
{
	char command[1600];
	const char *said;
	FILE *pipe;

	snprintf(command, sizeof(command), "cd %s && awk %s -f " KORSDRAG_SOURCE "/server/db/%s %s 2>&1", folder, options, program,
	        files);
	pipe = popen(command, "r");
	said = read_all(pipe);
	cr_assert_eq(pclose(pipe) == 0, *said == '\0', "it fails exactly when it says why: %s", said);
	return said;
}

static void open_folder(void)
{
	snprintf(folder, sizeof(folder), "/tmp/korsdrag-embed.XXXXXX");
	cr_assert_not_null(mkdtemp(folder));
}

static void close_folder(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(embed, .init = open_folder, .fini = close_folder);

static const char *embed(const char *sql)
{
	write_file("board.sql", sql);
	return awk("sql_embed.awk", "-v noun=board -v out=board_sql", "board.sql");
}

Test(embed, makes_constants_of_statements)
{
	cr_assert_str_eq(embed("-- About boards, $9.\n\n-- name: card_place\n-- Why: $8.\nUPDATE card SET "
	                       "\"order\" = $2, x = $1 -- $7\n"
	                       " WHERE t = 'it''s -- $5; \\ x' /* $6\n $7 */ AND id = $3;\n-- After "
	                       "it.\n\n-- name: card_all\nSELECT 1\n"),
	        "");
	cr_assert_not_null(
	        strstr(read_file("board_sql.c"), "const struct db_stmt Q_CARD_PLACE = {\n\t\"card_place\",\n"
	                                         "\t\t\"UPDATE card SET \\\"order\\\" = $2, x = "
	                                         "$1\\n\"\n\t\t\" WHERE t = 'it''s -- $5; \\\\ x'\\n\"\n"
	                                         "\t\t\" AND id = $3\\n\",\n\t3,\n};"),
	        "%s", read_file("board_sql.c"));
	cr_assert_not_null(strstr(
	        read_file("board_sql.c"), "Q_CARD_ALL = {\n\t\"card_all\",\n\t\t\"SELECT 1\\n\",\n\t0,\n};"));
	cr_assert_not_null(strstr(read_file("board_sql.c"),
	        "board_statements[] = {\n\t&Q_CARD_PLACE,\n\t&Q_CARD_ALL,\n\tNULL,\n};"));
	cr_assert_not_null(strstr(read_file("board_sql.h"), "extern const struct db_stmt Q_CARD_PLACE;"));
}

Test(embed, lists_what_a_replica_may_answer)
{
	cr_assert_str_eq(embed("-- name: a\nSELECT 1\n-- name: b\n-- replica\nSELECT 2\n-- name: c\n-- replicas are old\nSELECT 3\n"), "");
	cr_assert_not_null(strstr(read_file("board_sql.c"), "board_replica_statements[] = {\n\t&Q_B,\n\tNULL,\n};"), "%s",
	        read_file("board_sql.c"));
	cr_assert_not_null(strstr(read_file("board_sql.c"), "\"b\",\n\t\t\"SELECT 2\\n\""), "%s", read_file("board_sql.c"));
	cr_assert(strstr(embed("-- replica\nSELECT 1\n"), "what does"));
}

Test(embed, refuses_what_would_surprise)
{
	cr_assert(strstr(embed("SELECT 1\n"), "board.sql:1: SQL before the first"));
	cr_assert(strstr(embed("-- name: a\nSELECT 1;\n-- name: a\nSELECT 2\n"),
	        "board.sql:3: statement a stands twice"));
	cr_assert(strstr(embed("-- name: a\nSELECT 1;\nSELECT 2\n"), "a second statement"));
	cr_assert(strstr(embed("-- name: a\n-- nothing\n-- name: b\nSELECT 1\n"), "statement a is empty"));
	cr_assert(strstr(embed("-- name: a\nSELECT $2\n"), "has $2 but not $1"));
	cr_assert(strstr(embed("-- name: a\nSELECT 'x\n"), "ends inside a string"));
	cr_assert(strstr(embed("-- name: Card-Place\nSELECT 1\n"), "a statement's name"));
	cr_assert(strstr(embed("-- name: a\nDO $$ BEGIN END $$\n"), "dollar quotes"));
}

Test(embed, keeps_migrations_as_they_are)
{
	write_file("0001_start.sql", "SELECT 'a\\b\t\"c\"';\n\n-- å\n");
	write_file("0002_more.sql", "SELECT 2");
	cr_assert_str_eq(awk("migrations_embed.awk", "-v out=m.c", "0001_start.sql 0002_more.sql"), "");
	cr_assert_not_null(
	        strstr(read_file("m.c"),
	                "\t{ 1, \"0001_start\",\n\t\t\"SELECT 'a\\\\b\t\\\"c\\\"';\\n\"\n\t\t\"\\n\"\n"
	                "\t\t\"-- å\\n\"\n\t},\n\t{ 2, \"0002_more\",\n\t\t\"SELECT 2\\n\"\n\t},\n\t{ 0, "
	                "NULL, NULL },\n};"),
	        "%s", read_file("m.c"));
	cr_assert(strstr(awk("migrations_embed.awk", "-v out=m.c", "0002_more.sql"), "this is number 1"));
	write_file("0002-more.sql", "SELECT 2");
	cr_assert(strstr(
	        awk("migrations_embed.awk", "-v out=m.c", "0001_start.sql 0002-more.sql"), "is named like"));
}
