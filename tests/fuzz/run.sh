#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh SECONDS CAREFUL FAST FOUND [NAME...] - libFuzzer on what reads bytes from outside, each for so long:
# a quarter of it with the programs in CAREFUL (AddressSanitizer, comparisons traced), the rest with those
# in FAST; FAST "-": all of it with CAREFUL. SECONDS 0: a fixed small number of executions.
# NAME: elf, ihex, srec, image (any format, plain binary too), child, auto, options, words, device, host,
# usbip, monitor, replay, server, sim_words, session.
#
# Begins with the corpora kept in tests/, all of which are played first; what is found new stays
# in FOUND/NAME, a finding in FOUND/finding-NAME-*. Prints a line for each: executions, edges, findings;
# FOUND/runs has them all.
set -eu
seconds=$1 careful=$2 fast=$3 found=$4
shift 4
[ $# -gt 0 ] || set -- elf ihex srec image child auto options words device host usbip monitor replay server \
	sim_words session
mkdir -p "$found"
# Blocks that were freed are kept a while, but not many; sessions and trees of files are in memory.
export ASAN_OPTIONS="quarantine_size_mb=8:malloc_context_size=2:${ASAN_OPTIONS-}"
[ ! -d /dev/shm ] || export TMPDIR="${TMPDIR:-/dev/shm}"
status=0

# one NAME PROGRAM BUILD SECONDS SEEDS OPTIONS
one() {
	limit="-max_total_time=$4"
	[ "$4" -gt 0 ] || limit=-runs=$short
	before=$(find "$found" -maxdepth 1 -name "finding-$1-*" | wc -l)
	# shellcheck disable=SC2086
	if ! "$3/fuzz_$2" $6 -reload=0 $limit -print_final_stats=1 \
		-artifact_prefix="$found/finding-$1-" "$found/$1" $5 </dev/null >"$found/$1.log" 2>&1; then
		status=1
		grep -v '^#' "$found/$1.log" | tail -40
	fi
	after=$(find "$found" -maxdepth 1 -name "finding-$1-*" | wc -l)
	n=$(sed -n 's/stat::number_of_executed_units: *//p' "$found/$1.log")
	[ "${n:-0}" -gt 0 ] || status=1
	echo "fuzz $1: ${n:-no} executions," \
		"$(sed -n 's/.*cov: \([0-9]*\).*/\1/p' "$found/$1.log" | tail -1) edges," \
		"$((after - before)) findings"
	build=${3##*fuzz-}
	echo "$(date -u +%FT%TZ) $1 ${n:-0} $((after - before)) ${build%%/*}" >>"$found/runs"
}

for f in "$@"; do
	program=$f options="-max_len=1024 -timeout=10" seeds='' short=5000
	case $f in
	elf | ihex | srec) export FUZZ_FOCUS="$f"; program=image ;;
	*) unset FUZZ_FOCUS ;;
	esac
	case $f in
	ihex | srec) options="-max_len=256 -timeout=10" ;;
	image | elf) options="-max_len=640 -timeout=10" ;;
	words | sim_words | monitor | child | usbip) options="-max_len=512 -timeout=10 -close_fd_mask=3" ;;
	server | host) options="-max_len=512 -timeout=10" short=300 ;;
	session) options="-max_len=512 -timeout=60" short=150 ;;
	esac
	if [ -e "tests/fuzz/corpus/$program" ]; then
		rm -rf "$found/seeds-$program"
		python3 tests/fuzz/corpus.py unpack "tests/fuzz/corpus/$program" "$found/seeds-$program"
		seeds="$found/seeds-$program"
	fi
	[ ! -d "tests/corpus/$program" ] || seeds="$seeds tests/corpus/$program"
	mkdir -p "$found/$f"
	if [ "$fast" = - ]; then
		one "$f" "$program" "$careful" "$seconds" "$seeds" "$options"
	else
		one "$f" "$program" "$careful" "$((seconds / 4))" "$seeds" "$options"
		one "$f" "$program" "$fast" "$((seconds - seconds / 4))" "$seeds" "$options -entropic=0"
	fi
done
exit $status
