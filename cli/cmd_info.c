/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_info.c - info: the chip behind the probe, in words.
 */
#include "cli/describe.h"
#include "cli/format.h"

static void show_flash(struct output *o, const struct target_info *info)
{
	struct text size = format_size_kb(info->flash_kb);

	if (!info->chip)
		output_result(o, "flash:       unknown");
	else if (info->flash_kb_assumed)
		output_result(o, "flash:       %s at 0x%08x (assumed: the size register reads 0x%04x)",
			      size.s, (unsigned)info->chip->flash_base, info->flash_kb_register);
	else
		output_result(o, "flash:       %s at 0x%08x", size.s,
			      (unsigned)info->chip->flash_base);
}

static void show_probe(const struct session *s)
{
	char a[200], b[200];

	output_result(s->out, "probe:       %s",
		      format_escape(a, sizeof(a), link_describe(s->link)));
	if (s->probe.serial[0])
		output_result(s->out, "serial:      %s",
			      format_escape(b, sizeof(b), s->probe.serial));
}

static void show_electrics(struct output *o, const struct target_info *info)
{
	if (info->supply_known)
		output_result(o, "supply:      %u.%02u V", info->supply_mv / 1000,
			      info->supply_mv / 10 % 100);
	else
		output_result(o, "supply:      unknown (this probe cannot measure it)");
	if (info->speed_khz)
		output_result(o, "SWD clock:   %u kHz", info->speed_khz);
}

static enum sl_err info_run(struct session *s, struct word *w)
{
	const struct target_info *info = target_get_info(s->target);
	struct output *o = s->out;
	char name[CHIP_NAME_MAX], uid[25];

	(void)w;
	show_probe(s);
	output_result(o, "chip:        %s", describe_chip_name(info, name, sizeof(name)));
	output_result(o, "core:        %s", info->core ? info->core->name : "unknown");
	output_result(o, "device id:   0x%03x, revision 0x%04x", info->dev_id, info->rev_id);
	show_flash(o, info);
	if (info->chip)
		output_result(o, "SRAM:        %s at 0x%08x", format_size_kb(info->sram_bytes / 1024).s,
			      (unsigned)info->chip->sram_base);
	if (info->has_uid)
		output_result(o, "unique id:   %s", describe_uid(info, uid));
	output_result(o, "protection:  %s%s", info->protection == PROTECTION_LEVEL1 ||
		      info->protection == PROTECTION_LEVEL2 ? "read protection " : "",
		      describe_protection(info->protection));
	show_electrics(o, info);
	if (info->clone_suspected)
		output_result(o, "caution:     debug port id 0x%08x is not ST's: perhaps a clone",
			      (unsigned)info->dpidr);
	return SL_OK;
}

const struct command verb_info = {
	.name = "info",
	.syntax = "info",
	.summary = "chip, memories, unique id, protection, supply",
	.help = "Connects to the chip and says what it is: device and revision id, flash and\n"
		"SRAM, unique id, read protection in words, supply voltage where the probe can\n"
		"measure it, and a caution when the debug port does not look like ST's. The core\n"
		"goes on as it was found.\n"
		"\n"
		"  stlink-download info\n"
		"  stlink-download --connect=under-reset info     for a chip that sleeps\n",
	.form = FORM_ALONE,
	.needs = RUNG_TARGET,
	.run = info_run,
};
