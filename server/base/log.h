/* log.h - one structured line when something ends, as logfmt text or JSON, on standard error.
 *
 * log_line(LOG_INFO, "conn closed", "reason", "peer idle", "age_s", log_int(812), NULL). Values are escaped:
 * what users wrote cannot forge a line. People's words and secrets are never logged. */
#ifndef BASE_LOG_H
#define BASE_LOG_H
#include <stdbool.h>
#include <stdint.h>
enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_TEXT, LOG_JSON };
void log_init(enum log_level level, enum log_format format, const char *node); /* `node` is put on every line */
bool log_is_on(enum log_level level);
/* Pairs of key and value, both const char *, ended by a NULL key. A NULL value is left out. */
void log_line(enum log_level level, const char *event, ...) __attribute__((sentinel));
/* Decimal text in one of 16 turning buffers: for use inside one log_line call only. */
const char *log_int(int64_t value);
const char *log_ms(int64_t us); /* microseconds as "2.9" milliseconds */
#endif
