# SPDX-License-Identifier: GPL-2.0-or-later
# 52-openocd.sh - Debian's OpenOCD 0.12.0 writes and reads each board, by the
# probe's own commands (hla_swd) and by its debug port commands (dapdirect_swd).
. /tests/strangers.sh
image /tmp/fw.bin $IMAGE_BYTES

for on in $(board_names v1 v2 v3); do
	board_is "$on"
	if [ "$generation" = v1 ]; then
		plug "$on"
		wait_for 10 v1_settled || give_up "the V1 settles"
		job "OpenOCD 0.12.0" "hla_swd, usb-storage has the V1" ocd hla_swd \
			"debug_level 3; init; exit"
		unplug
		ended_with 1 "cannot claim it" "its words; its manual asks for quirk i; no report found" \
			job_says "claim interface failed"
		free_v1
	fi
	for way in hla_swd dapdirect_swd; do
		[ $way = hla_swd ] || [ "$generation" != v1 ] || continue
		who="OpenOCD 0.12.0"
		old_flash it
		want_file /tmp/fw.bin /tmp/it.flash
		plug "$on"
		job "$who" "$way, program verify reset exit" ocd "$way" \
			"program /tmp/fw.bin verify reset exit 0x08000000"
		cp /tmp/job.txt /tmp/job.first
		unplug
		if [ "$way" = dapdirect_swd ] && old_firmware; then
			ended_with 1 "refused, as it should be" \
				"says that the probe's firmware cannot; V2J24 is needed" \
				job_says "not support"
			continue
		fi
		proven "flash is the file, the rest as before" flash_is_want it
		what="$way, ... reset: the core runs"
		proven "report: not halted" reported '"core":{"halted":false'
		old_flash it
		plug "$on"
		job "$who" "$way, dump_image" ocd "$way" "init; halt; \
			dump_image /tmp/back.bin 0x08000000 $flash_bytes; resume; exit"
		unplug
		proven "the whole flash, byte for byte" cmp /tmp/back.bin /tmp/it.flash
	done
done
