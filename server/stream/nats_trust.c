/* nats_trust.c - TLS and sign-in at NATS. */
#include "stream/nats_private.h"
#include <string.h>
#include <unistd.h>

#define CA_OF_HOST "/etc/ssl/certs/ca-certificates.crt" /* Debian's; the library knows no default */

static natsStatus options_tls(natsOptions *o, const struct nats_link_config *c)
{
	bool is_secure = c->ca_file[0] || c->certificate_file[0];
	natsStatus s;

	for (const char *const *server = c->servers; *server; server++)
		is_secure = is_secure || strncmp(*server, "tls://", 6) == 0;
	if (!is_secure)
		return NATS_OK;
	s = natsOptions_SetSecure(o, true);
	if (s == NATS_OK)
		s = natsOptions_LoadCATrustedCertificates(o, c->ca_file[0] ? c->ca_file : CA_OF_HOST);
	if (s == NATS_OK && c->certificate_file[0])
		s = natsOptions_LoadCertificatesChain(o, c->certificate_file, c->key_file);
	return s;
}

/* The library reads the file at each connection, and so might find out at night that it cannot. */
static natsStatus options_sign_in(natsOptions *o, const struct nats_link_config *c)
{
	if (c->credentials_file[0])
		return access(c->credentials_file, R_OK) == 0 ? natsOptions_SetUserCredentialsFromFiles(o, c->credentials_file, NULL) : NATS_NOT_FOUND;
	if (c->token[0])
		return natsOptions_SetToken(o, c->token);
	return c->user[0] ? natsOptions_SetUserInfo(o, c->user, c->password) : NATS_OK;
}

bool nats_options_trust(natsOptions *o, const struct nats_link_config *c, struct err *err)
{
	natsStatus s = options_tls(o, c);

	if (s != NATS_OK)
		return err_set(err, KD_E_INTERNAL, "bus.ca_file, bus.certificate_file or bus.key_file cannot be used: %s", natsStatus_GetText(s));
	s = options_sign_in(o, c);
	return s == NATS_OK || err_set(err, KD_E_INTERNAL, "bus.credentials_file, bus.token_file or bus.user cannot be used: %s",
		natsStatus_GetText(s));
}
