# SPDX-License-Identifier: GPL-2.0-or-later
# 10-v1-sg.sh - the main job: a V1 through the kernel's own usb-storage and sg driver,
# by a user who has read and write on /dev/sgN and on nothing else.
. /tests/lib.sh

image /tmp/fw.bin 20000
(head -c 8999 /tmp/fw.bin; printf x) > /tmp/other.bin
v1_plug one
lock_nodes
open_node "$(sg_node)"
check "the user may write the sg node" as_user test -w "$(sg_node)"
check "the user may not even read the usbfs node" not as_user test -r "$(usb_node)"
check "... nor the disk node" not as_user test -r "$(disk_node)"
node=$(sg_node)

tool -v program=fw.bin reset run
check "an unprivileged user programs a V1 through $node" exit_is 0
check "-v says that sg was used" says "through sg"
check "usb-storage still holds the V1 afterwards" storage_bound
check "the sg node is the same afterwards" [ "$(sg_node)" = "$node" ]
check "nobody holds the sg node afterwards" not node_held "$node"
check "the kernel had to reset nothing" no_resets
tool -d "$node" verify=fw.bin
check "/dev/sgN as the device, a second session: verify agrees" exit_is 0
tool verify=other.bin
check "one byte that differs at the end: verify exits 12" exit_is 12
check "... and it says where" says 08002327
tool "read=back.bin@0x08000000:20000"
check "read gives the same bytes" cmp /tmp/back.bin /tmp/fw.bin
board_unplug one
check "the board's own flash is the image, byte for byte" flash_is one /tmp/fw.bin
check "the board counted no illegal act" no_illegal_acts one
