# SPDX-License-Identifier: GPL-2.0-or-later
# 58-own-tool.sh - stlink-download does on each board what the others do.
. /tests/strangers.sh
image /tmp/fw.bin $IMAGE_BYTES
mine() { job "stlink-download" "$@"; }
settled() { [ "$generation" != v1 ] || wait_for 10 v1_settled || give_up "the V1 settles"; }
for on in $(board_names v1 v2 v3); do
	board_is "$on"
	old_flash it
	cp /tmp/it.flash /tmp/old
	plug "$on"
	settled
	mine "info" stlink-download info
	proven "the board's chip id" job_says "$(printf '%x' $((chip_id)))"
	mine "program" stlink-download program=/tmp/fw.bin
	kept=$status
	mine "verify" stlink-download verify=/tmp/fw.bin
	proven "exit status" true
	mine "verify, one byte differs" sh -c "(head -c 9000 /tmp/fw.bin; printf x) > /tmp/x.bin;
		exec stlink-download verify=/tmp/x.bin"
	ended_with 12 "differs, exit status 12" "exit status" true
	unplug
	status=$kept
	what="program"
	want_file /tmp/fw.bin /tmp/old
	proven "flash is the file, the rest as before" flash_is_want it
	plug "$on"
	settled
	rm -f /tmp/back.bin
	mine "read" stlink-download "read=/tmp/back.bin@0x08000000:$flash_bytes"
	unplug
	proven "the whole flash, byte for byte" cmp /tmp/back.bin /tmp/want
	plug "$on"
	settled
	mine "program reset run" stlink-download program=/tmp/fw.bin reset run
	unplug
	proven "report: not halted, no illegal act" reported \
		'"core":{"halted":false.*"illegal":{"chip":0,"probe":0'
	plug "$on"
	settled
	mine "erase" stlink-download erase
	unplug
	want_blank
	proven "flash is blank" flash_is_want it
done
