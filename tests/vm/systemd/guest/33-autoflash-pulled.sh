# SPDX-License-Identifier: GPL-2.0-or-later
# 33-autoflash-pulled.sh - a board that is pulled out while it is worked on has failed, and the next
# one at that port is flashed.
. /bed/lib.sh
. /bed/guest/autoflash.inc

autoflash_installed 60000
configure any 0x410

mark
board_plug one bluepill
unit=$(unit_of "$(usb_port)")
check "work on a board has begun" wait_for 30 unit_is "$unit" activating
# Two seconds of erasing and writing are before it now.
sleep 1
check "... and goes on" unit_is "$unit" activating
board_cut one
check "pulled out in the middle, it has failed" wait_for 30 said "$unit" FAIL
say "$(since_mark "$unit" | grep autoflash:)"
check "... of priority error" [ -n "$(journalctl -q --no-pager -p err -u "$unit" | grep FAIL)" ]
check "... and the unit has ended" wait_for 10 not unit_is "$unit" activating
wait_for 10 usb_count_is 0
rm -f /tmp/one.flash
mark
board_plug two bluepill
check "the next board at that port is flashed" wait_for 60 said "$unit" PASS
board_gone_quietly two
check "the board's own flash is the image" flash_is two /etc/stlink-download/fw.bin
