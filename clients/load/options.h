/* options.h - what a run is told to do: a scenario's own settings, and what the command line changes of them. */
#ifndef CLIENTS_LOAD_OPTIONS_H
#define CLIENTS_LOAD_OPTIONS_H
#include "clients/load/op.h"
#include <stdbool.h>
#include <stdint.h>

#define URLS_MAX 16
#define PIDS_MAX 32

struct options {
	const char *scenario;
	const char *urls[URLS_MAX];
	int url_count;
	const char *token_file, *json_file, *record_file;
	const char *space, *board, *thread; /* ids of what is there; NULL: made */
	int64_t clients, writers, slow, hostile;
	int64_t boards, threads, cards;
	double rate;         /* calls a second and writer */
	int64_t in_flight;   /* of each writer at once, as fast as it goes; 0: by the rate */
	double mix[OP_KINDS]; /* weights */
	int64_t text;        /* bytes of what is written */
	double presence, presence_share; /* a second; of the clients */
	double storm_at, storm_share, storm_spread; /* seconds into the measuring; 0: none */
	double ramp, warmup, duration, settle;      /* seconds */
	double back_off, back_off_max;              /* milliseconds */
	bool works_early, is_poisson, sends_again, has_progress, stays_plain;
	int64_t per_address; /* connections from each of 127.0.0.0/8; 0: whatever address */
	int64_t seed;        /* 0: another each time */
	int pids[PIDS_MAX], pid_count; /* of servers */
	int64_t database_pid;          /* 0: none */
	bool others_write;             /* check: the streams have other writers as well */
	const char *path, *subprotocol, *marker, *say, *hello, *answer; /* sink */
};

/* Fills `o` from the arguments behind the program's name. False: the reason has been printed. */
bool options_read(struct options *o, int argc, char **argv);
void options_help(void);
#endif
