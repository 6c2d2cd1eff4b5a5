/* reserve.c - pieces of address space: what limits a process (RLIMIT_AS, no overcommitment) counts them as used. */
#include "base/reserve.h"
#include "base/log.h"
#include <stdlib.h>
#include <sys/mman.h>

static void *pieces[RESERVE_PIECES];
static bool was_kept, is_short;

bool reserve_keep(void)
{
	was_kept = true;
	for (int i = 0; i < RESERVE_PIECES; i++) {
		if (pieces[i])
			continue;
		pieces[i] = mmap(NULL, RESERVE_PIECE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (pieces[i] == MAP_FAILED) {
			pieces[i] = NULL;
			return false;
		}
	}
	if (is_short)
		log_line(LOG_INFO, "memory is there again", NULL);
	is_short = false;
	return true;
}

bool reserve_give(void)
{
	for (int i = 0; i < RESERVE_PIECES; i++) {
		if (!pieces[i])
			continue;
		munmap(pieces[i], RESERVE_PIECE);
		pieces[i] = NULL;
		if (!is_short) {
			is_short = true;
			log_line(LOG_WARN, "memory is short", "so", "new calls and connections are refused", NULL);
		}
		return true;
	}
	return false;
}

void *reserve_alloc(size_t size, const char *purpose)
{
	void *p;

	while (!(p = malloc(size)))
		if (!reserve_give()) {
			log_line(LOG_ERROR, "out of memory", "bytes", log_int((int64_t)size), "for", purpose, NULL);
			abort();
		}
	return p;
}

bool reserve_is_low(void)
{
	return was_kept && is_short && !reserve_keep();
}
