/* schema.h - the journal's tables for tests that want nothing else of the schema, with the migrations' functions that it has. */
#ifndef TESTS_UNIT_STREAM_SCHEMA_H
#define TESTS_UNIT_STREAM_SCHEMA_H

/* The SQL of it and of the test's own tables, which may name the journal's; valid until the next call. */
const char *journal_schema(const char *own);
#endif
