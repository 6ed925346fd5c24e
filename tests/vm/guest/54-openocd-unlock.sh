# SPDX-License-Identifier: GPL-2.0-or-later
# 54-openocd-unlock.sh - Debian's OpenOCD 0.12.0 takes the read protection from an STM32F1: the
# chip erases its flash, and after a power cycle anybody may write.
. /tests/strangers.sh
image /tmp/fw.bin $IMAGE_BYTES
who="OpenOCD 0.12.0"
for on in $(board_names v1 v2 v3); do
	board_is "$on"
	[ "$target" = stm32f1x ] || continue
	for way in hla_swd dapdirect_swd; do
		[ $way = hla_swd ] || { [ "$generation" != v1 ] && ! old_firmware; } || continue
		[ "$generation" != v1 ] || free_v1
		old_flash it
		plug "$on" --set protect=on
		job "$who" "$way, read a locked chip" ocd $way "init; halt; mdw 0x08000000 4; exit"
		what="$way, mdw on a locked chip"
		ended_with 1 "refused, as it should be" "no word of the flash is shown" not job_says "$(
			hexdump -v -n 4 -e '1/4 "%08x"' /tmp/it.flash)"
		job "$who" "$way, stm32f1x unlock 0" ocd $way "init; reset halt; stm32f1x unlock 0; exit"
		kept=$status
		control set power=off > /dev/null
		sleep 1
		control set power=on > /dev/null
		job "$who" "$way, write after it and a power cycle" ocd $way \
			"program /tmp/fw.bin verify reset exit 0x08000000"
		unplug
		blank "$flash_bytes" > /tmp/old
		want_file /tmp/fw.bin /tmp/old
		proven "flash is the file, the rest blank" flash_is_want it
		status=$kept
		what="$way, stm32f1x unlock 0"
		proven "report: option bytes erased and programmed" \
			reported '"option_erases":[1-9].*"option_programs":[1-9]'
	done
done
