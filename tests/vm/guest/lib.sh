# SPDX-License-Identifier: GPL-2.0-or-later
#
# lib.sh - what the tests in the guest share: plugging virtual boards in and out,
# finding their nodes in sysfs, running the tool without privilege, and saying what
# was found. A check prints one line, "ok - sentence" or "FAIL - sentence"; lines
# that begin with "#" explain. It judges flash by the virtual board's own file and
# report, never by what the tool says.
# Times here are the guest's, which the emulator derives from instructions.

STM=0483
TOOL=stlink-download

say() { echo "# $*"; }
pass() { echo "ok - $*"; }
# todo SENTENCE - known not to be so yet; shown, not counted.
todo() { echo "todo - $*"; }
fail() { echo "FAIL - $*"; }

# check SENTENCE COMMAND... - one line; what the command printed explains a failure.
check() {
	sentence=$1
	shift
	if said=$("$@" 2>&1); then
		pass "$sentence"
	else
		fail "$sentence"
		say "command: $*"
		[ -z "$said" ] || echo "$said" | tail -n 12 | sed 's/^/#   /'
		return 1
	fi
}

# give_up SENTENCE - a test that cannot go on has failed.
give_up() {
	fail "$*"
	dmesg | tail -n 15 | sed 's/^/# kernel: /'
	for log in /tmp/sim.*.log; do
		[ -e "$log" ] && tail -n 10 "$log" | sed 's/^/# board: /'
	done
	exit 1
}

not() { ! "$@"; }

# wait_for SECONDS COMMAND... - poll until the command succeeds.
wait_for() {
	tries=$(($1 * 20))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ "$tries" -gt 0 ] || return 1
		tries=$((tries - 1))
		usleep 50000
	done
}

# ---- sysfs -------------------------------------------------------------------

