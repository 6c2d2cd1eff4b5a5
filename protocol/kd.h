/* kd.h - what travels between a Korsdrag server and its clients, described once.
 *
 * A method or event is a table of fields. The same table decodes and checks parameters, encodes
 * results, prints the OpenRPC document (from which the browser client's types are made) and drives
 * the tests. This library does no I/O, keeps no state and knows nothing of the server. */
#ifndef KD_H
#define KD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KD_MUST_CHECK __attribute__((warn_unused_result))
#define KD_SUBPROTOCOL "korsdrag.v1"
#define KD_REQUEST_ID_MAX 64    /* bytes of a request's id, when it is a text */
#define KD_METHOD_NAME_MAX 64
#define KD_MAX_SAFE_INT INT64_C(9007199254740991) /* 2^53-1: what a JavaScript number holds exactly */

/* --- errors: the closed list (errors.c) ------------------------------------------------------ */

enum kd_code {
	KD_OK = 0,
	KD_E_PARSE = -32700,           /* not JSON, or JSON of a kind we refuse (duplicate keys, U+0000 …) */
	KD_E_REQUEST = -32600,         /* JSON, but not a JSON-RPC 2.0 request; or over a size limit */
	KD_E_METHOD = -32601,          /* no such method */
	KD_E_INVALID = -32602,         /* parameters do not fit the method's field table; data.field names it */
	KD_E_INTERNAL = -32603,        /* our fault; the log has the detail */
	KD_E_UNAUTHENTICATED = -32001, /* sign in first, or the session has ended */
	KD_E_FORBIDDEN = -32003,       /* you may see it, but not do this */
	KD_E_NOT_FOUND = -32004,       /* does not exist, or is not for you: the same answer */
	KD_E_CONFLICT = -32009,        /* the state has changed so that this cannot be done */
	KD_E_TOO_LARGE = -32013,       /* over a limit that the message names */
	KD_E_BUSY = -32020,            /* too much at once; try again later */
	KD_E_UNAVAILABLE = -32021,     /* outcome unknown or database away: send the same op again */
	KD_E_RATE_LIMITED = -32029,    /* data.retryAfterMs says when */
};

struct kd_error_info {
	enum kd_code code;
	const char *name;     /* "not_found": data.code on the wire */
	const char *sentence; /* what it means, for the OpenRPC document */
};

/* Never NULL: an unknown code gives the row of KD_E_INTERNAL. */
const struct kd_error_info *kd_error_info(enum kd_code code);
extern const struct kd_error_info kd_error_table[]; /* ends with name == NULL */

/* The limit that a message went beyond, for who counts them. */
enum kd_limit { KD_LIMIT_NONE, KD_LIMIT_BYTES, KD_LIMIT_NESTING, KD_LIMIT_VALUES, KD_LIMIT_KEYS, KD_LIMIT_CONTAINERS, KD_LIMITS };

/* What is wrong with a piece of input. `field` is a JSON pointer into params ("/text", "/cards/3/x"). */
struct kd_fault {
	enum kd_code code;
	char field[128];
	char reason[200]; /* a sentence without a full stop: "must be at most 200 characters" */
	enum kd_limit limit;
};

/* --- fields ----------------------------------------------------------------------------------- */

enum kd_type {
	KD_TYPE_END = 0,
	KD_TYPE_ID,     /* const char *: UUID in canonical lower case, 36 characters */
	KD_TYPE_TEXT,   /* const char *: UTF-8, min..max Unicode code points, no C0 controls but TAB, LF, CR */
	KD_TYPE_ENUM,   /* const char *: one of `words` */
	KD_TYPE_ORDER,  /* const char *: fractional index, 1..64 of [0-9A-Za-z], compared bytewise */
	KD_TYPE_STREAM, /* const char *: "kind:uuid" */
	KD_TYPE_INT,    /* int64_t, min..max */
	KD_TYPE_TIME,   /* int64_t: milliseconds since 1970-01-01T00:00Z */
	KD_TYPE_NUMBER, /* double, min..max, finite */
	KD_TYPE_BOOL,   /* bool */
	KD_TYPE_OBJECT, /* struct embedded in the outer one, when `is_pointer` a pointer to it (NULL: absent) */
	KD_TYPE_LIST,   /* struct { size_t count; T *items; }: of objects, ids, texts, words, or ints. Optional: absent when items is NULL */
	KD_TYPE_JSON,   /* json_t *: any JSON; results, snapshots and event bodies only */
};

