/* record.c - what became of each change, as lines of JSON; before them each stream's number at the beginning. */
#include "clients/load/run.h"
#include <errno.h>
#include <string.h>

#define MESSAGE_SIZE 8192

bool record_open(struct run *r)
{
	if (!r->o.record_file)
		return true;
	r->record = fopen(r->o.record_file, "we");
	if (!r->record) {
		fprintf(stderr, "korsdrag-load: %s: %s\n", r->o.record_file, strerror(errno));
		return false;
	}
	for (int i = 0; i < r->stream_count; i++)
		fprintf(r->record, "{\"stream\":\"%s\",\"begins\":%llu}\n", r->streams[i].name,
		        (unsigned long long)r->streams[i].base);
	return true;
}

void record_op(struct run *r, uint32_t index, const char *code)
{
	const struct op *op = ops_get(&r->ops, index);
	char text[MESSAGE_SIZE], id[ID_TEXT];
	struct span params;

	if (!r->record || op->kind >= OP_WRITES)
		return;
	params = message_scan(text, work_write(r, index, text, sizeof text)).content;
	fprintf(r->record, "{\"op\":\"%s\",\"stream\":\"%s\",\"token\":%u,", op_id(&r->ops, index, id), r->streams[op->stream].name,
	        (unsigned)(op->user % r->tokens.count));
	if (op->state == OP_ACKED)
		fprintf(r->record, "\"outcome\":\"acked\",\"seq\":%llu,", (unsigned long long)op->seq);
	else if (op->state == OP_REFUSED)
		fprintf(r->record, "\"outcome\":\"refused\",\"code\":\"%s\",", code);
	else
		fprintf(r->record, "\"outcome\":\"unknown\",");
	fprintf(r->record, "\"method\":\"%s\",\"params\":%.*s}\n", op_methods[op->kind], (int)params.len, params.at);
}

void record_close(struct run *r)
{
	if (r->record && (fflush(r->record) != 0 || ferror(r->record)))
		fprintf(stderr, "korsdrag-load: %s: %s\n", r->o.record_file, strerror(errno));
	if (r->record)
		fclose(r->record);
	r->record = NULL;
}
