/* id.h - UUIDv7 (RFC 9562), secrets and their hashes, from OpenSSL's generator. */
#ifndef BASE_ID_H
#define BASE_ID_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#define ID_SIZE 37
#define SECRET_SIZE 44   /* 32 random bytes in base64url, 43 characters and NUL */
#define HASH_SIZE 65     /* SHA-256 in hex */
void id_make(char ret_id[ID_SIZE]);             /* UUIDv7 with clock_now_ms() */
void secret_make(char ret_secret[SECRET_SIZE]); /* 256 bits; the process stops if the generator fails */
void secret_hash(const char *secret, char ret_hash[HASH_SIZE]);
void bytes_hash(const void *data, size_t len, char ret_hash[HASH_SIZE]);
bool secret_equal(const char *a, const char *b); /* in constant time for equal lengths */
void code_make(char ret_code[9]);               /* 8 of 23456789ABCDEFGHJKLMNPQRSTUVWXYZ (no 0 1 I O), to be typed by people */
#endif
