# SPDX-License-Identifier: GPL-2.0-or-later
# 51-st-flash-v1.sh - Debian's stlink-tools 1.7.0 on the V1: taking it from usb-storage, and
# where usb-storage was told to leave it alone (as Debian's package does).
. /tests/strangers.sh
info="st-info 1.7.0"
flash="st-flash 1.7.0"
image /tmp/fw.bin $IMAGE_BYTES

# plug_settled - and wait until usb-storage is through with it.
plug_settled() {
	plug "$on"
	wait_for 10 v1_settled || give_up "the V1 settles"
}
# wedged - the board's flash was left alone, and it answers nothing any more.
wedged() { flash_is_want it && reported '"wedged":true'; }
# jobs STATE - all of them; STATE says what usb-storage does.
jobs() {
	for on in $(board_names v1); do
		board_is "$on"
		rm -f /tmp/it.flash
		plug_settled
		job "$info" "--probe$1" st-info --probe
		proven "chip id, bytes of flash, page, SRAM are the board's" probed
		if [ -z "$ignored" ]; then
			what="--probe: usb-storage afterwards"
			ended_with 0 "has lost the probe" "sysfs: no driver, no sg node; no report found" \
				[ -z "$(driver_of)$(sg_node)" ]
		fi
		control report > /tmp/it.said
		job "$info" "--serial$1" st-info --serial
		serial=$(tr -d '\r\n' < /tmp/job.txt)
		proven "the board's" grep -q "\"serial\":\"$serial\"" /tmp/it.said
		job "$info" "--chipid$1" st-info --chipid
		proven "the board's" job_says "^$chip_id\$"
		unplug
		who=$flash
		written "write$1" /tmp/fw.bin st-flash write /tmp/fw.bin 0x08000000
		written "--reset write$1" /tmp/fw.bin st-flash --reset write /tmp/fw.bin 0x08000000
		what="--reset write: the core runs$1"
		proven "report: not halted, debug off" \
			reported '"core":{"halted":false,"debug_enabled":false'
		written "--format ihex write$1" $example/debug.bin st-flash --format ihex write \
			$example/debug.hex
		old_flash it
		cp /tmp/it.flash /tmp/want
		plug_settled
		job "$flash" "--connect-under-reset write$1" st-flash --connect-under-reset write \
			/tmp/fw.bin 0x08000000
		unplug
		ended_with 255 "fails, the probe needs replugging" \
			"flash is as before; F2 3C wedges a real V1, too: stlink #480" wedged
		written "--flash=128k write$1" /tmp/fw.bin st-flash --flash=128k write /tmp/fw.bin \
			0x08000000
		old_flash it
		plug_settled
		job "$flash" "read$1" st-flash read /tmp/back.bin 0x08000000 "$flash_bytes"
		unplug
		proven "the whole flash, byte for byte" cmp /tmp/back.bin /tmp/it.flash
		plug_settled
		job "$flash" "erase$1" st-flash erase
		unplug
		want_blank
		proven "flash is blank" flash_is_want it
	done
}
jobs ""
free_v1
jobs ", usb-storage with quirk i"
