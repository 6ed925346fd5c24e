# SPDX-License-Identifier: GPL-2.0-or-later
# 55-gdb.sh - Debian's gdb-multiarch 13.1 debugs examples/debug on each board, through OpenOCD 0.12.0.
. /tests/strangers.sh
(cd / && tar xf /dev/vda) || give_up "the disk with gdb is read"
cat > /tmp/session.gdb <<'END'
set pagination off
set confirm off
set height 0
target extended-remote 127.0.0.1:3333
monitor reset halt
load
compare-sections
monitor reset halt
break main
continue
info registers
next
next
next
next
step
finish
watch counter
continue
continue
print counter
delete
break SysTick_Handler
continue
backtrace
delete
stepi
print counter > 6
info symbol $pc
detach
END
ready() { grep -q "Listening on port 3333" /tmp/server.txt; }
# looked JOB EVIDENCE PATTERN... - one more thing that the session showed.
looked() {
	what="$way, $1" evidence=$2
	shift 2
	proven "$evidence" job_says "$@"
}
# line FILE TEXT - "NUMBER<tab>" of the only line with TEXT, as gdb shows a line of source.
line() { printf '^%s\t.*%s' "$(grep -n -F -e "$2" "$example/$1" | cut -d: -f1)" "$2"; }
begins=$(($(grep -n '^int main' $example/main.c | cut -d: -f1) + 1))
# session - one on the board $on, by $way.
session() {
	old_flash it
	plug "$on"
	(ocd $way "init") > /tmp/server.txt 2>&1 </dev/null &
	server=$!
	wait_for 20 ready || { cat /tmp/server.txt; give_up "OpenOCD serves gdb on the $on"; }
	# From where the source tree begins: the ELF file names its sources from there.
	cd /tests
	job "gdb-multiarch 13.1" "$way, session" gdb-multiarch -q -batch -x /tmp/session.gdb \
		examples/debug/debug.elf
	cd /
	control report > /tmp/detached
	kill $server
	wait $server 2>/dev/null
	unplug
}
judged() {
	looked "load" "gdb's own count" "Transfer rate"
	what="$way, load: the flash"
	proven "the board's flash begins with the program" \
		cmp -n "$(stat -c %s $example/debug.bin)" /tmp/it.flash $example/debug.bin
	looked "compare-sections" "matched" "Section .text.*: matched"
	looked "break main, continue" "stops there; the line of the source" \
		"Breakpoint 1.* main () at .*main.c:$begins\$" "^$begins	{"
	looked "info registers" "pc is where main begins, sp as the reset handler left it" \
		"^pc .*<main>" "^sp *0x20001ff8"
	looked "next" "the next lines of the source" "$(line main.c 'SYST_RVR = 7999;')" \
		"$(line main.c 'SYST_CVR = 0;')" "$(line main.c 'SYST_CSR = 7;')" \
		"$(line main.c 'add_three(counter);')"
	looked "step" "in the function that is called, with its argument" "^add_three (v=0) at .*main.c"
	looked "finish" "in main again, with the value returned" "$(line main.c 'counter = next;')" \
		"Value returned is .1 = 3\$"
	if [ $way = hla_swd ]; then     # OpenOCD does not know which watchpoint it was
		what="$way, watch, continue"
		ended_with 0 "stops, told as SIGTRAP" "memory has the second value; no report found" \
			job_says "Hardware watchpoint 2: counter" "SIGTRAP" "^.2 = 6\$"
	else
		looked "watch, continue" "memory has the second value" "Hardware watchpoint 2: counter" \
			"Old value = 0\$" "New value = 3\$" "Old value = 3\$" "New value = 6\$" "^.2 = 6\$"
	fi
	looked "break in a handler, backtrace" "the handler, the frame of the exception, main" \
		"Breakpoint 3, SysTick_Handler () at .*main.c" "^#1  <signal handler called>" \
		"^#[23] .* main () at .*main.c"
	looked "stepi" "the handler's next instruction; the program went on" "^.3 = 1\$" \
		"^SysTick_Handler + 2 in section .text"
	looked "detach" "gdb says so" "Inferior 1 .*detached"
	what="$way, detach: the core afterwards"
	ended_with 0 "stays halted" "report; OpenOCD's habit: cortex-debug #894" \
		grep -q '"core":{"halted":true' /tmp/detached
	what="$way, all of it"
	waits=0         # OpenOCD's reset-init forgets the wait states of an STM32L1: strangers.acts
	[ "$target" != stm32l1 ] || waits=1
	proven "report: no illegal act on the chip, but for an STM32L1's wait states" \
		reported "\"illegal\":{\"chip\":$waits,"
}
for on in $(board_names v1 v2 v3); do
	board_is "$on"
	[ "$generation" != v1 ] || free_v1
	for way in hla_swd dapdirect_swd; do
		[ $way = hla_swd ] || { [ "$generation" != v1 ] && ! old_firmware; } || continue
		session
		judged
	done
done
