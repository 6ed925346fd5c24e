# SPDX-License-Identifier: GPL-2.0-or-later
# 59-own-core.sh - stlink-download on each board, as the others: every word that looks at probe,
# chip, core, memory and peripherals, or steers them. The program on it sleeps.
. /tests/own.sh
sleeper /tmp/fw.bin $IMAGE_BYTES

# serial_listed - list shows the board's serial number.
serial_listed() {
	serial=$(control report | sed -n 's/.*"serial":"\([^"]*\)".*/\1/p')
	[ -n "$serial" ] && job_says "$serial"
}
firmware_told() { job_says "$(control report | sed -n 's/.*"firmware":"\([^"]*\)".*/\1/p')"; }
# regs_match - the 19 registers that have a number are what the board has.
regs_match() {
	tr -s ' ' '\n' < /tmp/job.txt | sed -n 's/=0x/ /p' > /tmp/regs
	n=0
	for reg in r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11 r12 sp lr pc xpsr msp psp; do
		[ "$(sed -n "s/^$reg //p" /tmp/regs)" = "$(core_reg $n)" ] ||
			{ echo "$reg is $(core_reg $n)"; return 1; }
		n=$((n + 1))
	done
}
# stepped - one instruction, to where the board is.
stepped() {
	now=$(board_number instructions)
	[ "$now" = $((insns + 1)) ] || { echo "$insns, then $now instructions"; return 1; }
	job_says "stepped to 0x$(core_reg 15)"
}
# words_match ADDR - the four words shown are the board's.
words_match() {
	job_says "$1: $(memory_word "$1") $(memory_word $(($1 + 4))) $(memory_word $(($1 + 8))) $(
		memory_word $(($1 + 12)))"
}
was_reset() {
	now=$(board_number resets)
	[ "$now" = $((resets + 1)) ] || { echo "$resets, then $now resets"; return 1; }
	running
}
hundredths() { tr -d . < /proc/uptime | cut -d' ' -f1; }
slept() { [ $(($(hundredths) - begun)) -ge 100 ] && running; }
# blinked - each of the two LEDs changed at least 20 times.
blinked() {
	for led in blue green; do
		[ "$(grep -c "^led .* $led " /tmp/sim.it.log)" -ge 20 ] || { cat /tmp/sim.it.log; return 1; }
	done
}
untouched() { [ "$(board_number commands)" = "$before" ]; }
same_word() { [ "$(memory_word "$1")" = "$2" ]; }
same_reg() { [ "$(core_reg "$1")" = "$2" ]; }

look_words() {
	mine "list" list
	if [ "$generation" = v1 ]; then
		does "the probe's sg node" job_says "$(sg_node)"
	else
		does "the board's serial number" serial_listed
	fi
	before=$(board_number commands)
	mine "setup" setup
	does "no command reaches the probe" untouched
	mine "version" version
	does "the board's probe firmware" firmware_told
	mine "info" info
	does "the board's chip id; it runs" both running job_says "device id: *$(printf '0x%x' $chip_id)"
	mine "--json info" --json info
	does "the board's chip id" job_says "\"device_id\":$((chip_id))"
	mine "status, asleep" status
	does "report: not halted" both running job_says "core: sleeping"
	mine "--connect=hotplug status" --connect=hotplug status
	does "report: not halted" both running job_says "core: sleeping"
	mine "help step" help step
	does "its words" job_says "Executes one instruction"
}
core_words() {
	mine "halt" halt
	does "report: halted" halted
	mine "run" run
	does "report: not halted" running
	mine "debug" debug
	does "report: halted" halted
	mine "status, halted" status
	does "report: halted" both halted job_says "core: halted"
	mine "regs" regs
	does "19 registers are the board's" regs_match
	mine "reg0 regpc" reg0 regpc
	does "the board's pc, and the r0 that the program set" job_says "r0 = 0x0000002a" "pc = 0x$(core_reg 15)"
	mine "wreg7=V" wreg7=0x12345678
	does "the board's r7" same_reg 7 12345678
	insns=$(board_number instructions)
	mine "step" step
	does "report: one instruction; the board's pc" stepped
	mine "wreg=V while running" run wreg7=1
	refuses 10 "only be written while it is halted" running
	resets=$(board_number resets)
	mine "reset" reset
	does "report: one reset more, not halted" was_reset
	begun=$(hundredths)
	mine "sleep=1" status sleep=1 status
	does "a second by the kernel's clock; report: not halted" slept
}
memory_words() {
	mine "read<ADDR>, flash" read0x08000000
	does "the board's four words" words_match 0x08000000
	mine "write<ADDR>=V" write0x20000200=0x89abcdef
	does "the board's word" same_word 0x20000200 89abcdef
	mine "read<ADDR>, SRAM" read0x20000200
	does "the board's four words" words_match 0x20000200
	mine "SysTick" write0xe000e014=0x1f3f SysTick
	does "the reload value that was written" job_says "LOAD=00001f3f"
	mine "PORTA, its clock off" PORTA
	if [ "$target" = stm32f1x ]; then
		does "refused for an F1's reason, RM0008 7.3.7; unknown on others" job_says \
			"not read, its clock is off"
		mine "PORTA, its clock on" write0x40021018=0x4 PORTA
		does "CRL after reset by RM0008 9.2.1" job_says "CRL=44444444"
	else
		ended_with 10 "refused, exit status 10" "-" clean job_says "known for STM32F1 only"
	fi
}
probe_words() {
	mine "--speed=480 info" --speed=480 info
	case $generation in
	v1) does "-" board_says '"swd_hz":1800000}' ;; # has no command for it
	v2) does "report: the probe's SWD clock is 480 kHz; a V1 keeps its own" board_says '"swd_hz":480000}' ;;
	v3) does "-" board_says '"swd_hz":200000}' ;; # the next lower one that it has
	esac
	mine "--connect=under-reset info" --connect=under-reset info
	if [ "$generation" = v1 ]; then
		refuses 9 "cannot hold the target in reset" running
	else
		does "the board's chip id; not halted" both running job_says \
			"device id: *$(printf '0x%x' $chip_id)"
	fi
	mine "blink" blink
	if [ "$on" = vldiscovery ]; then
		does "both LEDs of the board, ten times on and off" both blinked running
	else
		refuses 10 "LEDs of a STM32VLDISCOVERY only" running
	fi
}
for on in $(board_names v1 v2 v3); do
	board_is "$on"
	cp /tmp/fw.bin /tmp/it.flash
	plug_board --leds
	look_words
	core_words
	memory_words
	probe_words
	unplug
done
