/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * holder.c - who has the probe that is busy, for the hint of that failure.
 *
 * By the nodes that processes have open (host/holders.c). What it is about is link's and sg's and
 * usb's failure; nothing is decided here.
 */
#define _POSIX_C_SOURCE 200809L /* geteuid, getpid */
#include "cli/holder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/host.h"

enum { TOLD_MAX = 3, LOOKS_MAX = 5, BETWEEN_US = 20000 };

/* For looking twice. */
struct looks {
	struct probe_list one;
	struct host_holders held, now;
};

static bool is_held_by_other(const struct probe *p, const struct host_holder *h)
{
	bool own = strtoul(h->pid, NULL, 10) == (unsigned long)getpid();

	return !own && (strcmp(h->node, p->sg_node) == 0 || strcmp(h->node, p->usb_node) == 0);
}

static bool has_pid(const struct host_holders *list, const char *pid)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->item[i].pid, pid) == 0)
			return true;
	return false;
}

/* Into l->now: who has the probe itself open, each process once. */
static void look(struct ctx *c, struct looks *l)
{
	const struct host host = { .ctx = c, .root = "", .is_root = geteuid() == 0 };
	size_t found;

	host_find_holders(&host, &l->one, &l->now);
	found = l->now.n;
	l->now.n = 0;
	for (size_t i = 0; i < found; i++) {
		const struct host_holder *h = &l->now.item[i];

		if (is_held_by_other(&l->one.probe[0], h) && !has_pid(&l->now, h->pid))
			l->now.item[l->now.n++] = *h;
	}
}

/* Of l->held, those who are in l->now, too. */
static void keep_common(struct looks *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->held.n; i++)
		if (has_pid(&l->now, l->held.item[i].pid))
			l->held.item[n++] = l->held.item[i];
	l->held.n = n;
}

static void hint(struct ctx *c, const struct host_holders *held)
{
	char text[200] = "";
	size_t used = 0;

	for (size_t i = 0; i < held->n && i < TOLD_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%.20s (pid %.12s)",
					 i > 0 ? ", " : "", held->item[i].name, held->item[i].pid);
	ctx_hint(c, "%s has it open: wait until it ends, or end it, and run again", text);
}

bool holder_tell(struct ctx *c, const struct probe *p)
{
	struct looks *l = calloc(1, sizeof(*l));
	bool found;

	if (!l)
		return true;
	l->one.n = 1;
	l->one.probe[0] = *p;
	look(c, l);
	l->held = l->now;
	for (int i = 1; i < LOOKS_MAX && l->held.n > 1 && !ctx_signalled(c); i++) {
		ctx_sleep_us(c, BETWEEN_US);
		look(c, l);
		keep_common(l);
	}
	found = l->held.n > 0;
	if (found)
		hint(c, &l->held);
	free(l);
	return found;
}
