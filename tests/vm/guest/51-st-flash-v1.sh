# SPDX-License-Identifier: GPL-2.0-or-later
# 51-st-flash-v1.sh - Debian's stlink-tools 1.7.0 on the V1: taking it from usb-storage, and
# where usb-storage was told to leave it alone (as Debian's package does).
. /tests/strangers.sh
image /tmp/fw.bin $IMAGE_BYTES

# jobs STATE - all of them; STATE says what usb-storage does.
jobs() {
	for on in $(board_names v1); do
		board_is "$on"
		plug "$on"
		wait_for 10 v1_settled || give_up "the V1 settles"
		job "st-info 1.7.0" "--probe$1" st-info --probe
		proven "chip id, bytes of flash, page, SRAM are the board's" probed
		unplug
		who="st-flash 1.7.0"
		written "write$1" /tmp/fw.bin st-flash write /tmp/fw.bin 0x08000000
		old_flash it
		plug "$on"
		wait_for 10 v1_settled || give_up "the V1 settles"
		job "st-flash 1.7.0" "read$1" st-flash read /tmp/back.bin 0x08000000 "$flash_bytes"
		unplug
		proven "the whole flash, byte for byte" cmp /tmp/back.bin /tmp/it.flash
		plug "$on"
		wait_for 10 v1_settled || give_up "the V1 settles"
		job "st-flash 1.7.0" "erase$1" st-flash erase
		unplug
		want_blank
		proven "flash is blank" flash_is_want it
	done
}
jobs ""
free_v1
jobs ", usb-storage with quirk i"
