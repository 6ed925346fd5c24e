#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# install.sh - does make install put what tests/install.list says, and make uninstall take it away?
#
#	install.sh        compare; uses the programs that make has built
#	install.sh -w     write the list anew
#
# The list has a line for each file and each directory of the program's own: its mode and its place
# with PREFIX=/usr/local. Without stlink-sim (no Unicorn) the lines of that are left out.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
list=tests/install.list
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
dest="$dir/a staged tree"
passed=0

ok() {
	passed=$((passed + 1))
	echo "  install: $1"
}
fail() {
	echo "install: FAILED: $1" >&2
	exit 1
}
in_dest() { # TARGET [VARIABLE=VALUE...]
	make -s --no-print-directory DESTDIR="$dest" "$@" >"$dir/said" 2>&1 || {
		cat "$dir/said" >&2
		fail "make $1"
	}
}
tree() {
	(cd "$dest" && { find . ! -type d -printf '%m %p\n'
		find . -type d -path '*stlink-download*' -printf '%m %p/\n'; } |
		sed 's, \./, /,' | LC_ALL=C sort -k 2)
}

in_dest install
tree >"$dir/found"
if [ "${1-}" = -w ]; then
	[ -x stlink-sim ] || fail "stlink-sim is missing: the list would lack it"
	cp "$dir/found" "$list"
	exit 0
fi
if [ -x stlink-sim ] || [ -n "${CI-}" ]; then
	cp "$list" "$dir/wanted"
else
	grep -v stlink-sim "$list" >"$dir/wanted"
fi
diff -u "$dir/wanted" "$dir/found" || fail "the tree is not what $list says (tests/install.sh -w writes it)"
ok "$(wc -l <"$list") places, as the list says"

# Whatever else is there stays, even where files of this program are.
echo mine >"$dest/usr/local/bin/mine"
echo mine >"$dest/etc/stlink-download/autoflash.d/mine.conf"
in_dest uninstall
find "$dest" ! -type d | LC_ALL=C sort >"$dir/left"
printf '%s\n' "$dest/etc/stlink-download/autoflash.d/mine.conf" "$dest/usr/local/bin/mine" |
	diff -u - "$dir/left" || fail "uninstall did not leave exactly the files of others"
ok "uninstall leaves the files of others"
rm "$dest/usr/local/bin/mine" "$dest/etc/stlink-download/autoflash.d/mine.conf"

in_dest install
in_dest uninstall
left=$(find "$dest" -mindepth 1)
[ -z "$left" ] || fail "uninstall left $left"
ok "uninstall leaves nothing of its own"

# Every directory by a name of its own.
set --
for name in $(sed -n 's/^\([a-z]*dir\) *?=.*/\1/p' Makefile); do
	set -- "$@" "$name=/over/$name"
done
[ $# -gt 10 ] || fail "the directories are not found in the Makefile"
in_dest install PREFIX=/nowhere "$@"
astray=$(find "$dest" ! -type d ! -path "$dest/over/*")
[ -z "$astray" ] || fail "not below the directory that was named for it: $astray"
n=$(find "$dest" ! -type d | wc -l)
[ "$n" = "$(find "$dest/over" -mindepth 2 ! -type d | wc -l)" ] || fail "a file outside the named directories"
[ "$n" = "$(grep -c -v '/$' "$dir/wanted")" ] || fail "only $n files with named directories"
if grep -rl /usr/bin/ "$dest/over/systemdunitdir" 2>/dev/null; then
	fail "a unit names /usr/bin instead of bindir"
fi
in_dest uninstall PREFIX=/nowhere "$@"
left=$(find "$dest" -mindepth 1)
[ -z "$left" ] || fail "uninstall with named directories left $left"
ok "each of $# directories can be named"
echo "install: $passed passed, 0 failed"
