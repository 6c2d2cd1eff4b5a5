/* net.c - the node's door: made from its configuration, and taken down again. */
#include "net/net_private.h"
#include "net/site.h"
#include "base/clock.h"
#include "base/log.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SWEEP_MS 250

static char **list_copy(const char *const *list)
{
	size_t n = 0;
	char **copy;

	while (list && list[n])
		n++;
	copy = calloc(n + 1, sizeof(char *));
	if (!copy)
		return NULL;
	for (size_t i = 0; i < n; i++)
		copy[i] = strdup(list[i]);
	return copy;
}

static void list_free(const char *const *list)
{
	for (const char *const *p = list; p && *p; p++)
		free((void *)(uintptr_t)*p);
	free((void *)(uintptr_t)list);
}

static void metrics_register(struct net_metrics *m)
{
	static const char *const reasons[REFUSAL_COUNT] = {
		[REFUSED_ADDRESS] = "limit.connections_per_address", [REFUSED_PROCESS] = "limit.connections",
		[REFUSED_HEAD] = "limit.head", [REFUSED_HEAD_TIME] = "limit.head_time", [REFUSED_IDLE] = "limit.idle",
		[REFUSED_KEEP_ALIVE] = "limit.keep_alive", [REFUSED_MESSAGE] = "limit.message",
		[REFUSED_FRAGMENTS] = "limit.fragments", [REFUSED_QUEUE_SOFT] = "limit.queue_soft",
		[REFUSED_QUEUE_HARD] = "limit.queue_hard", [REFUSED_BEHIND] = "limit.behind", [REFUSED_DEAD] = "limit.dead",
		[REFUSED_REQUEST] = "reason=\"bad_request\"", [REFUSED_HANDSHAKE] = "reason=\"bad_handshake\"",
		[REFUSED_ORIGIN] = "reason=\"origin\"", [REFUSED_CREDENTIAL] = "reason=\"no_credential\"",
		[REFUSED_TOO_BIG] = "reason=\"too_big\"",
		[REFUSED_PROTOCOL] = "reason=\"websocket_protocol\"",
	};

	m->conns = metric_gauge("korsdrag_net_connections", "Open WebSocket connections.", NULL);
	m->peers = metric_gauge("korsdrag_net_http_sockets", "Open sockets that speak HTTP.", NULL);
	m->requests = metric_counter("korsdrag_net_http_requests_total", "HTTP requests read, handshakes included.", NULL);
	for (int i = 0; i < REFUSAL_LIMITS; i++)
		m->refused[i] = metric_refusals(reasons[i]);
	for (int i = REFUSAL_LIMITS; i < REFUSAL_COUNT; i++)
		m->refused[i] = metric_counter("korsdrag_net_refusals_total", "What was refused before any handler saw it.",
			reasons[i]);
	m->bytes_in = metric_counter("korsdrag_net_bytes_in_total", "Octets read from sockets.", NULL);
	m->bytes_out = metric_counter("korsdrag_net_bytes_out_total", "Octets handed to sockets.", NULL);
	m->frames_in = metric_counter("korsdrag_net_messages_in_total", "WebSocket messages received.", NULL);
	m->frames_out = metric_counter("korsdrag_net_messages_out_total", "WebSocket messages sent.", NULL);
	m->queued = metric_gauge("korsdrag_net_queue_bytes", "Octets waiting in all connections' queues.", NULL);
	m->dropped = metric_counter("korsdrag_net_dropped_total", "Queued messages taken back before they left.", NULL);
	m->flushes = metric_counter("korsdrag_net_flushes_total", "Writes of queued messages to a socket.", NULL);
	m->choked = metric_counter("korsdrag_net_choked_total", "Flushes that a full socket ended.", NULL);
}

void net_refused(struct net *net, enum net_refusal why)
{
	metric_add(net->metrics.refused[why], 1);
}

static void on_turn_end(void *owner)
{
	conn_flush_all(owner);
}

/* Runs on a later step: tells those whose queue has run empty. What they send now leaves at this turn's end. */
static void on_again(struct task *t)
{
	struct net *net = task_owner(t, struct net, again);
	struct conn *c;

	while ((c = net->drained)) {
		net->drained = c->drained_next;
		c->drained_next = NULL;
		c->is_drained = false;
		if (c->state == CONN_OPEN && net->config.handlers->drained)
			net->config.handlers->drained(net->config.owner, c->id);
	}
}

