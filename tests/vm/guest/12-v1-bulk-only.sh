# SPDX-License-Identifier: GPL-2.0-or-later
# 12-v1-bulk-only.sh - a V1 whose sg node the user may not open, but whose usbfs node he may:
# usb-storage is detached for the session, and gets the probe back.
. /tests/lib.sh

image /tmp/fw.bin 20000
v1_plug one
lock_nodes
open_node "$(usb_node)"
tool -v program=fw.bin reset run
check "an unprivileged user programs a V1 through its usbfs node" exit_is 0
check "-v says why it was not sg" says "sg.*Permission denied"
check "-v says that libusb was used" says "through libusb"
check "usb-storage has the V1 again" wait_for 5 storage_bound
check "the sg node comes back" wait_for 10 has_sg_node
check "the sg node works again" sg_probe "$(sg_node)" rw

# Refused on the chip's side: usb-storage must be given back all the same.
lock_nodes
open_node "$(usb_node)"
tool verify=/tests/v1-on-linux.md
check "a failed verify exits 12" exit_is 12
check "usb-storage has the V1 again after a failure" wait_for 5 storage_bound
check "the sg node comes back after a failure" wait_for 10 has_sg_node
lock_nodes
open_node "$(usb_node)"
tool_start slow debug sleep=20
wait_for 10 not storage_bound || give_up "the session detaches usb-storage"
sleep 1
kill -TERM "$(pidof stlink-download)"
tool_end slow
check "a session ended by SIGTERM exits 143" exit_is 143
check "usb-storage has the V1 again after SIGTERM" wait_for 5 storage_bound
board_unplug one
check "the board's own flash is the image, byte for byte" flash_is one /tmp/fw.bin
check "the board counted no illegal act" no_illegal_acts one