/* What the JSON of a KD_TYPE_JSON field is, so that the OpenRPC document can say it. */
enum kd_json_of { KD_JSON_OF_ANY = 0, KD_JSON_OF_SNAPSHOT, KD_JSON_OF_EVENT };

enum kd_presence { KD_OPTIONAL = 0, KD_REQUIRED = 1 };

/* Optional numbers say whether they were given. Optional text, ids, enums and orders are NULL when absent. */
struct kd_opt_int { bool is_set; int64_t value; };
struct kd_opt_number { bool is_set; double value; };
struct kd_opt_bool { bool is_set; bool value; };

struct kd_field {
	const char *name;
	enum kd_type type;
	enum kd_presence presence;
	bool is_opt_struct; /* the member is one of the kd_opt_ structs */
	bool is_pointer;    /* KD_TYPE_OBJECT: the member is a pointer */
	size_t offset;
	double min, max;            /* numbers: range; text: code points; lists: at most so many */
	const char *const *words;   /* KD_TYPE_ENUM and lists of words: NULL-terminated */
	const struct kd_field *sub; /* objects and lists of objects */
	const char *sub_name;       /* what the source calls `sub`: "kd_person_fields" becomes the schema Person */
	enum kd_type item;          /* lists: type of each item */
	size_t item_size;
	double item_min, item_max;  /* lists of text: code points of each; of ints: range of each */
	enum kd_json_of json_of;    /* KD_TYPE_JSON */
	const char *doc;            /* one sentence: meaning, unit */
};

#define KD__SAME(T, m, type) (0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((T *)0)->m), type) ? 1 : -1]))
#define KD__AT(T, m, type) (offsetof(T, m) + KD__SAME(T, m, type))
#define KD__STRUCT(T, m) offsetof(T, m)
#define KD__LIST(T, m) (offsetof(T, m) + 0 * sizeof(char[offsetof(__typeof__(((T *)0)->m), items) == sizeof(size_t) ? 1 : -1]))

