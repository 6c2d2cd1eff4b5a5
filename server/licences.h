/* licences.h - whose work is shipped with ours, and under what terms. */
#ifndef LICENCES_H
#define LICENCES_H
/* To standard output: our own, the libraries the server is linked with, and what the built browser client holds (the
 * licences.txt beside it; web_root may be ""). Returns the exit status. */
int licences_print(const char *web_root);
#endif
