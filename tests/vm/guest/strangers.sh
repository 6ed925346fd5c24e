# SPDX-License-Identifier: GPL-2.0-or-later
#
# strangers.sh - what the tests of other people's tools share: the table of boards, jobs
# with a bound, and the row of docs/strangers.md that each job becomes. A job is "ok" only
# when the tool exits as it should and the virtual board's own account agrees.
. /tests/lib.sh

IMAGE_BYTES=16384
ignored=
# The program that is debugged: it fits each chip of the boards, 8 KiB of SRAM are enough.
example=/tests/examples/debug
# symbol NAME - its address, as OpenOCD writes one.
symbol() { sed -n "s/^\([0-9a-f]\{8\}\) . $1\$/0x\1/p" $example/debug.nm; }

# board, probe generation, chip id, flash bytes, page of st-info, erased byte (octal), SRAM of
# st-info, OpenOCD target, what OpenOCD must be told before it, bytes of OpenOCD's first sector
boards() {
	cat <<-'END'
	vldiscovery    v1 0x0420  131072 1024  377 8192   stm32f1x -
	bluepill       v2 0x0410  65536  1024  377 20480  stm32f1x -
	bluepill-clone v2 0x0410  131072 1024  377 20480  stm32f1x CPUTAPID=0x2ba01477
	l-discovery    v2 0x0416  131072 256   000 16384  stm32l1  -
	f4discovery    v2 0x0413  1048576 16384 377 196608 stm32f4x -
	nucleo-f401re  v2 0x0433  524288 16384 377 98304  stm32f4x -
	nucleo-v3      v3 0x0410  131072 1024  377 20480  stm32f1x -
	END
}
# board_names [GENERATION...] - those of the table that this simulator has (and run.sh wants).
board_names() {
	stlink-sim --list | cut -d' ' -f1 > /tmp/boards.here
	boards | while read -r name generation rest; do
		case " ${ONLY_BOARDS:-$name} " in
		*" $name "*) ;;
		*) continue ;;
		esac
		case " ${*:-v1 v2 v3} " in
		*" $generation "*) grep -x -e "$name" /tmp/boards.here ;;
		esac
	done
}
# board_is BOARD - its row in $generation $chip_id $flash_bytes $page $erased $sram $target $tell
board_is() {
	set -- $(boards | grep "^$1 ")
	generation=$2 chip_id=$3 flash_bytes=$4 page=$5 erased=$6 sram=$7 target=$8 tell=$9
}

# fill BYTES - what stood in flash before.
fill() { dd if=/bin/busybox bs=4096 skip=100 2>/dev/null | head -c "$1"; }
blank() { head -c "$1" /dev/zero | tr '\000' "\\$erased"; }
# old_flash NAME - the board's flash is full of other data; want_* - what it is to be.
old_flash() {
	{ fill "$flash_bytes"; blank "$flash_bytes"; } | head -c "$flash_bytes" > "/tmp/$1.flash"
}
# want_file FILE OLD - FILE from the start of flash, the rest as in OLD
want_file() { { cat "$1"; tail -c +$(($(stat -c %s "$1") + 1)) "$2"; } > /tmp/want; }
want_blank() { blank "$flash_bytes" > /tmp/want; }
flash_is_want() { cmp "/tmp/$1.flash" /tmp/want; }

# plug BOARD [OPTION...] - under the name "it", with a report and a control socket.
plug() {
	on=$1
	shift
	board_is "$on"
	rm -f /tmp/it.json
	acts_before=0
	board_plug it "$on" --report /tmp/it.json --control unix:/tmp/it.control "$@"
}
unplug() {
	board_unplug it
	wait_for 10 usb_count_is 0 || give_up "the $on leaves the bus"
	rm -f /tmp/it.control
}
# reported PATTERN - the report of the board that was unplugged says so.
reported() { grep -q -e "$1" /tmp/it.json || { head -c 3000 /tmp/it.json; return 1; }; }
control() { sim_control /tmp/it.control "$@"; }

# ---- jobs and rows ---------------------------------------------------------------

