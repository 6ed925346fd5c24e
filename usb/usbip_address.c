/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usbip_address.c - takes a usbip: device name apart. The grammar is in the header.
 */
#include "usb/usbip_address.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"

static const char scheme[] = "usbip:";
static const char unix_scheme[] = "unix:";
static const char default_port[] = "3240";      /* IANA: usbip */

static enum sl_err refuse(struct ctx *c, const char *url, const char *why)
{
	(void)ctx_fail(c, SL_USAGE, "usb", "'%.100s': %s", url, why);
	ctx_hint(c, "usbip:HOST[:PORT][/BUSID] or usbip:unix:PATH[,BUSID]");
	return SL_USAGE;
}

/* Copy n characters; false when there are none or they do not fit. */
static bool copy(char *dst, size_t size, const char *src, size_t n)
{
	if (n == 0 || n >= size)
		return false;
	memcpy(dst, src, n);
	dst[n] = '\0';
	return true;
}

bool usbip_is_busid(const char *text, size_t size)
{
	static const char allowed[] = "0123456789-._abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const char *end = memchr(text, '\0', size);

	return end && end != text && text[strspn(text, allowed)] == '\0';
}

static bool copy_busid(struct usbip_address *a, const char *text)
{
	return usbip_is_busid(text, strlen(text) + 1) &&
	       copy(a->busid, sizeof(a->busid), text, strlen(text));
}

static bool copy_port(struct usbip_address *a, const char *text, size_t n)
{
	uint32_t port;

	return num_parse(text, n, &port) && port >= 1 && port <= 65535 &&
	       strspn(text, "0123456789") >= n && copy(a->port, sizeof(a->port), text, n);
}

static enum sl_err parse_unix(struct ctx *c, const char *url, const char *rest,
			      struct usbip_address *a)
{
	const char *comma = strrchr(rest, ',');
	size_t n = comma ? (size_t)(comma - rest) : strlen(rest);

	a->is_unix = true;
	if (!copy(a->path, sizeof(a->path), rest, n))
		return refuse(c, url, "the socket's path is empty or longer than 107 characters");
	if (comma && !copy_busid(a, comma + 1))
		return refuse(c, url, "what follows the comma is no bus id such as 1-1");
	return SL_OK;
}

static enum sl_err parse_tcp(struct ctx *c, const char *url, const char *rest,
			     struct usbip_address *a)
{
	const char *slash = strchr(rest, '/');
	size_t n = slash ? (size_t)(slash - rest) : strlen(rest);
	const char *host = rest;
	const char *after;
	size_t host_len;

	if (rest[0] == '[') {
		host = rest + 1;
		host_len = strcspn(host, "]/");
		if (host[host_len] != ']')
			return refuse(c, url, "the bracket is not closed");
		after = host + host_len + 1;
	} else {
		host_len = strcspn(host, ":/");
		after = host + host_len;
	}
	if (!copy(a->host, sizeof(a->host), host, host_len))
		return refuse(c, url, "the host is missing or too long");
	(void)snprintf(a->port, sizeof(a->port), "%s", default_port);
	if (after < rest + n) {
		if (*after != ':' || !copy_port(a, after + 1, (size_t)(rest + n - after) - 1))
			return refuse(c, url, "the port is no number from 1 to 65535");
	}
	if (slash && !copy_busid(a, slash + 1))
		return refuse(c, url, "what follows the slash is no bus id such as 1-1");
	return SL_OK;
}

enum sl_err usbip_parse_address(struct ctx *c, const char *url, struct usbip_address *out)
{
	struct usbip_address a = { 0 };
	const char *rest = url + sizeof(scheme) - 1;
	enum sl_err err;

	if (strncmp(url, scheme, sizeof(scheme) - 1) != 0)
		return refuse(c, url, "it does not begin with usbip:");
	if (strncmp(rest, unix_scheme, sizeof(unix_scheme) - 1) == 0)
		err = parse_unix(c, url, rest + sizeof(unix_scheme) - 1, &a);
	else
		err = parse_tcp(c, url, rest, &a);
	if (err == SL_OK)
		*out = a;
	return err;
}
