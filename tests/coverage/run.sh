#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh FOLDER [PART...] - a copy of the tree in FOLDER, compiled for gcov, and everything in it that
# tests the tool: the tests of T0 and T1, the command line, the pages that the program writes, the
# campaigns of faults and of the host in samples, each allocation of the small scenarios, and what the
# fuzzers kept.
#
# The virtual board and what only tests is not counted. counters.c says how it is counted. PART: only
# these, in the copy as it is: t0, t1, cli, generated, faults, memory, host, fuzz.
set -u
folder=$1
shift
if [ $# = 0 ]; then
	rm -rf "$folder"
	mkdir -p "$folder"
	git ls-files -co --exclude-standard | cpio -pdm --quiet "$folder"
	set -- t0 t1 cli generated faults memory host fuzz
fi
cd "$folder" || exit 1
mkdir -p build/counters
chmod 777 build/counters
status=0

CAMPAIGN=build/tests/faults/campaign

made() { # TARGET...
	make -s --no-print-directory -k -j2 BUILD=build SIM_CFLAGS="-O2 -g" FUZZ_MAIN=build/coverage-replay.o \
		CFLAGS="-O0 -g --coverage -fdata-sections" \
		LDFLAGS="-Wl,-T,tests/coverage/counters.ld -Wl,--wrap=__gcov_exit build/coverage-counters.o" "$@"
}

programs() { # of the tests, without objects and lists
	find build/tests -maxdepth 1 -type f -name 'test_*' ! -name '*.*' | sort
}

played() { # NAME COMMAND...
	name=$1 began=$(date +%s)
	shift
	"$@" >"build/log-$name" 2>&1 && said=well || { said=BADLY status=1; grep -E 'FINDING|FAILED' "build/log-$name" | head; }
	echo "coverage: $name ended $said, $(($(date +%s) - began)) s"
}

# A finding is said and does not end the rest.
no_memory() {
	bad=0
	for s in list version leave-dfu identify read-4k; do
		$CAMPAIGN --fault=no-memory --scenario=$s || bad=1
	done
	for s in flash-4k unlock option-write look step doctor save-options read-hex json record bundle st-; do
		$CAMPAIGN --fault=no-memory --station=f1/sg --scenario=$s || bad=1
	done
	return $bad
}

host() {
	bad=0
	for bed in sg libusb usbip; do
		for scenario in identify flash-4k; do
			build/tests/host/campaign ./stlink-download --bed=$bed --scenario=$scenario --cases=4 || bad=1
		done
		for scenario in list read-4k; do
			build/tests/host/campaign ./stlink-download --bed=$bed --scenario=$scenario \
				--kind=no-memory --cases=20 || bad=1
		done
	done
	build/tests/host/races ./stlink-download --races=6 || bad=1
	return $bad
}

# These programs are gone when they end, and so gcov counts them itself.
generated() {
	bad=0
	for t in tests/lint/generated_*.sh; do
		BUILD=build CFLAGS=--coverage sh "$t" || bad=1
	done
	return $bad
}

fuzz() {
	bad=0
	for corpus in tests/fuzz/corpus/*; do
		f=${corpus##*/}
		rm -rf "build/seeds-$f"
		python3 tests/fuzz/corpus.py unpack "$corpus" "build/seeds-$f"
		# shellcheck disable=SC2046
		timeout 300 build/tests/fuzz/fuzz_$f "build/seeds-$f" $(ls -d "tests/corpus/$f" 2>/dev/null) \
			>/dev/null || bad=1
	done
	for f in elf ihex srec; do
		FUZZ_FOCUS=$f build/tests/fuzz/fuzz_image build/seeds-image tests/corpus/image >/dev/null || bad=1
	done
	return $bad
}

cc -O1 -g -c -DCOUNTERS_FOLDER="\"$PWD/build/counters\"" -o build/coverage-counters.o tests/coverage/counters.c &&
	cc -O1 -g -c -o build/coverage-replay.o tests/coverage/replay.c || exit 1
# shellcheck disable=SC2046
made all $(ls tests/test_*.c | grep -v /test_sim_ | sed 's,.*,build/&,;s,\.c$,,') with-board fuzz-bin $CAMPAIGN build/tests/host/campaign build/tests/host/races || exit 1
find build -name '*.gcda' -delete
for part in "$@"; do
	case $part in
	# The virtual board's own tests reach nothing that is counted.
	t0) played t0 tests/run.sh t0 $(programs | grep -v '/test_t1_\|/test_sim_') ;;
	t1) played t1 tests/run.sh t1 $(programs | grep /test_t1_) ;;
	cli) played cli tests/cli/run.sh ;;
	faults) played faults $CAMPAIGN --cases=10 --seed=11
		played pairs $CAMPAIGN --campaign=pairs --station=f4/bulk --scenario=read-4k --cases=500 ;;
	memory) played memory no_memory ;;
	generated | host | fuzz) played "$part" "$part" ;;
	esac
done
find ./stlink-download build/tests -maxdepth 2 -type f -perm -u+x ! -name '*.*' | sort |
	while read -r program; do
		COUNTERS_DUMP=1 "$program" </dev/null >/dev/null 2>&1
	done
exit $status
