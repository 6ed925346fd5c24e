# SPDX-License-Identifier: GPL-2.0-or-later
# 53-openocd-debug.sh - Debian's OpenOCD 0.12.0 looks at the core and steers it.
. /tests/strangers.sh
image /tmp/fw.bin $IMAGE_BYTES
who="OpenOCD 0.12.0"
words=$(hexdump -v -n 16 -e '1/4 "%08x "' /tests/debuggee.bin)

# looked JOB EVIDENCE PATTERN... - one more thing that the session showed.
looked() {
	what="$way, $1"
	evidence=$2
	shift 2
	proven "$evidence" job_says "$@"
}
for on in $(board_names v1 v2 v3); do
	board_is "$on"
	for way in hla_swd dapdirect_swd; do
		[ $way = hla_swd ] || { [ "$generation" != v1 ] && ! old_firmware; } || continue
		cp /tests/debuggee.bin /tmp/it.flash
		[ "$generation" != v1 ] || free_v1
		plug "$on"
		job "$who" "$way, session" ocd "$way" "init; reset halt; echo MDW; echo [mdw 0x08000000 4]; \
			echo RESET; echo [reg pc]; step; echo STEP; echo [reg pc]; \
			bp 0x08000080 2 hw; resume; wait_halt 1000; echo BREAK; echo [reg pc]; echo [reg r0]; rbp 0x08000080; \
			reg r7 0x12345678; mww 0x20000200 0x89abcdef; mwh 0x20000204 0x5678; mwb 0x20000206 0x9a; \
			echo POKE; echo [reg r7]; echo [mdw 0x20000200 2]; \
			resume; sleep 20; halt; echo RUN; echo [mdw 0x20000100]; resume; exit"
		tr -d '\r' < /tmp/job.txt | tr '\n' ' ' > /tmp/job.line
		mv /tmp/job.line /tmp/job.txt
		unplug
		looked "mdw" "the first four words are those of the flash file" "MDW *0x08000000: $words"
		looked "reset halt" "pc is the reset handler" "RESET *pc (/32): 0x08000040"
		looked "step" "pc is the next instruction" "STEP *pc (/32): 0x08000042"
		looked "bp, resume" "stops at the subroutine, first call" \
			"BREAK *pc (/32): 0x08000080 *r0 (/32): 0x00000001"
		looked "reg, mww, mwh, mwb" "reads back what was written" \
			"POKE *r7 (/32): 0x12345678 *0x20000200: 89abcdef ..9a5678"
		what="$way, resume, exit"
		proven "report: not halted" reported '"core":{"halted":false'
		plug "$on"
		job "$who" "$way, wp, resume" ocd "$way" "init; reset halt; wp 0x20000100 4 w; \
			resume; wait_halt 1000; resume; wait_halt 1000; echo WATCH; echo [mdw 0x20000100]; \
			rwp 0x20000100; resume; exit"
		unplug
		tr -d '\r' < /tmp/job.txt | tr '\n' ' ' > /tmp/job.line
		mv /tmp/job.line /tmp/job.txt
		proven "stops after the second store; memory has its value" \
			job_says "WATCH *0x20000100: 00000001"
	done
done
