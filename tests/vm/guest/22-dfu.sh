# SPDX-License-Identifier: GPL-2.0-or-later
# 22-dfu.sh - a probe that starts in its DFU mode leaves the bus and comes back; its nodes are
# new then, and whoever sets modes does so a moment after they appeared.
. /tests/lib.sh

image /tmp/fw.bin 20000
# As udev would: permission on each new sg and usbfs node, 0.3 s late.
permit() {
	while :; do
		for n in /dev/sg* /dev/bus/usb/*/*; do
			[ -e "$n" ] && [ "$(stat -c %g "$n")" = 0 ] && { usleep 300000; open_node "$n"; }
		done
		usleep 100000
	done 2>/dev/null
}
permit &
permitter=$!
v1_plug one --dfu
usleep 500000
before=$(usb_node)
tool -v program=fw.bin reset run
check "a V1 in DFU leaves it and is programmed" exit_is 0
check "... it came back as a new device" [ "$(usb_node)" != "$before" ]
board_unplug one
wait_for 5 usb_count_is 0
check "the board's own flash is the image" flash_is one /tmp/fw.bin
board_plug two bluepill --dfu
usleep 500000
tool -v program=fw.bin reset run
check "a V2 in DFU leaves it and is programmed" exit_is 0
board_unplug two
check "the board's own flash is the image" flash_is two /tmp/fw.bin
kill $permitter
