/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * interrupt.c - the one mutable global of the program: the signal flag.
 */
#define _POSIX_C_SOURCE 200809L
#include "base/interrupt.h"

#include <stddef.h>
#include <string.h>

#include "base/compiler.h"

static volatile sig_atomic_t flag;

static void on_signal(int signo)
{
	if (flag == 0)
		flag = signo;
}

const volatile sig_atomic_t *interrupt_install(void)
{
	static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	act.sa_handler = on_signal;
	/* SA_RESETHAND: the second signal of a kind has its default action. */
	act.sa_flags = (int)SA_RESETHAND;
	(void)sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(stops); i++)
		(void)sigaction(stops[i], &act, NULL);
	act.sa_handler = SIG_IGN;
	act.sa_flags = 0;
	(void)sigaction(SIGPIPE, &act, NULL);
	return &flag;
}
