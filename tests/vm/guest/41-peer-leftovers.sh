# SPDX-License-Identifier: GPL-2.0-or-later
# 41-peer-leftovers.sh - another tool takes a V1 from usb-storage and never gives it back:
# ours works all the same, and after it the sg node may be had again.
. /tests/lib.sh

image /tmp/fw.bin 9000
v1_plug one
timeout -s KILL 60 st-info --probe > /tmp/probe.txt 2>&1
check "st-info leaves the V1 without a driver and without an sg node" [ -z "$(driver_of)$(sg_node)" ]
lock_nodes
open_node "$(usb_node)"
tool -v program=fw.bin reset run
check "a V1 without a driver is programmed" exit_is 0
check "-v says why it was not sg" says "not through sg: no sg node"
board_unplug one
check "the board's own flash is the image" flash_is one /tmp/fw.bin
