# SPDX-License-Identifier: GPL-2.0-or-later
# 22-dfu.sh - a probe that starts in its DFU mode leaves the bus and comes back; its nodes are
# new then, and whoever sets modes does so a moment after they appeared.
. /tests/lib.sh

image /tmp/fw.bin 20000
# As udev would: permission on each new sg and usbfs node, 0.3 s late.
permit() {
	while :; do
		for n in $(sg_node) $(usb_node); do
			[ "$(stat -c %g "$n")" = 0 ] && usleep 300000 && open_node "$n"
		done
		usleep 100000
	done 2>/dev/null
}
user_may() { as_user test -w "$1"; }
permit &
permitter=$!
v1_plug one --set dfu=on
wait_for 5 user_may "$(sg_node)"
before=$(usb_node)
tool -v program=fw.bin reset run
check "a V1 in DFU leaves it and is programmed" exit_is 0
check "... it came back as a new device" [ "$(usb_node)" != "$before" ]
check "... and usb-storage has it, with an sg node" wait_for 10 has_sg_node
board_unplug one
wait_for 5 usb_count_is 0
check "the board's own flash is the image" flash_is one /tmp/fw.bin
board_plug two bluepill --set dfu=on
wait_for 5 user_may "$(usb_node)"
tool -v program=fw.bin reset run
check "a V2 in DFU leaves it and is programmed" exit_is 0
board_unplug two
check "the board's own flash is the image" flash_is two /tmp/fw.bin
wait_for 5 usb_count_is 0
kill $permitter

# The same for a user who may only have the usbfs node, late as well.
permit_usb() {
	while :; do
		n=$(usb_node)
		[ -n "$n" ] && [ "$(stat -c %g "$n")" = 0 ] && usleep 300000 && open_node "$n"
		usleep 100000
	done 2>/dev/null
}
permit_usb &
permitter=$!
v1_plug three --set dfu=on
wait_for 5 user_may "$(usb_node)"
tool -v program=fw.bin reset run
check "a V1 in DFU, usbfs only, leaves it and is programmed" exit_is 0
check "usb-storage has the V1 again" wait_for 10 storage_bound
check "the sg node comes back" wait_for 10 has_sg_node
board_unplug three
check "the board's own flash is the image" flash_is three /tmp/fw.bin
kill $permitter
