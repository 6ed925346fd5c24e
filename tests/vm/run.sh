#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh - run the tests of guest/ under a real kernel.
#
#	run.sh DIR [TEST...]       DIR as build.sh made it; no TEST: all of them
#
# Boots the guest once, freezes it, and starts each test from the frozen machine,
# so that no test sees what another did. One virtual CPU with an instruction clock:
# times in the guest repeat whatever this machine is doing. A test that does not
# end, or ends without a single check, has failed. What a test found out for a row of
# docs/strangers.md ("row - tool|board|job|result|evidence") ends up in DIR/rows.
# Environment: VM_TIMEOUT, seconds
# of wall time a test may take; VM_JOBS, tests at once; V=1 shows all that a test says;
# VM_BOARDS, names of boards: the tests of other people's tools use no others;
# VM_KEEP=1 keeps what the machines said; VM_TESTS, another directory than guest/ for what is
# run (build.sh must have put it into the machine's /tests); VM_DISKS, files in DIR that are
# the machine's disks, read-only; VM_FROZEN, where to keep the frozen machine for further runs:
# what the machine has read of its disks when it says "vm:ready" must not change then.
set -u

[ $# -ge 1 ] || { echo "usage: run.sh DIR [TEST...]" >&2; exit 2; }
dir=$(realpath "$1")
shift
here=$(dirname "$(realpath "$0")")
limit=${VM_TIMEOUT:-180}
jobs=${VM_JOBS:-$(nproc)}
memory=${VM_MEMORY:-640}
guest=${VM_TESTS:-$here/guest}
disks=
for disk in ${VM_DISKS:-gdb.tar}; do
	disks="$disks -drive file=$dir/$disk,format=raw,if=virtio,readonly=on"
done
tests=$*
[ -n "$tests" ] || tests=$(cd "$guest" && ls [0-9]*.sh | sed 's/\.sh$//')
command -v qemu-system-x86_64 >/dev/null || {
	echo "check-vm: qemu-system-x86_64 is missing; see bootstrap.sh for the packages" >&2
	exit 1
}
work=$(mktemp -d "${TMPDIR:-/tmp}/check-vm.XXXXXX") || exit 1
trap 'stop_all; [ -n "${VM_KEEP:-}" ] || rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

stop_all() {
	for f in "$work"/*/pid; do
		[ -e "$f" ] && kill "$(cat "$f")" 2>/dev/null
	done
}

seconds() { cut -d' ' -f1 /proc/uptime; }
since() { awk -v a="$1" -v b="$(seconds)" 'BEGIN { printf "%.1f", b - a }'; }

# machine_start NAME [QEMU-OPTION...] - console in NAME/console; its command port is the
# pair of pipes NAME/port.in and .out, its monitor NAME/monitor.in and .out.
machine_start() {
	m=$work/$1
	shift
	mkdir "$m" && mkfifo "$m/port.in" "$m/port.out" "$m/monitor.in" "$m/monitor.out" || exit 1
	cat "$m/port.out" > "$m/said" &
	cat "$m/monitor.out" > "$m/monitor" &
	qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -display none -cpu qemu64 \
		-machine pc -m "$memory" -smp 1 -accel tcg,thread=single \
		-icount shift=0,sleep=off -kernel "$dir/vmlinuz" -initrd "$dir/initramfs.cpio" \
		-append "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off" \
		-serial "file:$m/console" \
		$disks \
		-chardev "pipe,id=port,path=$m/port" -serial chardev:port \
		-chardev "pipe,id=monitor,path=$m/monitor" -mon monitor,mode=readline \
		"$@" > "$m/qemu" 2>&1 &
	echo $! > "$m/pid"
	exec 4> "$m/monitor.in" 5> "$m/port.in"
}

# machine_stop NAME - end it and forget its pipes.
machine_stop() {
	exec 4>&- 5>&-
	kill "$(cat "$work/$1/pid")" 2>/dev/null
	wait "$(cat "$work/$1/pid")" 2>/dev/null
	rm -f "$work/$1/pid"
}

# machine_wait NAME FILE PATTERN SECONDS - until FILE of the machine has the pattern.
machine_wait() {
	ticks=$(($4 * 20))
	while ! grep -q -a -e "$3" "$work/$1/$2" 2>/dev/null; do
		[ "$ticks" -gt 0 ] && kill -0 "$(cat "$work/$1/pid")" 2>/dev/null || return 1
		ticks=$((ticks - 1))
		sleep 0.05
	done
}

# machine_freeze - boot, and keep the machine as it is when it is ready.
machine_freeze() {
	start=$(seconds)
	machine_start boot
	machine_wait boot said '^vm:ready' "$limit" || {
		echo "check-vm: the guest does not boot" >&2
		tail -n 20 "$work/boot/console" "$work/boot/qemu" >&2
		return 1
	}
	if grep -a '^vm:broken' "$work/boot/said" >&2; then
		return 1
	fi
	booted=$(since "$start")
	printf 'stop\nmigrate "exec:cat > %s/frozen"\ninfo status\n' "$work" >&4
	machine_wait boot monitor 'paused (postmigrate)' 60 || {
		echo "check-vm: the guest cannot be frozen" >&2
		tail -n 5 "$work/boot/monitor" >&2
		return 1
	}
	sed -n 's/^vm:ready /kernel /p' "$work/boot/said"
	echo "boot $booted s, frozen after $(since "$start") s"
	machine_stop boot
	if [ -n "${VM_FROZEN:-}" ]; then
		mv "$work/frozen" "$VM_FROZEN.new" && mv "$VM_FROZEN.new" "$VM_FROZEN"
	fi
}

# test_run NAME - from the frozen machine; what it said in NAME/said, how long in NAME/time.
test_run() {
	machine_start "$1" -incoming "exec:cat ${VM_FROZEN:-$work/frozen}"
	start=$(seconds)
	until grep -q -a 'VM status: paused.$' "$work/$1/monitor"; do   # not "(inmigrate)"
		kill -0 "$(cat "$work/$1/pid")" 2>/dev/null || break
		echo "info status" >&4
		sleep 0.05
	done
	since "$start" > "$work/$1/restored"
	echo "$1 ${VM_BOARDS:-}" >&5
	echo cont >&4
	if ! machine_wait "$1" said '^vm:end' "$limit"; then
		if kill -0 "$(cat "$work/$1/pid")" 2>/dev/null; then
			echo "FAIL - $1 ends within $limit s"
		else
			echo "FAIL - the guest survives $1"
		fi >> "$work/$1/said"
	elif ! grep -q -a -e '^vm:end 0' -e '^FAIL - ' "$work/$1/said"; then
		echo "FAIL - $1 runs to its end" >> "$work/$1/said"
	fi
	since "$start" > "$work/$1/time"
	machine_stop "$1"
}

# test_report NAME - one line a check, and what explains failures; adds to passed and failed.
test_report() {
	said=$work/$1/said
	tr -d '\r' < "$said" > "$said.txt"
	ok=$(grep -a -c '^ok - ' "$said.txt")
	bad=$(grep -a -c '^FAIL - ' "$said.txt")
	if [ "$ok" = 0 ] && [ "$bad" = 0 ]; then
		echo "FAIL - $1 makes at least one check" >> "$said.txt"
		bad=1
	fi
	sed -n 's/^row - //p' "$said.txt" >> "$dir/rows"
	passed=$((passed + ok))
	failed=$((failed + bad))
	echo "== $1 ($(cat "$work/$1/time") s, restored in $(cat "$work/$1/restored") s)"
	if [ "$bad" != 0 ] || [ "${V:-0}" != 0 ]; then
		grep -a -v -e '^vm:' -e '^row - ' "$said.txt"
	else
		grep -a -e '^ok - ' -e '^todo - ' -e '^# note' "$said.txt"
	fi
	if ! grep -q -a '^vm:end' "$said.txt"; then
		tail -n 20 "$work/$1/console"
	fi
}

begun=$(seconds)
[ -n "${VM_FROZEN:-}" ] && [ -e "$VM_FROZEN" ] || machine_freeze || exit 1
passed=0
failed=0
for t in $tests; do
	[ -e "$guest/$t.sh" ] || { echo "check-vm: no test $t" >&2; exit 2; }
done
# As many at once as there are tokens in the pipe; a test that has ended puts its own back.
mkfifo "$work/tokens" && exec 9<> "$work/tokens" || exit 1
i=0
while [ "$i" -lt "$jobs" ]; do
	echo >&9
	i=$((i + 1))
done
for t in $tests; do
	read -r _ <&9
	{ test_run "$t"; echo >&9; } &
	started="${started:-} $!"
done
wait $started
rm -f "$dir/rows"
for t in $tests; do
	test_report "$t"
done
echo "whole run $(since "$begun") s"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
