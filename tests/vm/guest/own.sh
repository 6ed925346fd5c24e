# SPDX-License-Identifier: GPL-2.0-or-later
#
# own.sh - what the tests of this project's tool on each board share: a job is one command
# line; the board's own account must agree with it and count no illegal act.
. /tests/strangers.sh

# sleeper FILE BYTES - as image, but the program waits for an interrupt that never comes: a core
# that sleeps costs the emulator nothing.
sleeper() {
	{
		printf '\000\020\000\040\101\000\000\010'
		dd if=/dev/zero bs=1 count=56 2>/dev/null
		# movs r0, #42; DBGMCU_CR = DBG_SLEEP, or no debugger reaches it; wfi; b to the wfi
		printf '\052\040\002\111\001\042\012\140\060\277\375\347\004\040\004\340'
		fill 262144
	} | head -c "$2" > "$1"
}
# mine JOB WORD... - stlink-download WORD...
mine() {
	what=$1
	shift
	job "stlink-download" "$what" stlink-download "$@"
}
# clean COMMAND... - it succeeds, and the board counted no illegal act.
clean() {
	"$@" || return 1
	acts_now
	[ -z "$acts" ] || { echo "illegal: $acts"; return 1; }
}
# does EVIDENCE COMMAND... - the job did what it should.
does() {
	evidence=$1
	shift
	ended_with 0 ok "$evidence" clean "$@"
}
# refuses STATUS WORDS [COMMAND...] - the job was refused, with this exit status and in these
# words; the command agrees.
refuses() {
	expected=$1 words=$2
	shift 2
	[ $# -gt 0 ] || set -- true
	ended_with "$expected" "refused, exit status $expected" "its words: $words" \
		clean refused_so "$words" "$@"
}
refused_so() {
	job_says "$1" || return 1
	shift
	"$@"
}
# plug_board [OPTION...] - and wait until usb-storage has let a V1 settle.
plug_board() {
	plug "$on" "$@"
	[ "$generation" != v1 ] || wait_for 10 v1_settled || give_up "the V1 settles"
}

# ---- the board's own account, while it is plugged in -----------------------------------

# board_says PATTERN - its report so far.
board_says() { control report > /tmp/now && grep -q -e "$1" /tmp/now || { head -c 2000 /tmp/now; return 1; }; }
# board_number NAME - a figure of its report.
board_number() { control report | sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"; }
# flash_now FILE - its flash is FILE, by the board's own SHA-256.
flash_now() { board_says "\"sha256\":\"$(sha256sum < "$1" | cut -d' ' -f1)\""; }
# flash_wanted - its flash is /tmp/want.
flash_wanted() { flash_now /tmp/want; }
# core_reg N, memory_word ADDR - eight digits.
core_reg() { control reg "$1" | cut -d' ' -f2; }
memory_word() { control peek "$1" | cut -d' ' -f2; }
halted() { board_says '"core":{"halted":true'; }
running() { board_says '"core":{"halted":false'; }
