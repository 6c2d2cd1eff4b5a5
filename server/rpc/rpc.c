/* rpc.c - the room's birth, its second hand, drain and end. */
#include "rpc/rpc_private.h"
#include <stdlib.h>
#include <string.h>

static const struct caller *caller_of(void *owner, uint64_t conn)
{
	struct conn *c = rpc_conn(owner, conn);

	return c && c->state == CONN_OPEN ? &c->caller->caller : NULL;
}

static void stream_grown(void *owner, const char *kind, const char *id)
{
	struct rpc *rpc = owner;

	if (strcmp(kind, "member") == 0)
		conn_recheck_member(rpc, id);
	openings_grown(rpc->openings, kind, id); /* last: it may end the stream's being held */
}

/* Other streams' snapshots quote the names of people and spaces. That is heard of as a hint: here when it is committed, by
 * the other nodes as soon as they are told, and when hints may have been lost all topics are said to have changed. */
static void topic_changed(void *owner, const char *topic, const struct access *access)
{
	struct rpc *rpc = owner;

	if (rpc->openings && (strcmp(topic, "people") == 0 || strcmp(topic, "spaces") == 0))
		openings_forget(rpc->openings);
	feed_changed(rpc, topic, access);
}

static void stream_hold(void *owner, const char *kind, const char *id, int64_t head)
{
	hub_hold(((struct rpc *)owner)->hub, kind, id, head);
}

static void stream_release(void *owner, const char *id)
{
	hub_release(((struct rpc *)owner)->hub, id);
}

/* Connections leave one by one over the spread, so that they do not all arrive elsewhere at once. */
static void drain_some(struct rpc *rpc)
{
	int64_t left_ms = rpc->drain_until_ms - clock_mono_ms();
	unsigned open = HASH_COUNT(rpc->conns), now;
	struct conn *c, *next;

	now = left_ms <= 100 ? open : (unsigned)((int64_t)open * 100 / left_ms) + 1;
	HASH_ITER(hh, rpc->conns, c, next) {
		if (now == 0)
			break;
		if (c->state == CONN_CLOSING || c->calls > 0)
			continue;
		conn_close(c, NET_CLOSE_GOING_AWAY, "the server is being restarted");
		now--;
	}
	if (!rpc->conns && !rpc->calls && journal_is_idle(rpc->journal)) {
		timer_stop(rpc->tick);
		rpc->drained(rpc->drained_owner);
	}
}

static void rpc_tick(void *owner)
{
	struct rpc *rpc = owner;

	if (rpc->is_draining) {
		drain_some(rpc);
		return;
	}
	rates_sweep(rpc->rates, clock_mono_ms());
	if (rpc->recent)
		recent_sweep(rpc->recent, clock_mono_ms() - rpc->config.replica_lag_ms - 1000);
	journal_tick(rpc->journal);
	openings_sweep(rpc->openings, clock_mono_ms());
	conn_tick(rpc);
}

struct loop *rpc_loop(const struct rpc *rpc)
{
	return rpc->config.loop;
}

void rpc_drain(struct rpc *rpc, int64_t spread_ms, void (*done)(void *owner), void *owner)
{
	rpc->is_draining = true;
	rpc->drain_until_ms = clock_mono_ms() + spread_ms;
	rpc->drained = done;
	rpc->drained_owner = owner;
	timer_start(rpc->tick, 0, 50);
}

static void refusals_find(struct rpc_refusals *r)
{
	r->message[KD_LIMIT_BYTES] = metric_refusals("limit.message");
	r->message[KD_LIMIT_NESTING] = metric_refusals("limit.nesting");
	r->message[KD_LIMIT_VALUES] = metric_refusals("limit.values");
	r->message[KD_LIMIT_KEYS] = metric_refusals("limit.keys");
	r->message[KD_LIMIT_CONTAINERS] = metric_refusals("limit.containers");
	r->batch = metric_refusals("limit.batch");
	r->calls = metric_refusals("limit.calls");
	r->bad_messages = metric_refusals("limit.bad_messages");
	r->session_check = metric_refusals("limit.session_check");
	r->rate[RATE_READ] = metric_refusals("rate.read");
	r->rate[RATE_WRITE] = metric_refusals("rate.write");
	r->rate[RATE_LIVE] = metric_refusals("rate.live");
	r->rate[RATE_HEAVY] = metric_refusals("rate.heavy");
}

