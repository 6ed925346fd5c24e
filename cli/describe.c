/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * describe.c - probes and chips in words, and as members of events.
 */
#include "cli/describe.h"

#include <stdio.h>

const char *describe_protection(enum target_protection p)
{
	switch (p) {
	case PROTECTION_NONE:
		return "none";
	case PROTECTION_LEVEL1:
		return "level 1 (unlock takes it off, and erases the flash)";
	case PROTECTION_LEVEL2:
		return "level 2 (for ever)";
	case PROTECTION_UNKNOWN:
		break;
	}
	return "unknown";
}

const char *describe_protection_word(enum target_protection p)
{
	switch (p) {
	case PROTECTION_NONE:
		return "none";
	case PROTECTION_LEVEL1:
		return "level1";
	case PROTECTION_LEVEL2:
		return "level2";
	case PROTECTION_UNKNOWN:
		break;
	}
	return "unknown";
}

const char *describe_state(enum target_state st)
{
	switch (st) {
	case TARGET_RUNNING:
		return "running";
	case TARGET_HALTED:
		return "halted";
	case TARGET_SLEEPING:
		return "sleeping";
	case TARGET_LOCKUP:
		return "locked up";
	case TARGET_IN_RESET:
		return "held in reset";
	}
	return "unknown";
}

const char *describe_chip_name(const struct target_info *info, char *buf, size_t size)
{
	if (info->chip)
		(void)snprintf(buf, size, "%s", target_chip_names(info->chip->devices).s);
	else if (info->dev_id)
		(void)snprintf(buf, size, "unknown chip (device id 0x%03x)", info->dev_id);
	else
		(void)snprintf(buf, size, "unknown chip (CPUID 0x%08x)", (unsigned)info->cpuid);
	return buf;
}

const char *describe_uid(const struct target_info *info, char buf[25])
{
	buf[0] = '\0';
	for (size_t i = 0; info->has_uid && i < sizeof(info->uid); i++)
		(void)snprintf(buf + 2 * i, 3, "%02X", info->uid[i]);
	return buf;
}

static const char *or_null(const char *s)
{
	return s && s[0] ? s : NULL;
}

void describe_probe_members(struct json *j, const struct probe *p)
{
	json_string(j, "name", p->kind ? p->kind->name : NULL);
	json_string(j, "serial", or_null(p->serial));
	json_bool(j, "serial_unsure", p->serial_unsure);
	json_string(j, "product", or_null(p->product));
	json_string(j, "port", or_null(p->port));
	json_number(j, "bus", p->bus);
	json_number(j, "address", p->address);
	json_string(j, "usb_node", or_null(p->usb_node));
	json_string(j, "sg", or_null(p->sg_node));
	json_string(j, "disk", or_null(p->disk_node[0] ? p->disk_node : p->volume_node));
	json_array(j, "ttys");
	for (size_t i = 0; i < p->n_ttys; i++)
		json_string(j, NULL, p->tty[i]);
	json_array_end(j);
	json_string(j, "url", or_null(p->url));
	json_bool(j, "bootloader", p->kind && p->kind->bootloader);
}

void describe_probe_event(struct output *o, const struct probe *p, const struct link *link)
{
	const struct link_version *v = link_get_version(link);
	struct json *j = output_event(o, "probe");

	if (!j)
		return;
	describe_probe_members(j, p);
	json_string(j, "firmware", v->text);
	json_number(j, "api", link_get_caps(link)->api);
	json_string(j, "transport", link_describe(link));
	output_event_end(o);
}

static void optional_number(struct json *j, const char *key, uint64_t value, bool known)
{
	if (known)
		json_number(j, key, value);
	else
		json_null(j, key);
}

void describe_chip_event(struct output *o, const struct target_info *info)
{
	struct json *j = output_event(o, "chip");
	char uid[25];

	if (!j)
		return;
	json_string(j, "devices", info->chip ? info->chip->devices : NULL);
	json_string(j, "family", info->chip ? info->chip->family : NULL);
	json_string(j, "core", info->core ? info->core->name : NULL);
	json_number(j, "device_id", info->dev_id);
	json_number(j, "revision_id", info->rev_id);
	json_number(j, "cpuid", info->cpuid);
	json_number(j, "dpidr", info->dpidr);
	optional_number(j, "flash_base", info->chip ? info->chip->flash_base : 0, info->chip);
	json_number(j, "flash_bytes", (uint64_t)info->flash_kb * 1024);
	json_bool(j, "flash_assumed", info->flash_kb_assumed);
	json_number(j, "sram_bytes", info->sram_bytes);
	json_string(j, "uid", or_null(describe_uid(info, uid)));
	json_string(j, "protection", describe_protection_word(info->protection));
	json_bool(j, "clone_suspected", info->clone_suspected);
	optional_number(j, "supply_mv", info->supply_mv, info->supply_known);
	optional_number(j, "speed_khz", info->speed_khz, info->speed_khz != 0);
	output_event_end(o);
}

void describe_climb_events(struct output *o, const struct climb *climb)
{
	bool plain = climb->n == 1 && climb->tries[0].fault.code == SL_OK;

	for (size_t i = 0; i < climb->n && !plain; i++) {
		const struct climb_try *t = &climb->tries[i];
		bool failed = t->fault.code != SL_OK;
		struct json *j = output_event(o, "connect");

		if (!j)
			return;
		json_string(j, "how", target_connect_name(t->how));
		json_string(j, "code", failed ? err_info(t->fault.code)->name : NULL);
		json_string(j, "cause", failed ? t->fault.text : NULL);
		optional_number(j, "dpidr", t->dpidr, t->dpidr != 0);
		optional_number(j, "speed_khz", t->khz, t->khz != 0);
		output_event_end(o);
	}
}
