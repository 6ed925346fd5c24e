/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * disk.c - is the kernel waiting for the fake disk of a V1?
 *
 * sysfs counts the SCSI commands of a device. While one is under way and no count moves, its
 * disk driver waits for an answer: 30 s a command, again and again, if the disk gives none.
 * Source: drivers/scsi/scsi_sysfs.c. iodone_cnt alone would not do: before Linux 6.2 a command
 * that timed out was never counted as done.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link/probe.h"

enum { LOOK_US = 50000 };

struct counts {
	unsigned long long busy, sent, done;
};

static bool read_count(const char *dir, const char *name, unsigned long long *out)
{
	char path[512], text[32];
	bool ok = false;
	FILE *f;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return false;
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fgets(text, (int)sizeof(text), f)) {
		char *end;

		*out = strtoull(text, &end, 0);
		ok = end != text;
	}
	(void)fclose(f);
	return ok;
}

static bool look(const struct ctx *c, const struct probe *p, struct counts *now)
{
	const char *name = strrchr(p->sg_node, '/');
	char dir[384];

	if (!name || snprintf(dir, sizeof(dir), "%s/class/scsi_generic/%s/device", c->sysfs,
			      name + 1) >= (int)sizeof(dir))
		return false;
	return read_count(dir, "device_busy", &now->busy) &&
	       read_count(dir, "iorequest_cnt", &now->sent) &&
	       read_count(dir, "iodone_cnt", &now->done);
}

bool probe_disk_waits(struct ctx *c, const struct probe *p, unsigned ms)
{
	struct deadline end = ctx_deadline(c, ms);
	struct counts first, now;

	if (!look(c, p, &first))
		return false;
	for (now = first; now.busy > 0 && now.sent == first.sent && now.done == first.done;) {
		if (ctx_expired(c, end))
			return true;
		if (ctx_signalled(c))
			return false;
		ctx_sleep_us(c, LOOK_US);
		if (!look(c, p, &now))
			return false;
	}
	return false;
}
