#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# readme.sh - run what README.md tells people to type, exactly as it is printed there:
# the two gcc lines, make install into a DESTDIR, and the virtual board's lines.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d)
sim=
finish() {
	[ -z "$sim" ] || kill "$sim" 2>/dev/null || true
	rm -rf "$dir"
}
trap finish EXIT
passed=0

ok() {
	passed=$((passed + 1))
	echo "  readme: $1"
}
fail() {
	echo "readme: FAILED: $1" >&2
	exit 1
}

# A clean copy of what is tracked, or of the tree when this is no checkout.
mkdir "$dir/src"
if git -C "$root" rev-parse --git-dir >/dev/null 2>&1; then
	(cd "$root" && git ls-files -z | xargs -0 tar cf - 2>/dev/null) | tar xf - -C "$dir/src"
else
	(cd "$root" && tar cf - --exclude=./build* --exclude=./.git .) | tar xf - -C "$dir/src"
fi
cd "$dir/src"

line_after() { # MARK: the indented line that follows <!-- MARK --> in README.md
	sed -n "/<!-- $1 -->/{n;s/^    //p;}" README.md
}

for kind in libusb plain; do
	line=$(line_after "oneliner: $kind")
	[ -n "$line" ] || fail "no $kind one-liner in README.md"
	rm -f stlink-download
	out=$(sh -c "$line" 2>&1) || fail "$line: $out"
	[ -z "$out" ] || fail "the $kind one-liner is not silent: $out"
	./stlink-download --version >/dev/null || fail "$kind: --version"
	libs=$(ldd ./stlink-download)
	case $kind in
	libusb) echo "$libs" | grep -q libusb-1.0 || fail "no libusb in the libusb build" ;;
	plain) ! echo "$libs" | grep -q -e usb -e udev || fail "the plain build links more than libc" ;;
	esac
	ok "the $kind one-liner builds a working tool"
done

cp "$root/stlink-sim" .
board_line=$(grep -o '\./stlink-sim --board.*' README.md | head -1)
tool_line=$(grep -o '\./stlink-download -d usbip:unix:/tmp/board.*' README.md | head -1)
[ -n "$board_line" ] && [ -n "$tool_line" ] || fail "the virtual board's lines are gone"
board_line=$(echo "$board_line" | sed "s,/tmp/board,$dir/board,; s,&\$,,")
tool_line=$(echo "$tool_line" | sed "s,/tmp/board,$dir/board,")
: >"$dir/sim.log"
# shellcheck disable=SC2086
$board_line >"$dir/sim.log" 2>&1 &
sim=$!
i=0
until grep -q listening "$dir/sim.log"; do
	i=$((i + 1))
	[ $i -lt 100 ] || fail "the virtual board did not start"
	sleep 0.1
done
sh -c "$tool_line" >"$dir/tool.log" 2>&1 || fail "$tool_line: $(cat "$dir/tool.log")"
ok "the build without libusb programs the virtual board over USB/IP"
kill "$sim" && wait "$sim" || true
sim=

make -s BUILD="$dir/build" >/dev/null 2>&1 || fail "make"
make -s BUILD="$dir/build" install DESTDIR="$dir/dest" PREFIX=/usr >/dev/null || fail "make install"
[ -x "$dir/dest/usr/bin/stlink-download" ] || fail "install: no binary"
[ -f "$dir/dest/usr/share/man/man1/stlink-download.1" ] || fail "install: no man page"
ok "make, make install with DESTDIR and PREFIX"
echo "readme: $passed passed, 0 failed"