#define KD_ID(T, m, pres, text) { .name = #m, .type = KD_TYPE_ID, .presence = pres, .offset = KD__AT(T, m, const char *), .doc = text }
#define KD_TEXT(T, m, pres, lo, hi, text) { .name = #m, .type = KD_TYPE_TEXT, .presence = pres, .offset = KD__AT(T, m, const char *), .min = lo, .max = hi, .doc = text }
#define KD_ENUM(T, m, pres, list, text) { .name = #m, .type = KD_TYPE_ENUM, .presence = pres, .offset = KD__AT(T, m, const char *), .words = list, .doc = text }
#define KD_ORDER(T, m, pres, text) { .name = #m, .type = KD_TYPE_ORDER, .presence = pres, .offset = KD__AT(T, m, const char *), .doc = text }
#define KD_STREAM(T, m, pres, text) { .name = #m, .type = KD_TYPE_STREAM, .presence = pres, .offset = KD__AT(T, m, const char *), .doc = text }
#define KD_INT(T, m, lo, hi, text) { .name = #m, .type = KD_TYPE_INT, .presence = KD_REQUIRED, .offset = KD__AT(T, m, int64_t), .min = lo, .max = hi, .doc = text }
#define KD_TIME(T, m, text) { .name = #m, .type = KD_TYPE_TIME, .presence = KD_REQUIRED, .offset = KD__AT(T, m, int64_t), .min = 0, .max = 9007199254740991.0, .doc = text }
#define KD_NUMBER(T, m, lo, hi, text) { .name = #m, .type = KD_TYPE_NUMBER, .presence = KD_REQUIRED, .offset = KD__AT(T, m, double), .min = lo, .max = hi, .doc = text }
#define KD_BOOL(T, m, text) { .name = #m, .type = KD_TYPE_BOOL, .presence = KD_REQUIRED, .offset = KD__AT(T, m, bool), .doc = text }
#define KD_OPT_INT(T, m, lo, hi, text) { .name = #m, .type = KD_TYPE_INT, .is_opt_struct = true, .offset = KD__AT(T, m, struct kd_opt_int), .min = lo, .max = hi, .doc = text }
#define KD_OPT_TIME(T, m, text) { .name = #m, .type = KD_TYPE_TIME, .is_opt_struct = true, .offset = KD__AT(T, m, struct kd_opt_int), .min = 0, .max = 9007199254740991.0, .doc = text }
#define KD_OPT_NUMBER(T, m, lo, hi, text) { .name = #m, .type = KD_TYPE_NUMBER, .is_opt_struct = true, .offset = KD__AT(T, m, struct kd_opt_number), .min = lo, .max = hi, .doc = text }
#define KD_OPT_BOOL(T, m, text) { .name = #m, .type = KD_TYPE_BOOL, .is_opt_struct = true, .offset = KD__AT(T, m, struct kd_opt_bool), .doc = text }
#define KD_OBJECT(T, m, fields, text) { .name = #m, .type = KD_TYPE_OBJECT, .presence = KD_REQUIRED, .offset = KD__STRUCT(T, m), .item_size = sizeof(((T *)0)->m), .sub = fields, .sub_name = #fields, .doc = text }
#define KD_OPT_OBJECT(T, m, fields, text) { .name = #m, .type = KD_TYPE_OBJECT, .is_pointer = true, .offset = KD__STRUCT(T, m), .item_size = sizeof(*((T *)0)->m), .sub = fields, .sub_name = #fields, .doc = text }
#define KD_LIST(T, m, pres, hi, fields, text) { .name = #m, .type = KD_TYPE_LIST, .presence = pres, .offset = KD__LIST(T, m), .max = hi, .item = KD_TYPE_OBJECT, .item_size = sizeof(*((T *)0)->m.items), .sub = fields, .sub_name = #fields, .doc = text }
#define KD_LIST_ID(T, m, pres, hi, text) { .name = #m, .type = KD_TYPE_LIST, .presence = pres, .offset = KD__LIST(T, m), .max = hi, .item = KD_TYPE_ID, .item_size = sizeof(const char *), .doc = text }
#define KD_LIST_TEXT(T, m, pres, hi, ilo, ihi, text) { .name = #m, .type = KD_TYPE_LIST, .presence = pres, .offset = KD__LIST(T, m), .max = hi, .item = KD_TYPE_TEXT, .item_size = sizeof(const char *), .item_min = ilo, .item_max = ihi, .doc = text }
#define KD_LIST_ENUM(T, m, pres, hi, list, text) { .name = #m, .type = KD_TYPE_LIST, .presence = pres, .offset = KD__LIST(T, m), .max = hi, .item = KD_TYPE_ENUM, .item_size = sizeof(const char *), .words = list, .doc = text }
#define KD_JSON(T, m, pres, text) { .name = #m, .type = KD_TYPE_JSON, .presence = pres, .offset = KD__AT(T, m, json_t *), .doc = text }
#define KD_JSON_OF(T, m, pres, what, text) { .name = #m, .type = KD_TYPE_JSON, .presence = pres, .offset = KD__AT(T, m, json_t *), .json_of = what, .doc = text }
#define KD_FIELDS_END { .name = NULL, .type = KD_TYPE_END }

