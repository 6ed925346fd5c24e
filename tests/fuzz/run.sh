#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh SECONDS PROGRAMS FOUND [NAME...] - libFuzzer on what reads bytes from outside, each for so long.
# NAME: elf, ihex, srec, image (any format, plain binary too), auto, options, words, device, session.
#
# Begins with the corpora kept in tests/, all of which are played first; what is found new stays
# in FOUND/NAME, a finding in FOUND/finding-NAME-*. Prints a line for each: executions, edges, findings.
set -eu
seconds=$1 programs=$2 found=$3
shift 3
[ $# -gt 0 ] || set -- elf ihex srec image auto options words device session
mkdir -p "$found"
# Blocks that were freed are kept a while, but not many; sessions write their files into memory.
export ASAN_OPTIONS="quarantine_size_mb=8:malloc_context_size=2:${ASAN_OPTIONS-}"
[ ! -d /dev/shm ] || export TMPDIR="${TMPDIR:-/dev/shm}"
status=0
for f in "$@"; do
	program=$f options="-max_len=4096 -timeout=10" seeds=
	case $f in
	elf | ihex | srec) export FUZZ_FOCUS="$f"; program=image ;;
	*) unset FUZZ_FOCUS ;;
	esac
	case $f in
	ihex | srec | image) options="-max_len=768 -timeout=10" ;;
	words) options="-max_len=512 -timeout=10 -close_fd_mask=3" ;;
	session) options="-max_len=512 -timeout=60" ;;
	esac
	if [ -e "tests/fuzz/corpus/$program" ]; then
		rm -rf "$found/seeds-$program"
		python3 tests/fuzz/corpus.py unpack "tests/fuzz/corpus/$program" "$found/seeds-$program"
		seeds="$found/seeds-$program"
	fi
	[ ! -d "tests/corpus/$program" ] || seeds="$seeds tests/corpus/$program"
	mkdir -p "$found/$f"
	before=$(find "$found" -maxdepth 1 -name "finding-$f-*" | wc -l)
	# shellcheck disable=SC2086
	if ! "$programs/fuzz_$program" $options -max_total_time="$seconds" -print_final_stats=1 \
		-artifact_prefix="$found/finding-$f-" "$found/$f" $seeds >"$found/$f.log" 2>&1; then
		status=1
		grep -v '^#' "$found/$f.log" | tail -40
	fi
	after=$(find "$found" -maxdepth 1 -name "finding-$f-*" | wc -l)
	n=$(sed -n 's/stat::number_of_executed_units: *//p' "$found/$f.log")
	[ "${n:-0}" -gt 0 ] || status=1
	echo "fuzz $f: ${n:-no} executions," \
		"$(sed -n 's/.*cov: \([0-9]*\).*/\1/p' "$found/$f.log" | tail -1) edges," \
		"$((after - before)) findings"
	echo "$(date -u +%FT%TZ) $f ${n:-0} $((after - before))" >>"$found/runs"
done
exit $status
