/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * bundle.c - the text at the beginning of a bundle: versions, machine, probes, the failure.
 *
 * The transactions behind it come from base/recorder.c, without what the memories hold. Serial
 * numbers are cut to their beginning.
 */
#define _POSIX_C_SOURCE 200809L
#include "cli/bundle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cause.h"
#include "base/number.h"
#include "base/recorder.h"
#include "cli/version.h"
#include "host/host.h"
#include "link/probe.h"
#include "target/target.h"

enum { REPORT_MAX = 16000, SERIAL_SHOWN = 4 };

struct report {
	char text[REPORT_MAX];
	size_t len;
};

static void line(struct report *r, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void line(struct report *r, const char *fmt, ...)
{
	size_t room = sizeof(r->text) - r->len;
	va_list ap;
	int n;

	if (room < 2)
		return;
	va_start(ap, fmt);
	n = vsnprintf(r->text + r->len, room - 1, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	r->len += (size_t)n < room - 1 ? (size_t)n : room - 2;
	r->text[r->len++] = '\n';
	r->text[r->len] = '\0';
}

static void tell_system(struct report *r, const struct ctx *c)
{
	char path[300], quirks[160] = "";
	struct utsname u;
	FILE *f;

	if (uname(&u) == 0)
		line(r, "system: %s %s %s", u.sysname, u.release, u.machine);
	(void)snprintf(path, sizeof(path), "%.200s/module/usb_storage/parameters/quirks", c->sysfs);
	f = fopen(path, "re");
	if (!f)
		return;
	if (fgets(quirks, sizeof(quirks), f) && quirks[0] != '\n')
		line(r, "usb-storage quirks: %.*s", (int)strcspn(quirks, "\n"), quirks);
	(void)fclose(f);
}

static void tell_command(struct report *r, const struct ctx *c, const struct options *o)
{
	line(r, "stlink-download %s", STLINK_DOWNLOAD_VERSION);
	if (o->device)
		line(r, "device: %.*s", (int)strcspn(o->device, ":"), o->device);
	for (size_t i = 0; i < o->n_words; i++)
		line(r, "word: %s", o->words[i]);
	if (o->speed_khz)
		line(r, "speed: %u kHz", o->speed_khz);
	line(r, "connect: %s", target_connect_name(o->connect));
	line(r, "seed: %u", (unsigned)c->seed);
}

static const char *usable(const char *node)
{
	return access(node, R_OK | W_OK) == 0 ? "usable" : access(node, F_OK) == 0 ? "forbidden" : "absent";
}

static void tell_probes(struct report *r, struct ctx *c)
{
	struct probe_list *list = calloc(1, sizeof(*list));

	if (list && probe_list(c, list))
		list->n = 0;
	for (size_t i = 0; list && i < list->n; i++) {
		const struct probe *p = &list->probe[i];

		line(r, "probe: %s, product %04x \"%s\" of \"%s\", port %s, serial %.*s... of %zu, driver %s",
		     p->kind->name, p->kind->pid, p->product, p->manufacturer, p->port, SERIAL_SHOWN,
		     p->serial, strlen(p->serial), p->driver[0] ? p->driver : "none");
		line(r, "probe: node %s, sg %s, disk %s, %zu serial ports", usable(p->usb_node),
		     p->sg_node[0] ? usable(p->sg_node) : "none", p->disk_node[0] ? "bound" : "none",
		     p->n_ttys);
	}
	free(list);
}

static void tell_fault(struct report *r, const struct fault *f)
{
	const struct err_info *info = err_info(f->code);

	line(r, "failure: %s, exit status %d, in %s", info->name, err_exit_status(f),
	     f->where ? f->where : "?");
	line(r, "doing: %s", f->doing);
	line(r, "found: %s", f->text[0] ? f->text : info->sentence);
	line(r, "try: %s", f->hint[0] ? f->hint : info->cure);
	if (f->has_addr)
		line(r, "address: 0x%08x", (unsigned)f->addr);
	if (f->probe_status)
		line(r, "probe status: 0x%02x", f->probe_status);
	if (f->sys_errno)
		line(r, "errno: %d", f->sys_errno);
}

/* What the failure means, and the measurements it rests on. */
static void tell_diagnosis(struct report *r, const struct fault *f, const struct recorder *rec)
{
	const struct cause_info *why = cause_info(cause_of(f));
	const char *told = recorder_told(rec);

	if (why)
		line(r, "diagnosis: E%u %s; %s", (unsigned)why->code, why->title, why->cure);
	else
		line(r, "diagnosis: none");
	while (*told) {
		size_t n = strcspn(told, "\n");

		line(r, "measured: %.*s", (int)n, told);
		told += n + 1;
	}
}

/* What of this machine is in the way, as setup says it. */
static void tell_machine(struct report *r, const struct ctx *c)
{
	struct findings *all = calloc(1, sizeof(*all));
	struct host h = { .root = "" };
	struct ctx own = *c;

	h.ctx = &own;
	if (all && !host_examine(&h, all))
		for (size_t i = 0; i < all->n; i++)
			if (all->item[i].level != FINDING_OK)
				line(r, "machine: %s: %s", all->item[i].check, all->item[i].text);
	free(all);
}

static void tell_counts(struct report *r, const struct recorder *rec)
{
	uint64_t all;
	size_t kept;

	recorder_counts(rec, &kept, &all);
	line(r, "transactions: %zu of %llu, memory content left out", kept,
	     (unsigned long long)all);
	line(r, "to repeat it: stlink-sim --replay FILE --listen unix:/tmp/probe, and the same words with "
		"-d usbip:unix:/tmp/probe and --seed as above");
}

static enum sl_err write_bundle(struct ctx *c, const struct options *o)
{
	struct fault fault = c->fault;
	struct report *r = calloc(1, sizeof(*r));
	enum sl_err err;

	if (!r)
		return ctx_fail(c, SL_NOMEM, "cli", "no memory for the bundle");
	tell_command(r, c, o);
	tell_fault(r, &fault);
	tell_diagnosis(r, &fault, c->recorder);
	tell_system(r, c);
	tell_probes(r, c);
	tell_machine(r, c);
	tell_counts(r, c->recorder);
	err = recorder_dump(c, c->recorder, o->bundle, r->text);
	free(r);
	return err;
}

enum sl_err bundle_begin(struct ctx *c, const struct options *opt)
{
	c->recorder = recorder_new();
	c->seed = (uint32_t)ctx_now_us(c) | 1u;
	if (opt->seed && !num_parse_str(opt->seed, &c->seed))
		return ctx_fail(c, SL_USAGE, "cli", "--seed %.40s is no number", opt->seed);
	return opt->record ? recorder_file(c, c->recorder, opt->record) : SL_OK;
}

enum sl_err bundle_end(struct ctx *c, const struct options *opt, struct output *out, enum sl_err err)
{
	struct fault fault = c->fault;
	enum sl_err other;

	if (err && opt->bundle) {
		if (write_bundle(c, opt))
			output_talk(out, "no bundle: %s", c->fault.text);
		else
			output_talk(out, "bundle written: %s", opt->bundle);
	}
	other = recorder_close(c, c->recorder);
	c->recorder = NULL;
	if (!err)
		return other;
	c->fault = fault;
	return err;
}
