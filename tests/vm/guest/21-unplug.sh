# SPDX-License-Identifier: GPL-2.0-or-later
# 21-unplug.sh - the cable is pulled while flash is being written.
. /tests/lib.sh

# pull NAME BOARD - plug in, start, pull in the middle; leaves what "tool" leaves.
pull() {
	case $2 in
	vldiscovery) v1_plug "$1" && node=$(sg_node) ;;
	*) board_plug "$1" "$2" && node=$(usb_node) ;;
	esac
	lock_nodes
	open_node "$node"
	bound=60 tool_start "$1" --json program=fw.bin
	wait_for 20 tool_said "$1" '"progress"' || give_up "programming begins"
	board_cut "$1"
	tool_end "$1"
}
image /tmp/fw.bin 60000
pull one vldiscovery
check "a V1 pulled in the middle: exit status 8" exit_is 8
check "... within 5 seconds" within 5
check "... and it says that the probe left the bus" says "left the bus\|\"gone\""
check "... and nothing claims to be done" not grep '"event":"done"' /tmp/out
wait_for 5 usb_count_is 0
pull two bluepill
check "a V2 pulled in the middle: exit status 8" exit_is 8
check "... within 5 seconds" within 5
check "... and it says that the probe left the bus" says "left the bus\|\"gone\""
check "... and nothing claims to be done" not grep '"event":"done"' /tmp/out
