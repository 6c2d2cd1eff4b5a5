/* id.c - identifiers and secrets. */
#include "base/id.h"
#include "base/clock.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char hex[] = "0123456789abcdef";

/* A process without randomness must not go on: what it hands out could be guessed. */
static void random_bytes(unsigned char *bytes, size_t len)
{
	if (RAND_bytes(bytes, (int)len) != 1) {
		fputs("id: the random generator failed\n", stderr);
		abort();
	}
}

void id_make(char ret_id[ID_SIZE])
{
	unsigned char b[16];
	uint64_t ms = (uint64_t)clock_now_ms();
	char *out = ret_id;

	random_bytes(b + 6, sizeof b - 6);
	for (int i = 5; i >= 0; i--, ms >>= 8)
		b[i] = ms & 0xFF;
	b[6] = 0x70 | (b[6] & 0x0F);
	b[8] = 0x80 | (b[8] & 0x3F);
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = hex[b[i] >> 4];
		*out++ = hex[b[i] & 15];
	}
	*out = '\0';
}

void secret_make(char ret_secret[SECRET_SIZE])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned char b[33] = { 0 }; /* the 33rd stays zero: 43 digits need 258 bits */
	char *out = ret_secret;

	random_bytes(b, 32);
	for (int i = 0; i < 33; i += 3) {
		unsigned v = (unsigned)b[i] << 16 | (unsigned)b[i + 1] << 8 | b[i + 2];

		for (int shift = 18; shift >= 0 && out < ret_secret + SECRET_SIZE - 1; shift -= 6)
			*out++ = digits[v >> shift & 63];
	}
	*out = '\0';
	OPENSSL_cleanse(b, sizeof b);
}

void bytes_hash(const void *data, size_t len, char ret_hash[HASH_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned digest_len = 0;

	if (EVP_Digest(data, len, digest, &digest_len, EVP_sha256(), NULL) != 1 || digest_len != 32) {
		fputs("id: SHA-256 failed\n", stderr);
		abort();
	}
	for (unsigned i = 0; i < digest_len; i++) {
		ret_hash[2 * i] = hex[digest[i] >> 4];
		ret_hash[2 * i + 1] = hex[digest[i] & 15];
	}
	ret_hash[64] = '\0';
}

void secret_hash(const char *secret, char ret_hash[HASH_SIZE])
{
	bytes_hash(secret, strlen(secret), ret_hash);
}

bool secret_equal(const char *a, const char *b)
{
	size_t len = strlen(a);

	return len == strlen(b) && CRYPTO_memcmp(a, b, len) == 0;
}

void code_make(char ret_code[9])
{
	static const char letters[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
	unsigned char b[8];

	random_bytes(b, sizeof b);
	for (size_t i = 0; i < sizeof b; i++)
		ret_code[i] = letters[b[i] & 31]; /* 32 letters: no bias */
	ret_code[8] = '\0';
	OPENSSL_cleanse(b, sizeof b);
}
