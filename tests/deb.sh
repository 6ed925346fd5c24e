#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# deb.sh DIR - are the Debian packages in DIR (debian/build made them) good?
#
# lintian has no error and no warning to report, overrides aside, each of which has its reason above
# it; the packages hold what make install puts, conffiles and maintainer scripts as wanted; the
# programs are hardened and know nothing of where they were built; a second build, at another place,
# time zone, language and umask, gives the same bytes. What happens when they are installed
# is tried in the guest (tests/vm/systemd/guest/40-deb.sh).
set -eu
debs=$(cd "$1" && pwd)
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0

ok() {
	passed=$((passed + 1))
	echo "  deb: $1"
}
fail() {
	echo "deb: FAILED: $1" >&2
	exit 1
}
version=$(sed -n 's/^#define STLINK_DOWNLOAD_VERSION "\(.*\)"/\1/p' cli/version.h)
arch=$(dpkg --print-architecture)
tool=$debs/stlink-download_${version}_$arch.deb
sim=$debs/stlink-sim_${version}_$arch.deb
for deb in "$tool" "$sim"; do
	[ -s "$deb" ] || fail "there is no $deb"
done

# ---- lintian -----------------------------------------------------------------

as_root=
[ "$(id -u)" != 0 ] || as_root=--allow-root
# shellcheck disable=SC2086
lintian $as_root --no-cfg --profile debian --fail-on error,warning \
	"$debs"/*.changes >"$dir/lintian" 2>&1 || { cat "$dir/lintian" >&2; fail "lintian"; }
! grep -q '^[EW]:' "$dir/lintian" || { cat "$dir/lintian" >&2; fail "lintian warns"; }
for file in debian/*lintian-overrides debian/source/lintian-overrides; do
	[ -e "$file" ] || continue
	awk '!/^#/ && NF && before !~ /^#/ { exit 1 } { before = $0 }' "$file" || fail "$file: an override without a reason"
done
ok "lintian has no error and no warning"

# ---- contents ----------------------------------------------------------------

# place TARGET PACKAGE - what make TARGET installs with Debian's places, and what debhelper adds.
place() {
	make -s --no-print-directory "$1" DESTDIR="$dir/$2" PREFIX=/usr \
		zshcompdir=/usr/share/zsh/vendor-completions
	mkdir -p "$dir/$2/usr/share/doc/$2"
	: >"$dir/$2/usr/share/doc/$2/copyright"
	: >"$dir/$2/usr/share/doc/$2/changelog"
	(cd "$dir/$2" && find . ! -type d -printf '%M %p\n') | LC_ALL=C sort -k 2 >"$dir/$2.wanted"
	dpkg-deb -c "$debs/$2_${version}_$arch.deb" | awk '!/^d/ { print $1, $6 }' | sed 's/\.gz$//' |
		grep -v '/lintian/overrides/' | LC_ALL=C sort -k 2 >"$dir/$2.found"
	diff -u "$dir/$2.wanted" "$dir/$2.found" || fail "$2 does not hold what make $1 installs"
	dpkg-deb -c "$debs/$2_${version}_$arch.deb" | awk '$2 != "root/root" { exit 1 }' || fail "$2: not all is root's"
}
place install-tool stlink-download
place install-sim stlink-sim
ok "the packages hold what make install installs: $(cat "$dir"/*.found | wc -l) files, all root's"

for deb in "$tool" "$sim"; do
	mkdir -p "$dir/x"
	dpkg-deb -R "$deb" "$dir/x"
	(cd "$dir/x" && find etc ! -type d 2>/dev/null | sed 's,^,/,' | LC_ALL=C sort) >"$dir/etc"
	{ cat "$dir/x/DEBIAN/conffiles" 2>/dev/null || true; } | LC_ALL=C sort | diff -u - "$dir/etc" ||
		fail "what is in /etc is not what is a conffile"
	for program in "$dir/x/usr/bin"/*; do
		readelf -hldW "$program" >"$dir/elf"
		name=$(basename "$program")
		grep -q 'Type: *DYN' "$dir/elf" || fail "$name is not position independent"
		grep -q GNU_RELRO "$dir/elf" && grep -q BIND_NOW "$dir/elf" || fail "$name: no full RELRO"
		grep -q 'GNU_STACK.* RW ' "$dir/elf" || fail "$name: executable stack"
		readelf -sW --dyn-syms "$program" | grep -q '__stack_chk_fail' || fail "$name: no stack protector"
		! strings "$program" | grep -F "$debs" || fail "$name knows where it was built"
	done
	rm -rf "$dir/x"
done
ok "conffiles; programs are position independent, full RELRO, stack protected, without paths"

# ---- the package's own test, as autopkgtest runs it once they are installed --------

for deb in "$tool" "$sim"; do
	dpkg-deb -x "$deb" "$dir/installed"
done
mkdir "$dir/autopkgtest"
AUTOPKGTEST_TMP=$dir/autopkgtest PATH=$dir/installed/usr/bin:$PATH debian/tests/virtual-board >"$dir/said" 2>&1 || {
	cat "$dir/said" >&2
	fail "debian/tests/virtual-board"
}
ok "the packages' programs program virtual boards"

# ---- the same bytes again ----------------------------------------------------

(umask 027; mkdir -p "$dir/another-place"; TZ=Asia/Kathmandu LC_ALL=C.UTF-8 \
	DEB_BUILD_OPTIONS="nocheck parallel=1" debian/build $dir/another-place >"$dir/again") ||
	{ cat "$dir/again" >&2; fail "the second build"; }
for deb in "$tool" "$sim"; do
	cmp "$deb" "$dir/another-place/$(basename "$deb")" || fail "$(basename "$deb") is not built to the same bytes again"
done
ok "a second build elsewhere gives the same bytes"
echo "deb: $passed passed, 0 failed"
