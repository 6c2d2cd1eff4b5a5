/* port.h - ports for the servers of a test. */
#ifndef TESTS_LIB_PORT_H
#define TESTS_LIB_PORT_H

/* A port on loopback that nobody listens on, and that no other test with the same folder has taken: with SO_REUSEPORT two
 * servers would share one without a word. 0: there is none. */
int port_take_in(const char *folder);
#endif
