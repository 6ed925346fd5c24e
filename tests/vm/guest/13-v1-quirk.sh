# SPDX-License-Identifier: GPL-2.0-or-later
# 13-v1-quirk.sh - a V1 that usb-storage is told to ignore, as Debian's stlink-tools does it.
. /tests/lib.sh

image /tmp/fw.bin 20000
rmmod usb-storage && modprobe usb-storage quirks=483:3744:i || give_up "the quirk is set"
board_plug one vldiscovery
sleep 3
check "with quirk i there is no sg node" [ -z "$(sg_node)" ]
check "with quirk i no driver has the V1" [ -z "$(driver_of)" ]
lock_nodes
open_node "$(usb_node)"
tool -v program=fw.bin reset run
check "an unprivileged user programs the ignored V1" exit_is 0
check "-v names the quirk" says "quirks=483:3744:i"
check "no driver has the V1 afterwards, as before" [ -z "$(driver_of)" ]
board_unplug one
check "the board's own flash is the image, byte for byte" flash_is one /tmp/fw.bin
check "the board counted no illegal act" no_illegal_acts one
