/* line.h - names and titles: one line of text with something to see on it. */
#ifndef BASE_LINE_H
#define BASE_LINE_H
#include <stdbool.h>

/* False for text with line breaks or tabs, and for text of nothing but spaces and invisible characters: such
 * a name could not be clicked, read aloud or told from no name. `text` is valid UTF-8. */
bool line_is_visible(const char *text);
#endif
