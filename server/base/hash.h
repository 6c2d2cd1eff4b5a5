/* hash.h - uthash, whose tables grow from the reserve when memory is short: by itself it would end the process. */
#ifndef BASE_HASH_H
#define BASE_HASH_H
#include "base/reserve.h"
#define uthash_malloc(size) reserve_alloc(size, "a table")
#include <uthash.h>
#endif
