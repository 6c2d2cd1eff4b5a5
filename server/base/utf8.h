/* utf8.h - reading UTF-8 strictly, as RFC 3629 has it: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The character at text[0..len) and how many bytes it takes. What is not UTF-8 gives 0 and *ret_char U+FFFD. */
size_t utf8_read(const char *text, size_t len, uint32_t *ret_char);
size_t utf8_write(uint32_t c, char ret_bytes[4]); /* bytes written */
bool utf8_is_valid(const char *text, size_t len);
size_t utf8_count(const char *text, size_t len); /* characters; a bad byte counts as one */

/* The greatest length, at most `max` bytes, that does not cut a character of text[0..len) in two. */
size_t utf8_cut(const char *text, size_t len, size_t max);

/* Controls that reorder or hide text: the bidirectional embeddings, overrides, isolates and marks. */
bool utf8_is_bidi_control(uint32_t c);
#endif
