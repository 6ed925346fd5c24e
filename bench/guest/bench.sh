# SPDX-License-Identifier: GPL-2.0-or-later
#
# bench.sh - the jobs of one board, by each tool, in the test guest.
#
# Sourced by the script of a board that bench.py writes, which calls bench_board. Each job has a board of its own,
# plugged in with the flash contents it begins with; the time is that of the whole command, in the
# guest's clock. Prints one line "bench {...}" a job; the board's own array says whether flash is
# right, never the tool.
. /tests/lib.sh

IMAGES=/bench/images
SECONDS_MAX=600

# command_TOOL JOB IMAGE BYTES - prints the command, one word a line.
words() { printf '%s\n' "$@"; }
command_ours() {
	case $1 in
	info) words stlink-download info ;;
	read) words stlink-download flash:r:/tmp/back.bin ;;
	*) words stlink-download "program=$2" reset ;;
	esac
}
command_stflash() {
	case $1 in
	info) words st-info --probe ;;
	read) words st-flash read /tmp/back.bin 0x08000000 "$3" ;;
	*) words st-flash --reset write "$2" 0x08000000 ;;
	esac
}
command_openocd() {
	words openocd -f interface/stlink.cfg -f "target/$target.cfg"
	case $1 in
	info) words -c "init; flash probe 0; shutdown" ;;
	read) words -c "init; dump_image /tmp/back.bin 0x08000000 $3; shutdown" ;;
	*) words -c "program $2 verify reset exit 0x08000000" ;;
	esac
}

# timed_run OUT JOB COMMAND... - newline-separated words as in command_*.
timed_run() {
	out=$1
	shift
	old_ifs=$IFS
	IFS='
'
	set -f
	# shellcheck disable=SC2046
	set -- $("$@")
	set +f
	IFS=$old_ifs
	timed /tmp/one.ctl "$SECONDS_MAX" /tmp/said "$@" > "$out"
}

plug() {
	if [ "$board" = vldiscovery ] && ! grep -q 3744 /sys/module/usb_storage/parameters/quirks; then
		v1_plug one --quiet --control unix:/tmp/one.ctl
		sleep 1         # the disk driver is through
	else
		board_plug one "$board" --quiet --control unix:/tmp/one.ctl
		sleep 1
	fi
}

# one_job TOOL JOB BEFORE IMAGE - the flash begins as BEFORE; it must end as IMAGE.
one_job() {
	rm -f /tmp/back.bin /tmp/timed /tmp/said /tmp/one.ctl
	cp "$IMAGES/$board.$3" /tmp/one.flash
	plug
	timed_run /tmp/timed "command_$1" "$2" "$IMAGES/$board.$4" "$(stat -c %s /tmp/one.flash)"
	board_unplug one
	wait_for 10 usb_count_is 0 || give_up "the board leaves the bus"
	right=false
	grep -q '"status":0' /tmp/timed && cmp -s /tmp/one.flash "$IMAGES/$board.$4" && right=true
	if [ "$2" = read ]; then
		cmp -s /tmp/back.bin "$IMAGES/$board.$3" || right=false
	fi
	printf 'bench {"board":"%s","tool":"%s","job":"%s","right":%s,"run":%s}\n' \
		"$board" "$1" "$2" $right "$(cat /tmp/timed)"
	if [ $right = true ]; then
		pass "$1 does $2 on the $board"
	elif [ "$1" = ours ]; then
		fail "$1 does $2 on the $board"
	else
		todo "$1 does not do $2 on the $board"
	fi
	[ $right = true ] || tail -n 12 /tmp/said | sed 's/^/# said: /'
}

jobs_of() {
	for job in ${JOBS:-full sparse again touch grow read info}; do
		case $job in
		full|sparse) one_job "$1" "$job" old "$job" ;;
		again|read|info) one_job "$1" "$job" full full ;;
		touch|grow) one_job "$1" "$job" full "$job" ;;
		esac
	done
}

# bench_board BOARD OPENOCD-TARGET TOOL...
bench_board() {
	board=$1
	target=$2
	shift 2
	for one_tool in "$@"; do
		if [ "$board $one_tool" = "vldiscovery openocd" ]; then
			# OpenOCD cannot claim a V1 that usb-storage holds; its manual asks for quirk i.
			rmmod usb-storage && modprobe usb-storage quirks=483:3744:i ||
				give_up "the quirk is set"
		fi
		jobs_of "$one_tool"
	done
}
