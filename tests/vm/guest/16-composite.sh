# SPDX-License-Identifier: GPL-2.0-or-later
# 16-composite.sh - the V2-1 and the V3 with all their functions, under the kernel's own drivers.
. /tests/lib.sh

# Firmware that sleeps, and gives back each byte that comes in at USART2 plus one, from the
# interrupt: stack and reset vector, vector 38, then: RCC_APB1ENR = USART2EN; CR1 = UE, TE, RE,
# RXNEIE; NVIC_ISER1; wfi. Handler: read SR, read DR, add 1, write DR. Constants last.
zeros() { head -c "$1" /dev/zero; }
echo_with() {           # RCC_APB1ENR as printf writes it
	printf '\000\020\000\040\341\000\000\010'
	zeros 208
	printf '\375\000\000\010'
	zeros 4
	printf '\011\110\001\041\111\004\001\140\010\110\102\362\054\001\301\140\007\112\100\041'
	printf '\021\140\060\277\375\347\000\277\001\150\101\150\001\061\101\140\160\107\000\277'
	printf "$1"
	printf '\000\104\000\100\004\341\000\340'
}
echo_f4() { echo_with '\100\070\002\100'; }
echo_f1() { echo_with '\034\020\002\100'; }
speed_is() { [ "$(cat "/sys/bus/usb/devices/$(usb_port)/speed")" = "$1" ]; }

composite() {
	board=$1 speed=$2 blocks=$3 firmware=$4
	dmesg -c > /dev/null
	board_plug "$board" "$board"
	check "the $board runs at $speed Mbit/s" speed_is "$speed"
	check "... and has a serial port" wait_for 10 test -c /dev/ttyACM0
	check "... and a disk" wait_for 10 has_disk_node
	check "... of $blocks blocks" [ "$(cat /sys/block/sd?/size)" = "$blocks" ]
	check "... whose first block is that of a volume" \
		sh -c "dd if=$(disk_node) bs=512 count=1 2>/dev/null | grep -q FAT12"
	lock_nodes
	open_node "$(usb_node)"
	$firmware > /tmp/echo.bin
	tool program=echo.bin reset
	check "an unprivileged user programs it beside disk and serial port" exit_is 0
	stty -F /dev/ttyACM0 115200 raw -echo
	timeout 10 dd if=/dev/ttyACM0 of=/tmp/back bs=1 count=3 2>/dev/null &
	waiting=$!
	sleep 0.5
	printf HAL > /dev/ttyACM0
	wait $waiting
	check "bytes written to the serial port come back through the chip" grep -qx IBM /tmp/back
	rm -f /tmp/back
	tool list
	check "list has its firmware" says "$5"
	check "... its serial port and its disk" says "/dev/ttyACM0  (serial port)"
	check "... and no sign of a copy" says "no sign of a copy"
	chmod 666 /dev/ttyACM0
	tool_says_hal() { printf HAL | as_user timeout -s KILL 60 $TOOL "$@" > /tmp/out 2> /tmp/err; status=$?; }
	tool_says_hal --connect=under-reset program=/tmp/echo.bin reset monitor --expect '^IBM$' --timeout 1
	check "monitor: a line without its end is no line" exit_is 13
	tool_says_hal --connect=under-reset program=/tmp/echo.bin reset monitor --expect '^IBM' --timeout 20
	check "monitor: flash, reset, and the text that is to come, in one command" exit_is 0
	tool_says_hal -d /dev/ttyACM0 monitor --expect ABC --timeout 1
	check "monitor: a text that does not come is exit status 13" exit_is 13
	tool -d /dev/ttyACM0 --connect=under-reset info
	check "the name of the serial port selects the probe" exit_is 0
	dd if=/dev/zero of="$(disk_node)" bs=512 seek=100 count=4 conv=fsync 2>/dev/null
	check "a write to the disk is taken" [ $? = 0 ]
	tool --connect=normal info
	check "firmware that waits in wfi is out of reach, and the tool says so" exit_is 10
	check "... by its number" says "\[E207\]"
	check "... and how to reach it" says "connect=under-reset"
	tool info
	check "without --connect it finds that out itself" exit_is 0
	check "... and says how" says "that worked: --connect=under-reset"
	tool doctor
	check "doctor names the cause" says "remark *E207"
	check "... and finds nothing else in the way" exit_is 0
	tool --connect=under-reset info
	check "the tool still works after that" exit_is 0
	board_unplug "$board"
	wait_for 5 usb_count_is 0
	check "the board's own flash is the image" flash_is "$board" /tmp/echo.bin
	check "the board counted no illegal act" no_illegal_acts "$board"
	dmesg | grep -v 'unlink->seqnum\|urb->status' | sed 's,^,# kernel: ,'
}
composite nucleo-f401re 12 1072 echo_f4 V2J37M27
composite nucleo-v3 480 328 echo_f1 V3J7M2