# The row's last field: how many illegal acts the board counted since the job (or the session
# that the row is of) began, and the first of them.
row() {
	acts_now
	echo "row - $who|$on|$what|$1|$2|$acts"
}
# acts_counted - how many illegal acts the board has counted so far; its account in /tmp/acts.json.
acts_counted() {
	if [ -S /tmp/it.control ]; then
		control report > /tmp/acts.json
	else
		cat /tmp/it.json > /tmp/acts.json
	fi 2>/dev/null
	sed -n 's/.*"illegal":{"chip":\([0-9]*\),"probe":\([0-9]*\),.*/\1 + \2/p' /tmp/acts.json
}
# acts_now - $acts: "COUNT FIRST", or nothing.
acts_now() {
	acts=
	counted=$(($(acts_counted)))
	[ "$counted" -gt "${acts_before:-0}" ] || return 0
	# The lists have the first 64 only; without time and who, so that it reads as a kind of act.
	first=$(sed 's/.*"chip_acts":\[\(.*\)\],"probe_acts":\[\(.*\)\]}}.*/\1,\2/' /tmp/acts.json |
		sed 's/","/"\n"/g; s/^,//; s/,$//' | sed -n "$((${acts_before:-0} + 1))p" |
		sed 's/^"//; s/".*//; s/^[0-9]* ns, //; s/|/ /g')
	acts="$((counted - ${acts_before:-0})) $first"
}
# job WHO WHAT COMMAND... - bounded; status in $status, its words in /tmp/job.txt.
job() {
	who=$1 what=$2
	shift 2
	acts_before=$(($(acts_counted)))
	("$@") > /tmp/job.txt 2>&1 </dev/null &
	bounded $! "${bound:-60}"
}
# bounded PID SECONDS - wait for it, at most so long; its exit status in $status.
bounded() {
	(sleep "$2" && kill -KILL "$1") 2>/dev/null &
	watchdog=$!
	wait "$1"
	status=$?
	kill $watchdog 2>/dev/null
	wait $watchdog 2>/dev/null
}
# proven EVIDENCE COMMAND... - the job exited with 0 and the command agrees.
proven() { ended_with 0 ok "$@"; }
# ended_with STATUS RESULT EVIDENCE COMMAND... - the job exited with STATUS and the command
# agrees; RESULT is what the row says of it ("ok", or what is known to be so).
ended_with() {
	expected=$1 result=$2 evidence=$3
	shift 3
	if [ "$status" = "$expected" ] && found=$("$@" 2>&1); then
		pass "$who, $on, $what: $result"
		row "$result" "$evidence"
	else
		fail "$who, $on, $what: $result"
		row "FAILED" "$evidence"
		say "exit status $status, expected $expected; $* said: $found"
		tr '\r' '\n' < /tmp/job.txt | grep -v -e 'pages written' -e ' erased$' |
			tail -n "${lines:-30}" | sed 's/^/#   /'
		grep illegal -A 4 /tmp/sim.it.log | sed 's/^/# board: /'
	fi
}
# job_says PATTERN... - the job's output has every pattern.
job_says() {
	for pattern in "$@"; do
		grep -q -e "$pattern" /tmp/job.txt || { echo "not said: $pattern"; return 1; }
	done
}
# all COMMAND -- COMMAND ... - every command succeeds.
both() {
	first=$1
	shift
	$first && "$@"
}

# ---- st-flash ----------------------------------------------------------------------

# written JOB FILE COMMAND... - over other data; what the file does not cover stays.
written() {
	label=$1 file=$2
	shift 2
	old_flash it
	cp /tmp/it.flash /tmp/old
	plug "$on"
	[ "$generation" != v1 ] || wait_for 10 v1_settled || give_up "the V1 settles"
	job "$who" "$label" "$@"
	unplug
	{
		cat "$file"
		blank $(((page - $(stat -c %s "$file") % page) % page))
	} > /tmp/pages
	want_file /tmp/pages /tmp/old
	proven "flash is the file, the rest as before" flash_is_want it
}
# probed - st-info found this board's chip.
probed() {
	job_says "Found 1 stlink" "chipid: *$chip_id\$" "flash: *$flash_bytes (pagesize: $page)" \
		"sram: *$sram\$"
}

# ---- OpenOCD -----------------------------------------------------------------------

# ocd WAY COMMANDS - on the board $on; WAY is hla_swd or dapdirect_swd.
ocd() {
	interface=stlink
	[ "$1" = hla_swd ] || interface=stlink-dap
	# Ports off: the sessions speak through -c only.
	set -- -f "interface/$interface.cfg" -c "transport select $1" -f "target/$target.cfg" -c "$2"
	[ "$tell" = - ] || set -- -c "set ${tell%=*} ${tell#*=}" "$@"
	exec openocd "$@"
}
# old_firmware - the board's probe is too old for dapdirect_swd: OpenOCD 0.12 wants V2J24.
old_firmware() {
	version=$(stlink-sim --list | sed -n "s/^$on  *V2J\([0-9]*\).*/\1/p")
	[ -n "$version" ] && [ "$version" -lt 24 ]
}
# v1_settled - usb-storage and the disk driver are through with it, or were told to ignore it.
v1_settled() { [ -n "$ignored" ] || has_disk_node; }
# free_v1 - OpenOCD 0.12.0 cannot claim a V1 that usb-storage holds: its manual asks for quirk i.
free_v1() {
	[ -n "$ignored" ] ||
		{ rmmod usb-storage && modprobe usb-storage quirks=483:3744:i; } ||
		give_up "the quirk is set"
	ignored=yes
}
