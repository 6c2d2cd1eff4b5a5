/* sink.h - the command `sink`. */
#ifndef CLIENTS_LOAD_SINK_H
#define CLIENTS_LOAD_SINK_H
struct options;

int sink_run(const struct options *o); /* an exit status */
#endif
