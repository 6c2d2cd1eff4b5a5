/* judge.h - reads HTML as strictly as we write it: only our elements, with exactly our attributes, well nested. */
#ifndef TESTS_TEXT_JUDGE_H
#define TESTS_TEXT_JUDGE_H
#include <stddef.h>

/* NULL when all is well, otherwise what is wrong; *ret_at is where. */
const char *judge_html(const char *html, size_t *ret_at);
#endif
