# SPDX-License-Identifier: GPL-2.0-or-later
# 14-v1-refused.sh - nodes that cannot do: what the tool says, and that nothing is changed.
. /tests/lib.sh

image /tmp/fw.bin 9000
v1_plug one
lock_nodes
tool program=fw.bin
check "no permission at all: exit status 6" exit_is 6
check "... and the message names the sg node" says "$(sg_node)"
open_node "$(sg_node)" 444
tool program=fw.bin
check "a read-only sg node: exit status 6" exit_is 6
check "... and the message names the node" says "$(sg_node)"
chmod 600 "$(sg_node)"
open_node "$(disk_node)" 666
tool program=fw.bin
check "a writable disk node is no help: exit status 6" exit_is 6
tool -d "$(disk_node)" program=fw.bin
check "the disk node as the device is refused" [ "$status" = 2 -o "$status" = 5 -o "$status" = 6 ]
check "usb-storage kept the V1 throughout" storage_bound
tool list
check "listing needs no permission" exit_is 0
board_unplug one
check "nothing was written: flash is blank" \
	sh -c "[ -z \"\$(tr -d '\377' < /tmp/one.flash | head -c 1)\" ]"
