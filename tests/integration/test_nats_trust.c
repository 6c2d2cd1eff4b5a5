/* Whom a node believes to be NATS, and how it shows who it is; and that it says clearly what is wrong, at its start and
 * later, without a word of a secret. */
#include "nats_world.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PASSWORD "drag och vind"
#define TOKEN "korsdragets-egen"

static struct nats_server s;

static void setup(void)
{
	s = nats_server_new();
	nats_server_file(&s, "password", PASSWORD);
	nats_server_file(&s, "wrong", "fel-ord-som-inte-syns");
	nats_server_file(&s, "token", TOKEN);
}

static void teardown(void)
{
	nats_server_end(&s);
}

TestSuite(nats_trust, .init = setup, .fini = teardown);

/* One node; in its settings each %s is the server's folder. */
static struct world *world_by(const char *scheme, const char *settings)
{
	char text[1200];
	int len = snprintf(text, sizeof text, "bus.servers = %s://127.0.0.1:%d\n", scheme, s.port);

	snprintf(text + len, sizeof text - (size_t)len, settings, s.folder, s.folder, s.folder, s.folder);
	return world_start_with(1, text);
}

static void end(struct world *w)
{
	static const char *const secrets[] = { PASSWORD, TOKEN, "fel-ord", "SEED" };
	char *log = node_log(w, 0), *trouble = trouble_of(w, 0);

	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		cr_assert(!strstr(log, secrets[i]) && !strstr(trouble, secrets[i]), "%s is told", secrets[i]);
	free(log);
	free(trouble);
	world_stop(w);
}

static void is_let_in(const char *scheme, const char *settings)
{
	struct world *w = world_by(scheme, settings);

	until_connected(w, true);
	until_interest(&s, "korsdrag.nodes", 1);
	end(w);
}

static int lines_with(const char *text, const char *words)
{
	int count = 0;

	while ((text = strstr(text, words)) && ++count)
		text++;
	return count;
}

/* /ready, the metrics and the log say so; the log not at each try. */
static void says(struct world *w, const char *why)
{
	int64_t patience = now_ms() + CHANGE_MS;
	char *trouble = trouble_of(w, 0), *log;
	int told;

	for (; !strstr(trouble, why); trouble = trouble_of(w, 0)) {
		must(now_ms() < patience, "it says \"%s\", not \"%s\"", trouble, why);
		free(trouble);
		wait_ms(50);
	}
	free(trouble);
	while (metric_of(w, 0, "korsdrag_bus_failures_total") < 5) {
		must(now_ms() < patience, "it is not tried again");
		wait_ms(50);
	}
	cr_assert(!is_connected(w, 0));
	log = node_log(w, 0);
	told = lines_with(log, "nats refused") + lines_with(log, "nats not reached");
	cr_assert(told >= 1 && told <= 4, "%s", log); /* each kind once a minute, and the minute may be over on a busy host */
	free(log);
}

static void is_refused(const char *scheme, const char *settings, const char *why)
{
	struct world *w = world_by(scheme, settings);

	w->pardoned = "nats refused";
	says(w, why);
	cr_assert_eq(nats_server_interest(&s, "korsdrag.nodes"), 0);
	end(w);
}

/* --- how a node shows who it is --------------------------------------------------------------------------- */

static void wants_password(const char *password)
{
	snprintf(s.more, sizeof s.more, "authorization { user: kors, password: \"%s\" }", password);
}

#define WITH_PASSWORD "bus.user = kors\nbus.password_file = %s/password\n"

Test(nats_trust, signs_in_by_name_and_password)
{
	wants_password(PASSWORD);
	nats_server_start(&s);
	is_let_in("nats", WITH_PASSWORD);
	is_refused("nats", "bus.user = kors\nbus.password_file = %s/wrong\n", "Authorization Violation");
	is_refused("nats", "", "Authorization Violation");
}

Test(nats_trust, signs_in_by_token)
{
	strcpy(s.more, "authorization { token: \"" TOKEN "\" }");
	nats_server_start(&s);
	is_let_in("nats", "bus.token_file = %s/token\n");
	is_refused("nats", "bus.token_file = %s/wrong\n", "Authorization Violation");
}

Test(nats_trust, signs_in_by_credentials)
{
	char command[300];

	snprintf(command, sizeof command, KORSDRAG_SOURCE "/tests/lib/nats-credentials '%s' && cd '%s' && sed 's/^SU\\(....\\)/SU\\1X/' user.creds >others.creds",
		s.folder, s.folder);
	cr_assert_eq(system(command), 0);
	strcpy(s.more, "include \"operator.conf\"");
	nats_server_start(&s);
	is_let_in("nats", "bus.credentials_file = %s/user.creds\n");
	is_refused("nats", "", "Authorization Violation");
}

/* Whoever may sign in but not hear what the nodes say has no bus: it is not enough to be connected. */
Test(nats_trust, must_be_allowed_to_hear_the_nodes)
{
	strcpy(s.more, "authorization { users: [{ user: kors, password: \"" PASSWORD "\", permissions: { subscribe: \"other.>\", publish: \">\" } }] }");
	nats_server_start(&s);
	is_refused("nats", WITH_PASSWORD, "Permissions Violation for Subscription");
}

/* What was right when the node started may be wrong the next day, and be mended without a word to the node. The library
 * by itself gives up for good at the second refusal. */
