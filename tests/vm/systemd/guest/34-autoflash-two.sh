# SPDX-License-Identifier: GPL-2.0-or-later
# 34-autoflash-two.sh - two boards at once; serial numbers that mean harm.
. /bed/lib.sh
. /bed/guest/autoflash.inc

autoflash_installed 30000
serial=066DFF495051717867014528
configure any 0x410
# Shell text, an escape code, a priority and a field of the journal, for a serial number.
mark
board_plug hostile bluepill --serial-text "<0>\$(touch /tmp/was-here)$(printf '\033')[2J\`id\`"
unit=$(unit_of "$(usb_port)")
check "a board whose serial number is shell text is flashed, and no more" wait_for 60 said "$unit" PASS
check "... the number is not run" [ ! -e /tmp/was-here ]
check "... and does no harm to who reads it" not sh -c \
	"journalctl -q --no-pager -a -o cat -u '$unit' | grep -q '$(printf '\033')'"
check "... nor to who reads the status" not grep -q "$(printf '\033')" "/run/stlink-download/$(usb_port).json"
board_gone_quietly hostile
mark
board_plug long bluepill --serial-text "$(printf '%0125d' 0)"
unit=$(unit_of "$(usb_port)")
check "a board with the longest serial number there is is flashed" wait_for 60 said "$unit" PASS
board_gone_quietly long

configure 1-1 0x410
sed -i "s/^serial.*/serial = $serial/" $CONFIG/10-test.conf
printf '[board v1]\nserial = any\nport = 1-2\nchip = 0x420\nimage = /etc/stlink-download/fw.bin\n' \
	> $CONFIG/20-v1.conf
mark
board_plug left bluepill --serial $serial
board_plug right vldiscovery
left=$(unit_of 1-1)
right=$(unit_of 1-2)
check "two boards: the left one is flashed" wait_for 60 said "$left" PASS
check "... and the right one" wait_for 60 said "$right" PASS
check "... at the same time" at_the_same_time "$left" "$right"
board_unplug left
board_unplug right
wait_for 10 usb_count_is 0
check "both flashes are the image" sh -c \
	"cmp -n 8000 /tmp/left.flash /etc/stlink-download/fw.bin && cmp -n 8000 /tmp/right.flash /etc/stlink-download/fw.bin"
