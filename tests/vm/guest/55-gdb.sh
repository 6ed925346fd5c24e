# SPDX-License-Identifier: GPL-2.0-or-later
# 55-gdb.sh - Debian's gdb-multiarch 13.1 debugs a firmware on each board, through OpenOCD 0.12.0.
. /tests/strangers.sh
(cd / && tar xf /dev/vda) || give_up "the disk with gdb is read"
cat > /tmp/session.gdb <<'END'
set pagination off
set confirm off
set height 0
directory /tests
set substitute-path /build /tests
target extended-remote 127.0.0.1:3333
monitor reset halt
load
compare-sections
monitor reset halt
break main
continue
next
next
info registers
delete
detach
END
cat > /tmp/watch.gdb <<'END'
set pagination off
set confirm off
target extended-remote 127.0.0.1:3333
monitor reset halt
watch *(unsigned *) &counter
continue
continue
print *(unsigned *) &counter
delete
detach
END
ready() { grep -q "Listening on port 3333" /tmp/server.txt; }
# looked JOB EVIDENCE PATTERN... - one more thing that the session showed.
looked() {
	what=$1 evidence=$2
	shift 2
	proven "$evidence" job_says "$@"
}
for on in $(board_names v1 v2 v3); do
	board_is "$on"
	way=dapdirect_swd
	if [ "$generation" = v1 ]; then
		way=hla_swd
		free_v1
	elif [ "$on" = bluepill ]; then
		way=hla_swd
	fi
	old_flash it
	cp /tmp/it.flash /tmp/old
	plug "$on"
	(ocd $way "init") > /tmp/server.txt 2>&1 </dev/null &
	server=$!
	wait_for 20 ready || { cat /tmp/server.txt; give_up "OpenOCD serves gdb on the $on"; }
	job "gdb-multiarch 13.1" "session" gdb-multiarch -q -batch -x /tmp/session.gdb /tests/debuggee.elf
	cp /tmp/job.txt /tmp/job.session
	kept=$status
	bound=15 job "gdb-multiarch 13.1" "watch, continue" gdb-multiarch -q -batch -x /tmp/watch.gdb \
		/tests/debuggee.elf
	watched=$status
	cp /tmp/job.txt /tmp/job.watch
	cp /tmp/job.session /tmp/job.txt
	status=$kept
	kill $server
	wait $server 2>/dev/null
	unplug
	head -c "$(stat -c %s /tests/debuggee.bin)" /tmp/it.flash > /tmp/begin
	looked "load" "gdb's own count; flash begins with the program" "Transfer rate"
	what="load: the flash"
	proven "the board's flash begins with the program" cmp /tmp/begin /tests/debuggee.bin
	looked "compare-sections" "matched" "Section .text.*: matched"
	looked "break main, continue" "stops there; the line of the source" \
		"Breakpoint 1.* at .*debuggee.s" "ldr.*r4, =counter"
	looked "next" "the next line of the source" "movs.*r5, #0"
	looked "info registers" "pc is in main, r4 what main loaded" "pc .*<main+" "^r4 *0x20000100"
	looked "detach" "gdb says so" "Inferior 1 .*detached"
	cp /tmp/job.watch /tmp/job.txt
	status=$watched
	what="watch, continue"
	if [ $way = hla_swd ]; then     # OpenOCD does not know which watchpoint it was
		ended_with 0 "stops, told as SIGTRAP" "memory has the second value" \
			job_says "Hardware watchpoint 1" "SIGTRAP" "^.1 = 1\$"
	else
		proven "memory has the second value" job_says "Hardware watchpoint 1" "New value = 1\$" \
			"New value = 2\$" "^.1 = 2\$"
	fi
	say "after detach: $(grep -o '"core":{"halted":[a-z]*' /tmp/it.json)"
done
