/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * probe_find.c - from the words that a user writes for a device to one probe.
 *
 * Opens nothing: nodes that users name are compared with those that sysfs says belong to each
 * probe, links followed. Ambiguity is an error that lists the probes.
 */
#define _XOPEN_SOURCE 700 /* lstat: POSIX; S_IFMT: XSI */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "link/probe.h"
#include "link/serial.h"

static const char where[] = "link";

/* One way to name a probe: how well does p fit the word? 0 not at all, more is better. */
typedef int fits_fn(struct ctx *c, const struct probe *p, const char *word);

static int fits_any(struct ctx *c, const struct probe *p, const char *word)
{
	(void)c;
	(void)p;
	(void)word;
	return 1;
}

static int fits_serial(struct ctx *c, const struct probe *p, const char *word)
{
	(void)c;
	return (int)serial_match(p, word);
}

static int fits_port(struct ctx *c, const struct probe *p, const char *word)
{
	(void)c;
	return strcmp(p->port, word) == 0;
}

/* "1.5", "001.005" or "001:005". */
static bool parse_bus_address(const char *word, unsigned *bus, unsigned *address)
{
	size_t first = strspn(word, "0123456789");
	const char *rest = word + first + 1;

	if (first == 0 || first > 4 || (word[first] != '.' && word[first] != ':'))
		return false;
	if (*rest == '\0' || strlen(rest) > 4 || strspn(rest, "0123456789") != strlen(rest))
		return false;
	*bus = (unsigned)strtoul(word, NULL, 10);
	*address = (unsigned)strtoul(rest, NULL, 10);
	return true;
}

static int fits_usb(struct ctx *c, const struct probe *p, const char *word)
{
	unsigned bus = 0, address = 0;

	(void)c;
	return parse_bus_address(word, &bus, &address) && p->bus == bus && p->address == address;
}

/* True when a and b are one node, by whatever names and links: the kernel's number of a device
 * tells, and for tests without devices the file itself. */
static bool same_node(const char *a, const char *b)
{
	struct stat sa, sb;

	if (a[0] == '\0')
		return false;
	if (strcmp(a, b) == 0)
		return true;
	if (stat(a, &sa) != 0 || stat(b, &sb) != 0 || (sa.st_mode & S_IFMT) != (sb.st_mode & S_IFMT))
		return false;
	if (S_ISCHR(sa.st_mode) || S_ISBLK(sa.st_mode))
		return sa.st_rdev == sb.st_rdev;
	return sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

static int fits_node(struct ctx *c, const struct probe *p, const char *word)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", c->dev, word + strlen("/dev/"));
	for (size_t i = 0; i < p->n_ttys; i++)
		if (same_node(p->tty[i], path))
			return 1;
	/* The disk node names the probe, too; what is opened is never the disk. */
	return same_node(p->sg_node, path) || same_node(p->usb_node, path) ||
	       same_node(p->disk_node, path) || same_node(p->volume_node, path);
}

/* Appends a line on p to text; false when it did not fit. */
static bool describe(const struct probe *p, char *text, size_t room)
{
	size_t used = strlen(text);
	int n = snprintf(text + used, room - used, "%s%s port:%s%s%s%s", used ? "; " : "",
			 p->kind->name, p->port, p->serial[0] ? " serial:" : "", p->serial,
			 p->serial_unsure ? "..." : "");

	if (n < (int)(room - used))
		return true;
	text[used] = '\0';
	return false;
}

static void describe_all(const struct probe_list *list, const int *score, int least, char *text,
			 size_t room)
{
	size_t left_out = 0;

	text[0] = '\0';
	for (size_t i = 0; i < list->n; i++)
		if (score[i] >= least &&
		    !describe(&list->probe[i], text, room - sizeof("; 99 more")))
			left_out++;
	if (left_out)
		(void)snprintf(text + strlen(text), room - strlen(text), "; %zu more", left_out);
}

static enum sl_err fail_none(struct ctx *c, const struct probe_list *list, const char *device)
{
	static const int all[PROBE_LIST_MAX] = { 0 };
	char text[180];

