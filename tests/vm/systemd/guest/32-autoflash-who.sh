# SPDX-License-Identifier: GPL-2.0-or-later
# 32-autoflash-who.sh - who gets nothing: the wrong port, serial number or chip; anybody, when others
# could change the image, or the configuration has a mistake.
. /bed/lib.sh
. /bed/guest/autoflash.inc

autoflash_installed
serial=066DFF495051717867014528

# nothing_for NAME BOARD WORD OPTION... - a board that must get nothing; the journal has WORD.
nothing_for() {
	name=$1
	board=$2
	word=$3
	shift 3
	mark
	board_plug "$name" "$board" --trace "/tmp/$name.pcapng" "$@"
	unit=$(unit_of "$(usb_port)")
	check "$name: the journal says $word" wait_for 30 said "$unit" "$word"
	board_gone_quietly "$name"
	check "... its flash is blank" not flash_is "$name" /etc/stlink-download/fw.bin
	check "... and nothing of the image was sent" image_not_sent "/tmp/$name.pcapng"
}

configure 9-9 0x410
nothing_for wrong-port bluepill 'nothing done' --serial $serial
configure any 0x410
sed -i "s/^serial.*/serial = 066DFF495051717867014529/" $CONFIG/10-test.conf
nothing_for wrong-serial bluepill 'nothing done' --serial $serial
configure any 0x420
nothing_for wrong-chip bluepill 'wrong chip' --serial $serial
configure any 0x410
chmod 666 /etc/stlink-download/fw.bin
nothing_for open-image bluepill 'may be written by others' --serial $serial
chmod 644 /etc/stlink-download/fw.bin
echo 'nonsense' >> $CONFIG/10-test.conf
nothing_for bad-config bluepill 'FAIL: .*10-test.conf:6' --serial $serial
