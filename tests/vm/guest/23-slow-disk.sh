# SPDX-License-Identifier: GPL-2.0-or-later
# 23-slow-disk.sh - a V1 whose fake disk never answers a READ: the kernel's disk driver blocks
# the probe for half a minute at a time, and the tool still comes to an end.
. /tests/lib.sh

image /tmp/fw.bin 4000
board_plug one vldiscovery --set disk=hang-read
wait_for 10 has_sg_node || give_up "the V1 gets an sg node"
lock_nodes
open_node "$(sg_node)"
bound=600 tool -v program=fw.bin reset run
say "note: exit status $status after $took s"
sed 's/^/# note: /' /tmp/err | tail -n 6
check "the tool ends by itself within 5 minutes" within 300
check "... either done or with a host error" [ "$status" = 0 -o "$status" = 8 ]
board_unplug one
[ "$status" != 0 ] || check "what it calls done is done" flash_is one /tmp/fw.bin
