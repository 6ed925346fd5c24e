# SPDX-License-Identifier: GPL-2.0-or-later
# 53-openocd-debug.sh - Debian's OpenOCD 0.12.0 looks at the core, which runs examples/debug, and
# steers it.
. /tests/strangers.sh
who="OpenOCD 0.12.0"
words=$(hexdump -v -n 16 -e '1/4 "%08x "' $example/debug.bin)
reset=$(symbol Reset_Handler)
after=$(printf '0x%08x' $((reset + 2)))
add=$(symbol add_three)
counter=$(symbol counter)

# looked JOB EVIDENCE PATTERN... - one more thing that the session showed.
looked() {
	what="$way, $1"
	evidence=$2
	shift 2
	proven "$evidence" job_says "$@"
}
# session JOB COMMANDS - what OpenOCD prints becomes one line.
session() {
	plug "$on"
	job "$who" "$way, $1" ocd "$way" "$2"
	tr -d '\r' < /tmp/job.txt | tr '\n' ' ' > /tmp/job.line
	mv /tmp/job.line /tmp/job.txt
	unplug
}
for on in $(board_names v1 v2 v3); do
	board_is "$on"
	for way in hla_swd dapdirect_swd; do
		[ $way = hla_swd ] || { [ "$generation" != v1 ] && ! old_firmware; } || continue
		cp $example/debug.bin /tmp/it.flash
		[ "$generation" != v1 ] || free_v1
		session "session" "init; reset halt; echo MDW; echo [mdw 0x08000000 4]; \
			echo RESET; echo [reg pc]; step; echo STEP; echo [reg pc]; \
			bp $add 2 hw; resume; wait_halt 1000; echo BREAK; echo [reg pc]; echo [reg r0]; \
			resume; wait_halt 1000; echo AGAIN; echo [reg pc]; echo [reg r0]; rbp $add; \
			reg r7 0x12345678; mww 0x20000200 0x89abcdef; mwh 0x20000204 0x5678; mwb 0x20000206 0x9a; \
			echo POKE; echo [reg r7]; echo [mdw 0x20000200 2]; \
			resume; sleep 20; halt; echo RUN; echo [mdw $counter]; resume; exit"
		looked "mdw" "the first four words are those of the flash file" "MDW *0x08000000: $words"
		looked "reset halt" "pc is the reset handler" "RESET *pc (/32): $reset"
		if [ "$generation" = v1 ]; then
			what="$way, the reset line"
			ended_with 0 "SRST error, resets by software" \
				"a V1 has no command for it, OpenOCD sends none; no report found" \
				job_says "SRST error"
		fi
		looked "step" "pc is the next instruction" "STEP *pc (/32): $after"
		looked "bp, resume" "stops at the function, first and second call" \
			"BREAK *pc (/32): $add *r0 (/32): 0x00000000" \
			"AGAIN *pc (/32): $add *r0 (/32): 0x00000003"
		looked "reg, mww, mwh, mwb" "reads back what was written" \
			"POKE *r7 (/32): 0x12345678 *0x20000200: 89abcdef ..9a5678"
		looked "resume, halt" "the program has counted on" \
			"RUN .*$counter: [0-9a-f]*[1-9a-f][0-9a-f]\{1,\} "
		what="$way, resume, exit"
		proven "report: not halted" reported '"core":{"halted":false'
		session "wp, resume" "init; reset halt; wp $counter 4 w; resume; wait_halt 1000; \
			resume; wait_halt 1000; echo WATCH; echo [mdw $counter]; rwp $counter; resume; exit"
		what="$way, wp, resume"
		proven "stops after the second store; memory has its value" \
			job_says "WATCH *$counter: 00000003"
	done
done