# usb_ports - the sysfs names of all ST-LINKs, one a line.
usb_ports() {           # polled: no process but the shell's own
	for d in /sys/bus/usb/devices/*/idVendor; do
		read -r vendor < "$d" && [ "$vendor" = $STM ] && d=${d%/idVendor} && echo "${d##*/}"
	done 2>/dev/null
}
usb_port() { usb_ports | head -n 1; }
usb_node() {
	d=/sys/bus/usb/devices/${1:-$(usb_port)}
	read -r bus < "$d/busnum" && read -r device < "$d/devnum" &&
		printf '/dev/bus/usb/%03d/%03d\n' "$bus" "$device"
} 2>/dev/null
# node_below KIND [PORT] - /dev name of the scsi_generic or block device of a probe.
node_below() {
	for d in /sys/bus/usb/devices/"${2:-$(usb_port)}"/*/host*/target*/*/"$1"/*; do
		[ -e "$d" ] && echo "/dev/${d##*/}"
	done
}
sg_node() { node_below scsi_generic "$@"; }
disk_node() { node_below block "$@"; }
has_sg_node() { [ -n "$(sg_node "$@")" ] && [ -c "$(sg_node "$@")" ]; }
has_disk_node() { [ -n "$(disk_node "$@")" ] && [ -b "$(disk_node "$@")" ]; }
driver_of() { basename "$(readlink "/sys/bus/usb/devices/${1:-$(usb_port)}:1.0/driver")" 2>/dev/null; }
storage_bound() { [ "$(driver_of "$@")" = usb-storage ]; }
usb_count() { usb_ports | wc -l; }
usb_count_is() { [ "$(usb_count)" = "$1" ]; }
# Unlike a first process of a real system, nobody here makes links or sets modes.
lock_nodes() { chmod 600 /dev/bus/usb/*/* /dev/sg* /dev/sd* 2>/dev/null; true; }
# open_node NODE [MODE] - the one thing that the user may have.
open_node() { chown 0:1000 "$1" && chmod "${2:-660}" "$1"; }

# ---- boards ------------------------------------------------------------------

# board_plug NAME BOARD [OPTION...] - flash in /tmp/NAME.flash, talk in /tmp/sim.NAME.log.
# In real time: the tools here sleep between polls and have deadlines, as at a real board.
board_plug() {
	name=$1
	board=$2
	shift 2
	before=$(usb_count)
	stlink-sim --board "$board" --flash "/tmp/$name.flash" --attach --realtime "$@" \
		> "/tmp/sim.$name.log" 2>&1 </dev/null &
	echo $! > "/tmp/sim.$name.pid"
	wait_for 10 usb_count_is $((before + 1)) || give_up "the kernel sees the $board"
}
# v1_plug NAME [OPTION...] - a V1, and wait until usb-storage, sg and the disk driver are through.
v1_plug() {
	v1=$1
	shift
	board_plug "$v1" vldiscovery "$@"
	wait_for 10 has_sg_node || give_up "the V1 gets an sg node"
	wait_for 10 has_disk_node || give_up "the V1 gets a disk node"
}
# board_unplug NAME - end it as a person would; the report is in its log then.
board_unplug() {
	pid=$(cat "/tmp/sim.$1.pid")
	kill -INT "$pid" 2>/dev/null
	wait_for 10 board_gone "$1" || kill -KILL "$pid"
	wait "$pid" 2>/dev/null
}
board_gone() { ! kill -0 "$(cat "/tmp/sim.$1.pid")" 2>/dev/null; }
board_cut() { kill -KILL "$(cat "/tmp/sim.$1.pid")"; }
# flash_is NAME FILE - the board's flash begins with FILE, byte for byte.
flash_is() {
	cmp -n "$(stat -c %s "$2")" "/tmp/$1.flash" "$2" > /tmp/cmp.txt 2>&1
	differs=$?
	head -n 1 /tmp/cmp.txt
	return $differs
}

# ---- the tool ----------------------------------------------------------------

as_user() { /usr/bin/setpriv --reuid=1000 --regid=1000 --clear-groups --bounding-set=-all --inh-caps=-all \
	--no-new-privs "$@"; }
# tool ARGUMENT... - as the user, bounded; result in $status, /tmp/out, /tmp/err, $took (s).
tool() {
	started=$(cut -d. -f1 /proc/uptime)
	(cd /tmp && as_user timeout -s KILL "${bound:-60}" $TOOL "$@" > /tmp/out 2> /tmp/err </dev/null)
	status=$?
	took=$(($(cut -d. -f1 /proc/uptime) - started))
}
exit_is() {
	[ "$status" = "$1" ] && return
	echo "exit status $status, expected $1; it said:"
	cat /tmp/out /tmp/err | tail -n 10
	return 1
}
says() { cat /tmp/out /tmp/err | grep -q -i -e "$1" || { cat /tmp/out /tmp/err | tail -n 12; return 1; }; }
within() { [ "$took" -le "$1" ] || { echo "took $took s"; return 1; }; }

# image FILE BYTES - vectors, an endless loop, then bytes that look like code.
image() {
	{
		printf '\000\020\000\040\101\000\000\010'
		dd if=/dev/zero bs=1 count=56 2>/dev/null
		printf '\376\347\376\347'
		dd if=/bin/busybox bs=4096 skip=20 count=64 2>/dev/null
	} | head -c "$2" > "$1"
}

# tool_start NAME ARGUMENT... - as the user, in the background; tool_end NAME waits for it and
# leaves what "tool" leaves.
tool_start() {
	job=$1
	shift
	(cd /tmp && as_user timeout -s KILL "${bound:-60}" $TOOL "$@" \
		> "/tmp/out.$job" 2> "/tmp/err.$job" </dev/null
	 echo $? > "/tmp/status.$job") &
	echo $! > "/tmp/pid.$job"
}
tool_end() {
	started=$(cut -d. -f1 /proc/uptime)
	wait "$(cat "/tmp/pid.$1")"
	took=$(($(cut -d. -f1 /proc/uptime) - started))
	status=$(cat "/tmp/status.$1")
	cp "/tmp/out.$1" /tmp/out
	cp "/tmp/err.$1" /tmp/err
}
tool_said() { grep -q -e "$2" "/tmp/out.$1" "/tmp/err.$1"; }
# node_held NODE - some process has it open.
node_held() { ls -l /proc/[0-9]*/fd 2>/dev/null | grep -q -e "-> $1\$"; }
# no_illegal_acts NAME - the board's report counts none.
no_illegal_acts() {
	grep -A 5 '^  illegal' "/tmp/sim.$1.log"
	grep -q '^  illegal  0 on the chip, 0 on the probe$' "/tmp/sim.$1.log"
}
# no_resets - the kernel had no reason to reset a device.
no_resets() { ! dmesg | grep -i -e 'reset .*speed USB device'; }