Test(nats_trust, is_refused_later_and_let_in_again)
{
	struct world *w;
	struct person *anna, *kalle;

	wants_password(PASSWORD);
	nats_server_start(&s);
	w = world_by("nats", WITH_PASSWORD);
	w->pardoned = "nats refused";
	until_connected(w, true);
	anna = sign_in(w, 0, "anna");
	kalle = sign_in(w, 0, "kalle");
	open_stream(kalle, BOARD_STREAM);
	nats_server_kill(&s);
	wants_password("another");
	nats_server_start(&s);
	until_connected(w, false);
	says(w, "Authorization Violation");
	sees_a_card(anna, kalle);
	nats_server_kill(&s);
	wants_password(PASSWORD);
	nats_server_start(&s);
	until_connected(w, true);
	until_interest(&s, "korsdrag.stream." BOARD_STREAM, 1);
	sees_a_card(anna, kalle);
	end(w);
}

/* --- whom it believes ------------------------------------------------------------------------------------- */

#define BY_AUTHORITY "bus.ca_file = %s/authority.pem\n"

/* "authority" vouches for the servers, and for the client; "stranger" is another. */
static void secure_server(const char *address, const char *more)
{
	nats_server_certificates(&s, "authority", "server", address);
	nats_server_certificates(&s, "stranger", "other", address);
	snprintf(s.more, sizeof s.more, "tls { cert_file: \"%s/server.pem\", key_file: \"%s/server.key\"%s }", s.folder, s.folder, more);
	nats_server_start(&s);
}

Test(nats_trust, speaks_tls_with_who_is_vouched_for)
{
	secure_server("IP:127.0.0.1", "");
	is_let_in("tls", BY_AUTHORITY);
	is_let_in("nats", BY_AUTHORITY); /* who names an authority means TLS */
	is_refused("tls", "bus.ca_file = %s/stranger.pem\n", "unable to get local issuer certificate");
	is_refused("tls", "", "unable to get local issuer certificate"); /* the host's authorities know nothing of it */
	is_refused("nats", "", "unable to get local issuer certificate"); /* who does not ask for TLS is not less careful */
}

Test(nats_trust, believes_no_certificate_of_another_host)
{
	secure_server("DNS:nats.example.org", "");
	is_refused("tls", BY_AUTHORITY, "IP address mismatch");
}

/* A server in the clear where TLS is wanted gets no password to read. */
Test(nats_trust, says_nothing_in_the_clear_that_was_to_be_encrypted)
{
	wants_password(PASSWORD);
	nats_server_start(&s);
	is_refused("tls", WITH_PASSWORD, "Secure Connection not available");
}

Test(nats_trust, shows_its_certificate_to_who_asks_for_it)
{
	char more[300];

	snprintf(more, sizeof more, ", verify: true, ca_file: \"%s/authority.pem\"", s.folder);
	secure_server("IP:127.0.0.1", more);
	is_let_in("tls", BY_AUTHORITY "bus.certificate_file = %s/server.pem\nbus.key_file = %s/server.key\n");
	/* By TLS 1.3 the server says no after we have said yes: what we see is that it hangs up. */
	is_refused("tls", BY_AUTHORITY, "tls://127.0.0.1:");
	is_refused("tls", BY_AUTHORITY "bus.certificate_file = %s/other.pem\nbus.key_file = %s/other.key\n", "tls://127.0.0.1:");
}

/* --- what is found out at the start ------------------------------------------------------------------------ */

static void stops_the_start(struct world *w, int with, const char *flags, const char *words)
{
	char text[400], *said;
	int status;

	snprintf(text, sizeof text, "serve|%s", flags);
	said = operator_command(w, &status, text);
	cr_assert_eq(status, with, "%s", said);
	cr_assert(strstr(said, words), "%s", said);
	free(said);
}

/* A file that cannot be used is said by the setting's name, and not found out at night. */
Test(nats_trust, a_setting_that_cannot_be_used_is_named_at_the_start)
{
	struct world *w = world_start_with(1, "");

	stops_the_start(w, 1, "--bus.servers=tls://127.0.0.1:4222|--bus.ca_file=/dev/null", "bus.ca_file");
	stops_the_start(w, 1, "--bus.servers=nats://127.0.0.1:4222|--bus.credentials_file=/no/such", "bus.credentials_file");
	stops_the_start(w, 1, "--bus.servers=nats://127.0.0.1:4222|--bus.certificate_file=/dev/null|--bus.key_file=/dev/null", "bus.key_file");
	stops_the_start(w, 2, "--bus.servers=nats://127.0.0.1:x", "bus.servers must name a host");
	stops_the_start(w, 2, "--bus.servers=nats://127.0.0.1:4222/", "bus.servers must name a host");
	stops_the_start(w, 2, "--bus.servers=tls://", "bus.servers must name a host");
	stops_the_start(w, 2, "--bus.token_file=/no/such", "bus.token_file");
	stops_the_start(w, 2, "--bus.password_file=/no/such", "bus.password_file");
	stops_the_start(w, 2, "--bus.certificate_file=/dev/null", "go together");
	stops_the_start(w, 2, "--bus.user=kors|--bus.credentials_file=/no/such", "one can be set");
	stops_the_start(w, 2, "--bus.servers=http://127.0.0.1:4222", "must begin with nats:// or tls://");
	stops_the_start(w, 2, "--bus.servers=nats://kors:hemligt@127.0.0.1:4222", "must not hold a name or password");
	stops_the_start(w, 2, "--bus.subjects=a..b", "single dots");
	world_stop(w);
}
