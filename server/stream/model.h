/* model.h - a stream's state in memory, for kinds whose hot changes are decided there and recorded in batches.
 *
 * The domain knows what a model is; the journal keeps it, and what is in it is always what was committed up to a number
 * it knows, and within a batch what that batch has decided so far. Others' events are applied to it before anything is
 * decided; when a commit fails, or in any doubt, it is thrown away and made anew from the record. */
#ifndef STREAM_MODEL_H
#define STREAM_MODEL_H
#include "db/db.h"
#include "protocol/kd.h"

struct stream_model; /* the domain's own */

#define MODEL_WRITES_MAX 4

struct model_kind {
	const struct db_stmt *load; /* $1 = id: the rows that `create` reads; asked under the stream's lock */
	struct stream_model *(*create)(const struct db_rows *rows); /* NULL: no memory */
	void (*destroy)(struct stream_model *m);
	size_t (*bytes)(const struct stream_model *m);
	/* An event that was decided elsewhere. False: it does not fit, or there was no memory; then the model is made anew. */
	bool (*apply)(struct stream_model *m, const char *type, const json_t *body);
	/* $1 = id, then what access_to_params gives: fails with assure() unless the stream is still open to the same. */
	const struct db_stmt *unchanged;
	const struct db_stmt *known; /* $1 = uuid[]: which of them are taken, as rows of `id`. See change.makes */
	/* What has been decided since the last `written`, as statements: how many, or -1 without memory. They and their
	 * parameters are the model's, until `written`. */
	int (*write)(struct stream_model *m, const char *id, struct db_call ret_calls[MODEL_WRITES_MAX]);
	void (*written)(struct stream_model *m); /* it is committed */
};
#endif
