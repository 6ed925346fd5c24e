# SPDX-License-Identifier: GPL-2.0-or-later
# 50-st-flash.sh - Debian's stlink-tools 1.7.0 on each V2 and V3 board.
. /tests/strangers.sh
info="st-info 1.7.0"
flash="st-flash 1.7.0"
image /tmp/fw.bin $IMAGE_BYTES

for on in $(board_names v2 v3); do
	board_is "$on"
	rm -f /tmp/it.flash
	plug "$on"
	job "$info" "--probe" st-info --probe
	proven "chip id, bytes of flash, page, SRAM are the board's" probed
	job "$info" "--serial" st-info --serial
	control report > /tmp/it.said
	serial=$(tr -d '\r\n' < /tmp/job.txt)
	proven "the board's" grep -q "\"serial\":\"$serial\"" /tmp/it.said
	job "$info" "--chipid" st-info --chipid
	proven "the board's" job_says "^$chip_id\$"
	unplug
	who=$flash
	written "write" /tmp/fw.bin st-flash write /tmp/fw.bin 0x08000000
	written "--reset write" /tmp/fw.bin st-flash --reset write /tmp/fw.bin 0x08000000
	what="--reset write: the core runs"
	proven "report: not halted, debug off" reported '"core":{"halted":false,"debug_enabled":false'
	written "--format ihex write" $example/debug.bin st-flash --format ihex write \
		$example/debug.hex
	written "--connect-under-reset write" /tmp/fw.bin st-flash --connect-under-reset write \
		/tmp/fw.bin 0x08000000
	written "--flash=128k write" /tmp/fw.bin st-flash --flash=128k write /tmp/fw.bin 0x08000000
	old_flash it
	plug "$on"
	job "$flash" "read" st-flash read /tmp/back.bin 0x08000000 "$flash_bytes"
	unplug
	proven "the whole flash, byte for byte" cmp /tmp/back.bin /tmp/it.flash
	plug "$on"
	job "$flash" "erase" st-flash erase
	unplug
	want_blank
	proven "flash is blank" flash_is_want it
done
