/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * pcapng.h - transactions as packets of a pcapng file, inside base/ only.
 */
#ifndef BASE_PCAPNG_H
#define BASE_PCAPNG_H

#include <stdio.h>

#include "base/recorder.h"

struct pcapng {
	FILE *f;
	int error;              /* errno of the first write that failed */
	unsigned interfaces;    /* written so far */
	uint64_t number;        /* of the next transaction; its URBs are 2 n + 1 and 2 n + 2 */
	uint64_t id;            /* of the last URB */
};

/* pcapng_begin - the section header. comment: "" none. */
void pcapng_begin(struct pcapng *p, const char *comment);

/* pcapng_interface - the packets that follow are of this probe. */
void pcapng_interface(struct pcapng *p, const char *description);

/* pcapng_transaction - command and data phase, each as submitted and as completed.
 * data_len: bytes of t->data that are there. comment: on the data, or NULL. */
void pcapng_transaction(struct pcapng *p, const struct record *t, uint32_t data_len,
			const char *comment);

#endif
