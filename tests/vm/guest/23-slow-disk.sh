# SPDX-License-Identifier: GPL-2.0-or-later
# 23-slow-disk.sh - a V1 whose fake disk never answers a READ: the kernel's disk driver blocks
# the probe for half a minute at a time. With permission on the usbfs node the tool goes around
# it; with the sg node alone it still comes to an end.
. /tests/lib.sh

image /tmp/fw.bin 4000
board_plug one vldiscovery --set disk=hang-read
wait_for 10 has_sg_node || give_up "the V1 gets an sg node"
lock_nodes
open_node "$(sg_node)"
bound=300 tool -v program=fw.bin reset run
check "the tool ends by itself: host error" exit_is 8
check "... within three time-outs of the disk driver" within 130
check "... saying what blocks the probe" grep -q "disk driver blocks the probe" /tmp/err
check "... and what to do" grep -q "483:3744:i" /tmp/err
say "note: in $took s"
bound=300 tool_start slow -v program=fw.bin reset run
sleep 20
kill -TERM "$(pidof stlink-download)"
tool_end slow
check "SIGTERM ends the tool" exit_is 143
check "... when the command that waits is through" within 65
tail -n 6 /tmp/err | sed 's/^/# note: /'
board_unplug one
[ "$status" != 0 ] || check "what it calls done is done" flash_is one /tmp/fw.bin
wait_for 300 usb_count_is 0 || give_up "the hanging V1 leaves the bus"

# The same user with both nodes, as udev rules give them.
board_plug both vldiscovery --set disk=hang-read
wait_for 10 has_sg_node || give_up "the V1 gets an sg node"
lock_nodes
open_node "$(sg_node)"
open_node "$(usb_node)"
bound=120 tool program=fw.bin reset run
check "with both nodes it is programmed in spite of the disk" exit_is 0
check "... within one time-out of the disk driver" within 40
check "... saying why it takes so long" says "fake disk does not answer"
check "... and usb-storage has the V1 again" wait_for 5 storage_bound
say "note: in $took s"
board_unplug both
check "what it calls done is done" flash_is both /tmp/fw.bin
wait_for 300 usb_count_is 0 || give_up "the hanging V1 leaves the bus"

# Too early: usb-storage takes its time, and nothing but the sg node is allowed.
board_plug early vldiscovery
lock_nodes
(wait_for 10 has_sg_node && open_node "$(sg_node)") &
tool program=fw.bin reset run
check "just plugged in, it waits for the sg node" exit_is 0
check "... and says so" says "waiting for its sg node"
board_unplug early
check "what it calls done is done" flash_is early /tmp/fw.bin
wait_for 300 usb_count_is 0 || give_up "the V1 leaves the bus"

# The same user with the usbfs node instead.
board_plug two vldiscovery --set disk=hang-read
wait_for 10 has_sg_node || give_up "the V1 gets an sg node"
lock_nodes
open_node "$(usb_node)"
bound=1200 tool -v program=fw.bin reset run
check "through usbfs it is programmed in spite of the disk" exit_is 0
say "note: in $took s"
board_unplug two
check "what it calls done is done" flash_is two /tmp/fw.bin
wait_for 300 usb_count_is 0 || give_up "the hanging V1 leaves the bus"

# And with usb-storage told to leave it alone.
rmmod usb-storage && modprobe usb-storage quirks=483:3744:i || give_up "the quirk is set"
board_plug three vldiscovery --set disk=hang-read
lock_nodes
open_node "$(usb_node)"
tool -v program=fw.bin reset run
check "with quirk i it is programmed" exit_is 0
check "... within 5 seconds" within 5
board_unplug three
check "what it calls done is done" flash_is three /tmp/fw.bin
