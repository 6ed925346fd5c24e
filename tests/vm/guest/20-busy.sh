# SPDX-License-Identifier: GPL-2.0-or-later
# 20-busy.sh - a probe that another session holds: the second one is told so at once, and the
# first one does not notice. Both users have every node, as udev rules give them.
. /tests/lib.sh

image /tmp/fw.bin 20000
open_all() { for n in $(sg_node) $(usb_node); do open_node "$n"; done; }

v1_plug one
lock_nodes
open_all
node=$(sg_node)
tool_start first debug sleep=8 program=fw.bin
wait_for 5 node_held "$node" || give_up "the first session holds $node"
tool info
check "a V1 held through sg: the second session exits 7" exit_is 7
check "... within 2 seconds" within 2
check "... and does not take the V1 from usb-storage" storage_bound
check "... and names the holder" says "stlink-download (pid [0-9]"
tool list
check "listing works meanwhile" exit_is 0
tool_end first
check "the first session finishes unharmed" exit_is 0
board_unplug one
wait_for 5 usb_count_is 0
check "what it programmed is there" flash_is one /tmp/fw.bin

board_plug two bluepill
lock_nodes
open_all
tool_start first debug sleep=8 program=fw.bin
wait_for 5 node_held "$(usb_node)" || give_up "the first session holds $(usb_node)"
sleep 1
tool info
check "a V2 that is claimed: the second session exits 7" exit_is 7
check "... within 2 seconds" within 2
check "... and names the holder" says "stlink-download (pid [0-9]"
tool_end first
check "the first session finishes unharmed" exit_is 0
board_unplug two
wait_for 5 usb_count_is 0
check "what it programmed is there" flash_is two /tmp/fw.bin

v1_plug three
lock_nodes
open_node "$(usb_node)"
tool_start first debug sleep=8
wait_for 5 not storage_bound || give_up "the first session detaches usb-storage"
tool info
check "a V1 held through libusb: the second session exits 7" exit_is 7
tool_end first
check "the first session finishes unharmed" exit_is 0
check "usb-storage has the V1 again" wait_for 5 storage_bound
