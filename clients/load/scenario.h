/* scenario.h - what each scenario is, as settings: everything else follows from them. */
#ifndef CLIENTS_LOAD_SCENARIO_H
#define CLIENTS_LOAD_SCENARIO_H
#include "clients/load/options.h"

struct scenario {
	const char *name, *summary;
	struct options settings;
};

extern const struct scenario scenarios[]; /* to one without a name */
const struct scenario *scenario_find(const char *name);
#endif
