/* nats_private.h - what the files of the link to NATS share. */
#ifndef STREAM_NATS_PRIVATE_H
#define STREAM_NATS_PRIVATE_H
#include "stream/nats_link.h"
#include <nats/nats.h>

/* Whom we believe, and how we show who we are. */
bool nats_options_trust(natsOptions *o, const struct nats_link_config *c, struct err *err);
#endif
