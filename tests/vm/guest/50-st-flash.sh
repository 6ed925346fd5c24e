# SPDX-License-Identifier: GPL-2.0-or-later
# 50-st-flash.sh - Debian's stlink-tools 1.7.0 on each V2 and V3 board.
. /tests/strangers.sh
info="st-info 1.7.0"
flash="st-flash 1.7.0"
image /tmp/fw.bin $IMAGE_BYTES
image /tmp/odd.bin 6001

# written JOB FILE COMMAND... - over other data; what the file does not cover stays.
written() {
	label=$1 file=$2
	shift 2
	old_flash it
	cp /tmp/it.flash /tmp/old
	plug "$on"
	job "$flash" "$label" "$@"
	unplug
	want_file "$file" /tmp/old
	proven "flash is the file, the rest as before" flash_is_want it
}
for on in $(board_names v2 v3); do
	board_is "$on"
	plug "$on"
	job "$info" "--probe" st-info --probe
	proven "chip $chip_id, $flash_bytes bytes of flash in pages of $page, $sram of SRAM" \
		job_says "Found 1 stlink" "chipid: *$chip_id\$" "flash: *$flash_bytes (pagesize: $page)" \
		"sram: *$sram\$"
	job "$info" "--serial" st-info --serial
	serial=$(tr -d '\r\n' < /tmp/job.txt)
	proven "24 hex digits" sh -c "echo $serial | grep -x -E '[0-9A-F]{24}'"
	job "$info" "--chipid" st-info --chipid
	proven "chip $chip_id" job_says "^$chip_id\$"
	unplug
	written "write" /tmp/fw.bin st-flash write /tmp/fw.bin 0x08000000
	written "--reset write" /tmp/fw.bin st-flash --reset write /tmp/fw.bin 0x08000000
	what="--reset write: the core runs" 
	proven "report: not halted, debug off" reported '"core":{"halted":false,"debug_enabled":false'
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
