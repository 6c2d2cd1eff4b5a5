/* order.h - fractional index keys: places in a list that something can always be put between.
 *
 * The keys are those of the `fractional-indexing` package (CC0), which the browser client uses, after David
 * Greenspan, "Implementing Fractional Indexing"
 * (observablehq.com/@dgreensp/implementing-fractional-indexing): an integer part whose first letter says its
 * length (a: 2, b: 3 … z: 27, Z: 2, Y: 3 … A: 27 characters, the capitals below zero), then a fraction
 * without trailing zeros. They compare bytewise. */
#ifndef BOARD_ORDER_H
#define BOARD_ORDER_H
#include <stdbool.h>

#define ORDER_MAX 64
#define ORDER_SIZE (ORDER_MAX + 1)

/* Whether `key` is one that the algorithm can have made: others would break every client that sorts by them.
 */
bool order_is_valid(const char *key);

/* A short key after `after` and before `before`, both valid or NULL for the list's ends. False when they are
 * not in order, or when the key would be longer than ORDER_MAX. */
bool order_between(const char *after, const char *before, char ret_key[ORDER_SIZE]);
#endif
