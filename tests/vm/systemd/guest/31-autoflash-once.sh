# SPDX-License-Identifier: GPL-2.0-or-later
# 31-autoflash-once.sh - one flash for one insertion: a probe that leaves its boot loader, a second
# start by hand.
. /bed/lib.sh
. /bed/guest/autoflash.inc

autoflash_installed
configure any 0x410 0x420

for board in bluepill vldiscovery; do
	mark
	board_plug $board $board --set dfu=on
	port=$(usb_port)
	unit=$(unit_of "$port")
	before=$(cat "/sys/bus/usb/devices/$port/devnum")
	check "$board, in its boot loader, is flashed" wait_for 90 said "$unit" PASS
	check "... although it left the bus and came back" \
		[ "$(cat "/sys/bus/usb/devices/$port/devnum")" != "$before" ]
	sleep 5
	check "... once" said_times "$unit" PASS 1
	systemctl start "$unit"
	check "... also when the unit is started again" said_times "$unit" PASS 1
	check "... which says why" said "$unit" 'nothing done'
	board_gone_quietly $board
	check "the board's own flash is the image" flash_is $board /etc/stlink-download/fw.bin
done
