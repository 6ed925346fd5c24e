/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * match.c - rules against probes and chips.
 *
 * A serial number is compared as a whole: a prefix or a wildcard would let another probe in.
 */
#define _POSIX_C_SOURCE 200809L
#include <string.h>
#include <strings.h>

#include "auto/rules.h"

static bool same_serial(const char *wanted, const struct probe *p)
{
	/* What the kernel cut short is no proof of anything. */
	return p->serial[0] != '\0' && !p->serial_unsure && strcasecmp(wanted, p->serial) == 0;
}

bool auto_fits_probe(const struct auto_rule *r, const struct probe *p)
{
	const char *port = p->url[0] ? p->url : p->port;

	return (!r->serial || same_serial(r->serial, p)) && (!r->port || strcmp(r->port, port) == 0);
}

static bool has_chip(const struct auto_rule *r, uint16_t dev_id)
{
	for (size_t i = 0; i < r->n_chips; i++)
		if (r->chip[i] == dev_id)
			return true;
	return false;
}

enum auto_fit auto_fits_chip(const struct auto_rule *r, uint16_t dev_id, const uint8_t *uid)
{
	if (!has_chip(r, dev_id))
		return AUTO_WRONG_CHIP;
	if (!r->needs_uid)
		return AUTO_FITS;
	for (size_t i = 0; uid && i < r->n_uids; i++)
		if (memcmp(r->uid[i].bytes, uid, AUTO_UID_BYTES) == 0)
			return AUTO_FITS;
	return AUTO_WRONG_UID;
}

bool auto_hides(const struct auto_rule *a, const struct auto_rule *b)
{
	if (a->needs_uid || (a->serial && (!b->serial || strcasecmp(a->serial, b->serial) != 0)) ||
	    (a->port && (!b->port || strcmp(a->port, b->port) != 0)))
		return false;
	for (size_t i = 0; i < b->n_chips; i++)
		if (!has_chip(a, b->chip[i]))
			return false;
	return true;
}
