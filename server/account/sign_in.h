/* sign_in.h - the rules of signing in, as pure functions: what a code and a cookie may look like, and what a
 * link's fate is told as. */
#ifndef ACCOUNT_SIGN_IN_H
#define ACCOUNT_SIGN_IN_H
#include "base/id.h"
#include "base/mail_address.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COOKIE_SESSION "__Host-korsdrag"
#define COOKIE_ASK "__Host-korsdrag-ask"
#define COOKIE_SIZE 200 /* of a Set-Cookie value */
#define CODE_SIZE 9     /* 8 characters and NUL */
#define SESSION_NAME_SIZE 201

/* What somebody typed as a code: case, blanks and hyphens do not matter. False: it cannot be one. */
bool code_fold(const char *typed, char ret_code[CODE_SIZE]);
void code_print(const char code[CODE_SIZE], char ret_text[CODE_SIZE + 1]); /* "ABCD-EFGH", as mails show it */

bool secret_is_shaped(const char *text); /* 43 characters of base64url; NULL is not */

/* A session's name from the browser's User-Agent: without controls, at most 200 bytes, never empty. */
void session_name(const char *user_agent, char ret_name[SESSION_NAME_SIZE]);

/* Set-Cookie values, good for as long. A NULL secret takes the cookie away. */
void cookie_session(const char *secret, int64_t ms, char ret_value[COOKIE_SIZE]);
void cookie_ask(const char *secret, int64_t ms, char ret_value[COOKIE_SIZE]);

enum redeem { REDEEM_OPEN, REDEEM_OTHER_BROWSER, REDEEM_INVALID };
/* What became of a link or code: opened means that a session was made. One that is good but was asked for
 * elsewhere is worth another answer, for then the code helps. */
enum redeem redeem_decide(bool is_open, bool is_other_browser);
#endif
