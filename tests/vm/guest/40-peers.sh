# SPDX-License-Identifier: GPL-2.0-or-later
# 40-peers.sh - tools that we did not write find nothing wrong with the virtual boards:
# Debian's stlink-tools 1.7.0 and OpenOCD 0.12.0. Judged by the boards' own flash.
. /tests/lib.sh

# peer SENTENCE COMMAND... - bounded; some of them spin for ever when something is odd.
peer() {
	what=$1
	shift
	check "$what" timeout -s KILL 60 "$@"
}
image /tmp/fw.bin 16000
board_plug one bluepill
peer "st-info finds the V2 and an STM32F103" sh -c 'st-info --probe 2>&1 | grep -i "F1.*medium"'
peer "st-flash writes and verifies through the V2" st-flash --reset write /tmp/fw.bin 0x08000000
peer "st-flash reads the same back" st-flash read /tmp/back.bin 0x08000000 16000
peer "... the same bytes" cmp /tmp/back.bin /tmp/fw.bin
board_unplug one
wait_for 5 usb_count_is 0
check "the V2 board's flash is what st-flash wrote" flash_is one /tmp/fw.bin

board_plug two bluepill
peer "OpenOCD programs and verifies through the V2" openocd -f interface/stlink.cfg \
	-f target/stm32f1x.cfg -c "program /tmp/fw.bin verify reset exit 0x08000000"
board_unplug two
wait_for 5 usb_count_is 0
check "the V2 board's flash is what OpenOCD wrote" flash_is two /tmp/fw.bin

v1_plug three
peer "st-info finds the V1 and an STM32F100" sh -c 'st-info --probe 2>&1 | grep -i "F1.*value"'
peer "st-flash writes and verifies through the V1" st-flash write /tmp/fw.bin 0x08000000
board_unplug three
wait_for 5 usb_count_is 0
check "the V1 board's flash is what st-flash wrote" flash_is three /tmp/fw.bin

# OpenOCD 0.12.0 cannot claim a V1 that usb-storage holds: its own manual asks for quirk i.
rmmod usb-storage && modprobe usb-storage quirks=483:3744:i || give_up "the quirk is set"
board_plug four vldiscovery
peer "OpenOCD programs and verifies through the V1" openocd -f interface/stlink.cfg \
	-f target/stm32f1x.cfg -c "program /tmp/fw.bin verify reset exit 0x08000000"
board_unplug four
check "the V1 board's flash is what OpenOCD wrote" flash_is four /tmp/fw.bin