static bool is_whole(const struct rpc *rpc)
{
	return rpc->hub && rpc->openings && rpc->journal && rpc->rates && rpc->seats && rpc->feed && rpc->sign_ins && rpc->tick && rpc->again_timer &&
		(rpc->recent || !rpc->config.replica);
}

struct rpc *rpc_create(const struct rpc_config *config, struct err *err)
{
	struct rpc *rpc = calloc(1, sizeof(*rpc));
	char node[ID_SIZE];
	struct hub_config hub = {
		.loop = config->loop, .db = config->db, .kinds = config->kinds, .node = NULL, .caller_of = caller_of,
		.grown = stream_grown, .feed = topic_changed, .owner = rpc, .nats = config->nats, .subjects = config->bus_subjects,
	};

	err_set(err, KD_E_INTERNAL, "out of memory");
	if (!rpc)
		return NULL;
	rpc->config = *config;
	buf_init(&rpc->answer, 64u << 20);
	rpc->bad_messages = metric_counter("korsdrag_bad_messages_total", "Messages that were no JSON-RPC requests.", NULL);
	refusals_find(&rpc->refusals);
	rpc->again = metric_counter("korsdrag_calls_again_total", "Calls that ran again because the database was lost under them.", NULL);
	rpc->signed_in_gauge = metric_gauge("korsdrag_signed_in_connections", "Connections whose caller is known.", NULL);
	id_make(node);
	memcpy(rpc->node, node, sizeof(node));
	hub.node = rpc->node;
	rpc->feed = feed_create(rpc);
	rpc->sign_ins = sign_ins_create(rpc);
	rpc->rates = rates_create(config->rate_per_minute);
	rpc->seats = seats_create(config->conns_per_member);
	rpc->recent = config->replica ? recent_create() : NULL;
	rpc->hub = hub_create(&hub, err);
	rpc->openings = openings_create(&(struct openings_config){ .db = config->db, .max_bytes = config->snapshots_max,
		.idle_ms = config->snapshot_idle_ms, .hold = stream_hold, .release = stream_release, .owner = rpc });
	task_init(&rpc->pace, config->loop, pace_run);
	rpc->journal = rpc->hub ? journal_create(config->db, hub_committed, rpc->hub) : NULL;
	if (rpc->journal)
		journal_set_hot(rpc->journal, &(struct journal_hot){ .loop = config->loop, .models_max = config->models_max,
			.model_idle_ms = config->model_idle_ms, .viewers = hub_viewers, .owner = rpc->hub });
	rpc->tick = loop_timer_create(config->loop, rpc_tick, rpc);
	rpc->again_timer = loop_timer_create(config->loop, call_again_due, rpc);
	if (!is_whole(rpc) || !dispatch_bind(rpc, err)) {
		rpc_destroy(rpc);
		return NULL;
	}
	timer_start(rpc->tick, 1000, 1000);
	return rpc;
}

void rpc_destroy(struct rpc *rpc)
{
	if (!rpc)
		return;
	timer_destroy(rpc->tick);
	timer_destroy(rpc->again_timer);
	journal_destroy(rpc->journal);
	call_free_all(rpc);
	conn_free_all(rpc);
	task_cancel(&rpc->pace);
	readers_end(rpc);
	openings_destroy(rpc->openings);
	hub_destroy(rpc->hub);
	feed_destroy(rpc->feed);
	sign_ins_destroy(rpc->sign_ins);
	rates_destroy(rpc->rates);
	seats_destroy(rpc->seats);
	recent_destroy(rpc->recent);
	buf_finish(&rpc->answer);
	free(rpc->stats);
	free(rpc);
}

void rpc_set_net(struct rpc *rpc, struct net *net)
{
	rpc->net = net;
	hub_set_net(rpc->hub, net);
}

bool rpc_bus_is_up(const struct rpc *rpc)
{
	return hub_bus_is_up(rpc->hub);
}

const char *rpc_bus_name(const struct rpc *rpc)
{
	return hub_bus_name(rpc->hub);
}

const char *rpc_bus_reason(const struct rpc *rpc)
{
	return hub_bus_reason(rpc->hub);
}

void rpc_set_domain(struct rpc *rpc, const char *domain, void *state)
{
	for (size_t i = 0; i < DOMAINS_MAX; i++)
		if (!rpc->domains[i].name || strcmp(rpc->domains[i].name, domain) == 0) {
			rpc->domains[i] = (struct domain){ domain, state };
			return;
		}
	log_line(LOG_ERROR, "too many domains", NULL);
	abort();
}
