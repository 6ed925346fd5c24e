#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh TIER PROGRAM... - run cmocka programs two at a time and sum up.
#
# One line a program; the whole output of those that fail. Closes with the line
# "TIER: N passed, N failed, N skipped". A skipped test fails the run when CI is set.
# WRAP: a command to put before each program, e.g. valgrind.
set -u
tier=$1
shift
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT

one() {
	name=$(basename "$1")
	# A hang is a failure: no program may need more than five minutes.
	# shellcheck disable=SC2086
	timeout -k 5 300 ${WRAP-} "$1" >"$log/$name.out" 2>&1
	echo $? >"$log/$name.status"
}

running=0
for t in "$@"; do
	one "$t" &
	running=$((running + 1))
	if [ $running -ge "${JOBS:-2}" ]; then
		wait
		running=0
	fi
done
wait

count() { # PATTERN FILE
	n=$(sed -n "s/^\[ *$1 *\] \([0-9]*\) test.*/\1/p" "$2" | head -1)
	echo "${n:-0}"
}

passed=0 failed=0 skipped=0
for t in "$@"; do
	name=$(basename "$t")
	status=$(cat "$log/$name.status")
	p=$(count PASSED "$log/$name.out")
	f=$(count FAILED "$log/$name.out")
	s=$(count SKIPPED "$log/$name.out")
	# A program that died, or that ran nothing at all, failed whatever it printed.
	[ "$status" = 0 ] || [ "$f" -gt 0 ] || f=1
	[ $((p + f + s)) -gt 0 ] || f=1
	printf '  %-34s %4d passed' "$name" "$p"
	[ "$f" = 0 ] || printf ', %d FAILED (status %s)' "$f" "$status"
	[ "$s" = 0 ] || printf ', %d SKIPPED' "$s"
	echo
	[ "$f" = 0 ] && [ "$s" = 0 ] || cat "$log/$name.out"
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
echo "$tier: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] || exit 1
[ "$skipped" = 0 ] || [ -z "${CI-}" ] || exit 1
[ "$passed" -gt 0 ]