struct kd_ids { size_t count; const char **items; };
struct kd_texts { size_t count; const char **items; };

/* --- methods and events ----------------------------------------------------------------------- */

/* An event of a stream: its body travels in `stream.events` and stands in the journal. */
struct kd_event {
	const char *name; /* "card.moved" */
	const char *summary;
	const struct kd_field *fields;
	size_t size;
	bool hides_actor; /* nobody is told who did it: `actor` stands in the journal alone */
};

/* A message from the server that is no event and asks no answer ("stream.events", "presence.changed"). */
struct kd_notice {
	const char *name;
	const char *summary;
	const struct kd_field *fields;
	size_t size;
};

#define KD_ERRORS(...) ((const enum kd_code[]){ __VA_ARGS__, KD_OK })

struct kd_method {
	const char *name; /* noun.verb */
	const char *summary;
	const char *doc; /* more, in Markdown; may be NULL */
	const struct kd_field *params;
	size_t params_size;
	const struct kd_field *result; /* {} when NULL */
	size_t result_size;
	const struct kd_event *emits;  /* NULL when it changes nothing that is journaled */
	const enum kd_code *errors;    /* besides those that any method may give; ends with KD_OK; may be NULL */
	bool is_notice;                /* sent without id, never answered (presence.set) */
	bool has_op;                   /* a change: params carry `op`, and a repeated op gets its first answer */
};

/* What stream.open answers for a kind of stream instead of its events. */
struct kd_snapshot {
	const char *kind; /* "thread" */
	const struct kd_field *fields;
	size_t size;
};

/* Every noun's file ends with its NULL-terminated tables; methods.c lists the tables. */
extern const struct kd_method *const *const kd_method_tables[]; /* NULL-terminated */
extern const struct kd_event *const *const kd_event_tables[];   /* NULL-terminated */
extern const struct kd_notice *const kd_notices[];              /* NULL-terminated */
extern const struct kd_snapshot kd_snapshots[];                 /* ends with kind == NULL */

const struct kd_method *kd_method_find(const char *name); /* NULL when unknown */
const struct kd_event *kd_event_find(const char *name);   /* NULL when unknown */

/* --- codec ------------------------------------------------------------------------------------ */

/* Where decoded values live. `alloc` returns zeroed, aligned memory or NULL. */
struct kd_mem {
	void *(*alloc)(void *ctx, size_t size);
	void *ctx;
};

/* Fills `out` (zeroed by us, of the table's struct size) from a JSON object. Text is copied into `mem`;
 * KD_JSON members are borrowed from `in`.
 * Unknown fields, null, wrong types and values outside bounds are refused; *ret_fault then names the
 * field, and `out` is unspecified. */
bool kd_decode(const struct kd_field *fields, const json_t *in, struct kd_mem mem, void *out, size_t size,
	struct kd_fault *ret_fault) KD_MUST_CHECK;

/* A new JSON object, or NULL when memory ran out. Absent optionals are left out. Also refuses (NULL)
 * what does not fit the table: a bug in the caller. KD_JSON members are borrowed: their count goes up. */
json_t *kd_encode(const struct kd_field *fields, const void *in) KD_MUST_CHECK;
/* The same, and on NULL *ret_fault says what did not fit: for the log. */
json_t *kd_encode_or_fault(const struct kd_field *fields, const void *in, struct kd_fault *ret_fault) KD_MUST_CHECK;

/* Where text goes that is written piece by piece. `add` cannot fail; what is behind it may have a sticky fault. */
struct kd_sink {
	void (*add)(void *ctx, const char *text, size_t len);
	void *ctx;
};

/* Writes what kd_encode would make as text, compact, without making it. False: it does not fit the table, and some of it
 * may have been written. */
bool kd_write(const struct kd_field *fields, const void *in, struct kd_sink out, struct kd_fault *ret_fault) KD_MUST_CHECK;
bool kd_write_text(struct kd_sink out, const char *text, size_t len) KD_MUST_CHECK; /* a JSON string; false: not UTF-8 */
void kd_write_int(struct kd_sink out, int64_t value);

