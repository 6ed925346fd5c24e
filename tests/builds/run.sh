#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh FOLDER [BUILD...] - the program built by other compilers, for other machines, with other
# settings, without a warning; and on each the tests that need no virtual board.
#
# The builds are the functions build_X below. What a build needs and is not there is a failure that
# says the package's name; BUILDS_MAY_LACK=1 passes over it instead, and says so.
set -u
folder=$1
shift
here=tests/builds
mkdir -p "$folder"

# The tests that need neither virtual board nor shared libraries.
tests=$(grep -L 'board\|sim/\|flash_rig\|dlsym' tests/test_{base,image,link,usb,host,cli,compat,target}_*.c |
	grep -v 'image_nomem\|base_confine')
support="tests/support/fake_pipe.c tests/support/fake_sysfs.c tests/support/script.c"
rooms="compat cli auto doctor host flash target link usb sg link image base"

say() { printf '  %-14s %s\n' "$1" "$2"; }

need() { # COMMAND PACKAGE
	command -v "$1" >/dev/null && return 0
	echo "$1 is missing: apt-get install $2"
	return 2
}

# compiled NAME CC CFLAGS RUNNER: the tool's libraries, the tool, and the tests; runs the tests.
compiled() {
	local name=$1 cc=$2 cflags=$3 runner=${4-} out="$folder/$1" passed=0 failed=0 t n libs=
	mkdir -p "$out"
	if ! make -s -k -j2 BUILD="$out" CC="$cc" CFLAGS="$cflags" WITHOUT_LIBUSB=1 \
		CPPFLAGS="-DWITHOUT_LIBUSB -I$here" "$out/stlink-download.o" \
		$(for r in $rooms; do echo "$out/lib$r.a"; done | sort -u) \
		$(for t in $tests $support; do echo "$out/${t%.c}.o"; done) >"$out/log" 2>&1; then
		grep -E 'error|warning' "$out/log" | head -5
		echo "does not build"
		return 1
	fi
	n=$(grep -c 'warning:' "$out/log")
	[ "$n" = 0 ] || { grep 'warning:' "$out/log" | head -5; echo "$n warnings"; return 1; }
	for r in $rooms; do libs="$libs $out/lib$r.a"; done
	# shellcheck disable=SC2086
	$cc $cflags -o "$out/stlink-download" "$out/stlink-download.o" $libs 2>>"$out/log" ||
		{ tail -3 "$out/log"; echo "does not link"; return 1; }
	$runner "$out/stlink-download" --version >/dev/null || { echo "does not run"; return 1; }
	for t in $tests; do
		# shellcheck disable=SC2086,SC2046
		$cc $cflags -o "$out/one" "$out/${t%.c}.o" \
			$(for s in $support; do echo "$out/${s%.c}.o"; done) $libs 2>"$out/link.log" ||
			{ tail -2 "$out/link.log"; echo "$t does not link"; failed=$((failed + 1)); continue; }
		if timeout 120 $runner "$out/one" >"$out/run.log" 2>&1; then
			n=$(sed -n 's/.*PASSED  \] \([0-9]*\).*/\1/p' "$out/run.log")
			passed=$((passed + ${n:-0}))
		else
			grep -E 'LINE|FAILED|rror' "$out/run.log" | head -4
			echo "$t failed"
			failed=$((failed + 1))
		fi
	done
	echo "0 warnings, $passed tests passed, $failed programs failed"
	[ $failed = 0 ] && [ $passed -gt 0 ]
}

