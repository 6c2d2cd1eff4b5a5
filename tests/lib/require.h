/* require.h - what must hold in a helper that programs of different kinds share: it says what does not, and the process ends. After the
 * condition there may be more to say, as for printf. */
#ifndef TESTS_LIB_REQUIRE_H
#define TESTS_LIB_REQUIRE_H
#include <stdio.h>
#include <stdlib.h>

#define require(condition, ...)                                                  \
	do {                                                                     \
		if (!(condition)) {                                              \
			fprintf(stderr, "%s:%d: %s", __FILE__, __LINE__, #condition); \
			fprintf(stderr, " " __VA_ARGS__);                        \
			fputc('\n', stderr);                                     \
			abort();                                                 \
		}                                                                \
	} while (0)
#endif