/* Whether a JSON object fits the table: for results and snapshots that SQL has put together. */
bool kd_check(const struct kd_field *fields, const json_t *in, struct kd_fault *ret_fault) KD_MUST_CHECK;

bool kd_id_is_valid(const char *text);    /* canonical lower-case UUID */
bool kd_order_is_valid(const char *text); /* 1..64 of [0-9A-Za-z] */

/* --- JSON-RPC 2.0 (jsonrpc.c, scan.c) ----------------------------------------------------------- */

struct kd_scan_limits {
	size_t max_bytes;  /* 65536 */
	int max_depth;     /* 16 */
	int max_values;    /* 4096 */
	int max_keys;      /* per object: 256 */
	int max_containers; /* objects and lists: 2048. An empty object costs jansson 224 bytes, so that this bounds memory */
};
extern const struct kd_scan_limits kd_scan_limits_default;

/* Reads over the text without building anything, so that a small message cannot cost much memory:
 * checks UTF-8, depth, number of values, containers and keys, refuses U+0000, lone surrogates, and trailing text. */
bool kd_scan(const char *text, size_t len, const struct kd_scan_limits *limits, struct kd_fault *ret_fault) KD_MUST_CHECK;

/* kd_scan, then jansson with JSON_REJECT_DUPLICATES. NULL on failure. */
json_t *kd_parse(const char *text, size_t len, const struct kd_scan_limits *limits, struct kd_fault *ret_fault) KD_MUST_CHECK;

/* Copies JSON text without the white space between its tokens: how long it is then. `to` takes len octets, beside `text`. What
 * is no JSON becomes no JSON. */
size_t kd_squeeze(char *to, const char *text, size_t len);

/* One request of a message. `method` and `params` are borrowed from the message's JSON. `id` is NULL
 * for a notification; otherwise a string (at most 64 bytes) or an integer. */
struct kd_request {
	const json_t *id;
	const char *method;
	const json_t *params; /* an object, or NULL when absent */
};

/* Reads one request object. On failure `ret_fault` says why and ret_request->id is the id if it could be read. */
bool kd_request_read(const json_t *in, struct kd_request *ret_request, struct kd_fault *ret_fault) KD_MUST_CHECK;

/* A plain request, read without building anything: an object with id and flat params of texts, whole numbers and booleans.
 * False says nothing but that it is not plain: then kd_parse, kd_request_read and kd_decode have the word. What is plain
 * they would read the same. All pieces lie in `text`; `id` is the JSON text of one, `params` of an object. */
struct kd_quick {
	const char *id;
	size_t id_len;
	const char *method;
	size_t method_len;
	const char *params;
	size_t params_len;
};
bool kd_quick_read(const char *text, size_t len, const struct kd_scan_limits *limits, struct kd_quick *ret) KD_MUST_CHECK;
bool kd_quick_decode(const struct kd_field *fields, const struct kd_quick *q, struct kd_mem mem, void *out, size_t size) KD_MUST_CHECK;

/* New JSON objects ("jsonrpc":"2.0"); NULL when memory ran out. `result` and `params` are taken (also on failure). */
json_t *kd_response_ok(const json_t *id, json_t *result) KD_MUST_CHECK;
json_t *kd_response_error(const json_t *id, const struct kd_fault *fault, int64_t retry_after_ms) KD_MUST_CHECK; /* retry < 0: leave out */
json_t *kd_notice_message(const char *method, json_t *params) KD_MUST_CHECK;

/* --- OpenRPC ------------------------------------------------------------------------------------ */

/* The OpenRPC 1.3 document of all method tables, events as x-events, notices as x-notices. NULL: out of memory. */
json_t *kd_openrpc(const char *version) KD_MUST_CHECK;

#endif
