# SPDX-License-Identifier: GPL-2.0-or-later
# 11-v2-usbfs.sh - a V2 through its usbfs node, by a user who has that node and nothing else.
. /tests/lib.sh

image /tmp/fw.bin 20000
board_plug one bluepill
lock_nodes
tool info
check "without permission on the usbfs node: exit status 6" exit_is 6
check "... and the message names the node" says "$(usb_node)"
open_node "$(usb_node)"
tool -v program=fw.bin reset run
check "an unprivileged user programs a V2 through usbfs" exit_is 0
check "-v says that libusb was used" says "through libusb"
tool verify=fw.bin
check "a second session verifies it" exit_is 0
board_unplug one
check "the board's own flash is the image, byte for byte" flash_is one /tmp/fw.bin
check "the board counted no illegal act" no_illegal_acts one