	if (list->n == 0)
		return ctx_fail(c, SL_NOPROBE, where, "no ST-LINK is plugged in");
	describe_all(list, all, 0, text, sizeof(text));
	(void)ctx_fail(c, SL_NOPROBE, where, "no ST-LINK is %.50s; present: %s", device, text);
	ctx_hint(c,
		 "name one of those that are present, or leave the device out when there is one");
	return SL_NOPROBE;
}

static enum sl_err choose(struct ctx *c, const char *device, fits_fn *fits, const char *word,
			  struct probe *out)
{
	int score[PROBE_LIST_MAX] = { 0 };
	struct probe_list *list = malloc(sizeof(*list));
	size_t n = 0, found = 0;
	int best = 1;
	char text[200];
	enum sl_err err;

	if (!list)
		return ctx_fail(c, SL_NOMEM, where, "no memory for the list of probes");
	err = probe_list(c, list);
	if (err)
		goto out;
	for (size_t i = 0; i < list->n; i++) {
		score[i] = fits(c, &list->probe[i], word);
		best = score[i] > best ? score[i] : best;
	}
	for (size_t i = 0; i < list->n; i++)
		if (score[i] == best) {
			found = i;
			n++;
		}
	if (n == 1) {
		*out = list->probe[found];
	} else if (n == 0) {
		err = fail_none(c, list, device);
	} else {
		describe_all(list, score, best, text, sizeof(text));
		err = ctx_fail(c, SL_MANYPROBES, where, "%zu ST-LINKs match: %s", n, text);
	}
out:
	free(list);
	return err;
}

static enum sl_err bad_word(struct ctx *c, const char *device)
{
	(void)ctx_fail(c, SL_USAGE, where, "\"%.80s\" does not name a device", device);
	ctx_hint(c, "devices are /dev/stlink, /dev/sgN, serial:..., usb:BUS.ADDR, port:1-2.3, "
		    "usbip:HOST[:PORT]/BUSID, usbip:unix:PATH,BUSID");
	return SL_USAGE;
}

/* The word after "usbip:" is the transport's to understand; the probe's kind shows later. */
static enum sl_err take_url(struct ctx *c, const char *device, struct probe *out)
{
	if (strlen(device) >= sizeof(out->url) || device[strlen("usbip:")] == '\0')
		return bad_word(c, device);
	memset(out, 0, sizeof(*out));
	memcpy(out->url, device, strlen(device) + 1);
	return SL_OK;
}

static enum sl_err find_node(struct ctx *c, const char *device, struct probe *out)
{
	char path[PATH_MAX];
	struct stat st;

	/* The original's default device: without a udev rule there is no such node, and the
	 * only probe is meant. */
	(void)snprintf(path, sizeof(path), "%s/stlink", c->dev);
	if (strcmp(device, "/dev/stlink") == 0 && lstat(path, &st) != 0)
		return choose(c, device, fits_any, "", out);
	return choose(c, device, fits_node, device, out);
}

enum sl_err probe_find(struct ctx *c, const char *device, struct probe *out)
{
	static const struct {
		const char *prefix;
		fits_fn *fits;
	} words[] = {
		{ "serial:", fits_serial }, { "usb:", fits_usb }, { "port:", fits_port },
	};
	unsigned bus, address;

	if (!device || device[0] == '\0')
		return choose(c, "", fits_any, "", out);
	if (strncmp(device, "usbip:", 6) == 0)
		return take_url(c, device, out);
	if (strncmp(device, "/dev/", 5) == 0 && strlen(device) < NAME_MAX)
		return find_node(c, device, out);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t len = strlen(words[i].prefix);

		if (strncmp(device, words[i].prefix, len) != 0)
			continue;
		if (device[len] == '\0')
			return bad_word(c, device);
		if (words[i].fits == fits_usb && !parse_bus_address(device + len, &bus, &address))
			return bad_word(c, device);
		return choose(c, device, words[i].fits, device + len, out);
	}
	return bad_word(c, device);
}

enum sl_err probe_refind(struct ctx *c, const struct probe *was, struct probe *out)
{
	if (was->url[0]) {
		*out = *was;
		return SL_OK;
	}
	return choose(c, was->port, fits_port, was->port, out);
}