static void on_sweep(void *owner)
{
	struct net *net = owner;
	int64_t now = clock_mono_ms();

	peer_sweep(net, now);
	alive_sweep(net, now);
	conn_sweep(net, now);
	net->is_sweeping = false;
	if (net->peers || net->closing || net->behind || net->heard || net->asked)
		net_sweep_start(net);
}

void net_sweep_start(struct net *net)
{
	if (!net->is_sweeping)
		timer_start(net->sweep, SWEEP_MS, 0);
	net->is_sweeping = true;
}

static bool net_begin(struct net *net, struct err *err)
{
	if (!routes_fit(net->config.routes, err))
		return false;
	net->security_headers = headers_make(net->config.origins);
	net->addresses = addresses_create(net->config.max_conns_per_address);
	net->sweep = loop_timer_create(net->loop, on_sweep, net);
	net->turn_end = turn_end_create(net->loop, on_turn_end, net);
	if (!net->config.origins || !net->config.listen || !net->security_headers || !net->addresses || !net->sweep ||
		!net->turn_end)
		return err_set(err, KD_E_UNAVAILABLE, "out of memory");
	if (net->config.web_root && !(net->site = site_create(net->config.web_root, err)))
		return false;
	/* The address may be refused, so it comes before the engine, which cannot be undone before the loop has turned once:
	 * libuv aborts on descriptors that are closed before it has seen them. Nobody is let in before that either. */
	net->listener = listener_create(net, err);
	if (!net->listener)
		return false;
	net->engine = engine_create(net, err);
	return net->engine != NULL;
}

struct net *net_create(struct loop *loop, const struct net_config *config, struct err *err)
{
	struct net *net = calloc(1, sizeof(*net));

	if (!net) {
		err_set(err, KD_E_UNAVAILABLE, "out of memory");
		return NULL;
	}
	net->loop = loop;
	net->config = *config;
	net->config.listen = strdup(config->listen);
	net->config.origins = (const char *const *)list_copy(config->origins);
	net->config.proxies = (const char *const *)list_copy(config->proxies);
	net->config.app_paths = (const char *const *)list_copy(config->app_paths);
	task_init(&net->again, loop, on_again);
	metrics_register(&net->metrics);
	if (!net_begin(net, err)) {
		net_destroy(net);
		return NULL;
	}
	return net;
}

/* Not from inside the loop: libwebsockets needs some turns of it to let go. */
void net_destroy(struct net *net)
{
	if (!net)
		return;
	net_stop_listening(net);
	while (net->peers)
		peer_destroy(net->peers);
	engine_destroy(net->engine); /* every connection's `closed` is called here */
	assert(net->conn_count == 0);
	task_cancel(&net->again);
	turn_end_destroy(net->turn_end);
	timer_destroy(net->sweep);
	site_destroy(net->site);
	addresses_destroy(net->addresses);
	free(net->security_headers);
	free(net->slots);
	free((void *)(uintptr_t)net->config.listen);
	list_free(net->config.origins);
	list_free(net->config.proxies);
	list_free(net->config.app_paths);
	free(net);
}

void net_stop_listening(struct net *net)
{
	net->is_draining = true;
	if (net->listener)
		listener_take_rest(net->listener);
	listener_destroy(net->listener);
	net->listener = NULL;
	peers_drain(net);
}

bool net_is_answering(const struct net *net)
{
	return net->peers != NULL;
}

int net_conn_count(const struct net *net)
{
	return net->conn_count;
}

int net_port(const struct net *net)
{
	return net->listener ? listener_port(net->listener) : 0;
}

void net_set_route_owner(struct net *net, const struct http_route *table, void *owner)
{
	for (size_t i = 0; i < net->owner_count; i++)
		if (net->owners[i].table == table) {
			net->owners[i].owner = owner;
			return;
		}
	assert(net->owner_count < sizeof(net->owners) / sizeof(net->owners[0]));
	net->owners[net->owner_count++] = (struct route_owner){ table, owner };
}

void *net_route_owner(const struct net *net, const struct http_route *table)
{
	for (size_t i = 0; i < net->owner_count; i++)
		if (net->owners[i].table == table)
			return net->owners[i].owner;
	return net->config.owner;
}