build_gcc_O0() { need gcc gcc && compiled gcc_O0 gcc -O0; }
build_gcc_O2() { need gcc gcc && compiled gcc_O2 gcc -O2; }
build_gcc_O3() { need gcc gcc && compiled gcc_O3 gcc -O3; }
build_clang_O0() { need clang clang && compiled clang_O0 clang -O0; }
build_clang_O2() { need clang clang && compiled clang_O2 clang -O2; }
build_clang_O3() { need clang clang && compiled clang_O3 clang -O3; }
build_unsigned_char() { need gcc gcc && compiled unsigned_char gcc "-O1 -funsigned-char"; }
build_32bit() {
	need i686-linux-gnu-gcc "gcc-i686-linux-gnu libc6-dev-i386-cross" &&
		compiled 32bit i686-linux-gnu-gcc "-O1 -static"
}
build_big_endian() {
	need s390x-linux-gnu-gcc "gcc-s390x-linux-gnu libc6-dev-s390x-cross" &&
		need qemu-s390x-static qemu-user-static &&
		compiled big_endian s390x-linux-gnu-gcc "-O1 -static" qemu-s390x-static
}
# musl declares ioctl with an int where the numbers need an unsigned one.
build_musl() {
	need musl-gcc musl-tools &&
		compiled musl musl-gcc "-O1 -static -Wno-sign-conversion -idirafter /usr/include -idirafter /usr/include/$(gcc -print-multiarch)"
}

# The parsers with MemorySanitizer, over all inputs kept.
build_msan() {
	need clang "clang libclang-rt-14-dev" || return
	make -s BUILD="$folder/msan" FUZZ_SAN=memory build-fuzz-careful >"$folder/msan.log" 2>&1 ||
		{ tail -5 "$folder/msan.log"; return 1; }
	tests/fuzz/run.sh 0 "$folder/msan/fuzz-careful/tests/fuzz" - "$folder/msan/found" image child auto options words device \
		>"$folder/msan.runs" || { cat "$folder/msan.runs"; return 1; }
	sed 's/fuzz //' "$folder/msan.runs" | tr '\n' ' '
	echo
}

# gcc's own analysis of every path.
build_analyzer() {
	need gcc gcc || return
	local f line flag new=0 known=0
	for f in stlink-download.c {base,image,link,usb,sg,target,flash,host,doctor,auto,cli,compat}/*.c; do
		while read -r line; do
			flag=$(printf '%s' "$line" | sed 's/.*\[\(-Wanalyzer[^]]*\)\].*/\1/')
			if grep -q "^$f $flag " "$here/analyzer.known"; then
				known=$((known + 1))
			else
				echo "$line"
				new=$((new + 1))
			fi
		done < <(gcc -std=c17 -I. -O1 -fanalyzer -c -o /dev/null "$f" 2>&1 | grep 'Wanalyzer')
	done
	echo "$new warnings, $known known to be wrong (analyzer.known)"
	[ $new = 0 ]
}

# A job under valgrind, on a virtual board in another process.
build_valgrind() {
	need valgrind valgrind || return
	local d pid status
	d=$(mktemp -d)
	./stlink-sim --board vldiscovery --listen "unix:$d/board" --quiet >"$d/log" 2>&1 &
	pid=$!
	for _ in $(seq 100); do [ -S "$d/board" ] && break; sleep 0.1; done
	chmod 777 "$d" "$d/board"
	# Not as root: there the image is taken apart in a child that may not do what valgrind does.
	$([ "$(id -u)" != 0 ] || echo setpriv --reuid=65534 --regid=65534 --clear-groups) \
		valgrind -q --leak-check=full --show-leak-kinds=definite,indirect \
		--errors-for-leak-kinds=definite,indirect --error-exitcode=99 \
		./stlink-download -d "usbip:unix:$d/board" program=examples/blink/vldiscovery.hex reset \
		>"$d/out" 2>&1
	status=$?
	kill $pid
	wait $pid 2>/dev/null
	[ $status = 0 ] || { tail -20 "$d/out"; rm -rf "$d"; return 1; }
	rm -rf "$d"
	echo "program= and reset, 0 errors, 0 blocks lost"
}

all=$(declare -F | sed -n 's/^declare -f build_//p' | sort)
[ $# -gt 0 ] || set -- $all
status=0
for b in "$@"; do
	result=$("build_$b" 2>&1)
	case $? in
	0) say "$b" "$result" ;;
	2) say "$b" "LACKS: $result"; [ -n "${BUILDS_MAY_LACK-}" ] || status=1 ;;
	*) say "$b" "FAILED: $result"; status=1 ;;
	esac
done
exit $status
