# SPDX-License-Identifier: GPL-2.0-or-later
# 15-other-boards.sh - the two boards with other flash controllers, through usbfs.
. /tests/lib.sh

image /tmp/fw.bin 20000
for board in l-discovery f4discovery; do
	board_plug "$board" "$board"
	lock_nodes
	open_node "$(usb_node)"
	tool -v program=fw.bin reset run
	check "an unprivileged user programs the $board" exit_is 0
	(head -c 19999 /tmp/fw.bin; printf x) > /tmp/next.bin
	tool program=next.bin
	check "... and programs it again with one byte changed" exit_is 0
	board_unplug "$board"
	wait_for 5 usb_count_is 0
	check "the board's own flash is the second image" flash_is "$board" /tmp/next.bin
	check "the board counted no illegal act" no_illegal_acts "$board"
done
