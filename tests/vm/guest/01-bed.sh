# SPDX-License-Identifier: GPL-2.0-or-later
# 01-bed.sh - the bed itself: drivers, nodes, and a user who may do nothing.
. /tests/lib.sh

board_plug one vldiscovery
check "the V1 board enumerates as 0483:3744" \
	grep -q 3744 "/sys/bus/usb/devices/$(usb_port)/idProduct"
check "usb-storage takes the V1" wait_for 5 storage_bound
check "the sg driver makes a node for the V1" wait_for 10 has_sg_node
check "the disk driver makes a node for the V1's fake disk" wait_for 10 has_disk_node
lock_nodes
check "root gets the version through the sg node" sg_probe "$(sg_node)" rw
check "sg_inq, not written by us, sees the fake disk of an STM32" \
	sh -c "sg_inq $(sg_node) | grep -q 'Vendor identification: STM32'"
check "sg_raw gets the probe's USB ids with F1 80" sh -c \
	"sg_raw -r 6 $(sg_node) f1 80 00 00 00 00 00 00 00 00 2>&1 | grep -q '83 04 44 37'"
check "the user is not let in without permission" \
	[ "$(as_user sg_probe "$(sg_node)" rw)" = "open EACCES" ]
open_node "$(sg_node)"
check "the user is let in with it" as_user sg_probe "$(sg_node)" rw
board_unplug one
check "the probe leaves the bus when the board is unplugged" wait_for 5 usb_count_is 0
