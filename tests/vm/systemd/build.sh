#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# build.sh - the guest of make check-systemd: its system (root.sh), and the disk that carries in
# what this run tests.
#
#	build.sh OUTDIR PROGRAM...
#
# Carried in: the programs as /bed/bin; the groups as /bed/guest; lib.sh and the lib.sh of
# tests/vm/guest; of the project's files what "carried" names, as /bed/src; what is in
# OUTDIR/carry (packages, a staged installation: other make targets put it there), as /bed/carry.
# Starts nothing: see ../run.sh.
set -eu

die() { echo "check-systemd: $*" >&2; exit 1; }

[ $# -ge 2 ] || die "usage: build.sh OUTDIR PROGRAM..."
here=$(dirname "$(realpath "$0")")
sh "$here/root.sh" "$1"
out=$(realpath "$1")
shift
top=$(realpath "$here/../../..")
carried="README.md docs examples udev modprobe.d sysusers.d tmpfiles.d systemd completions man"
disk_mib=96             # never another size: the frozen machine knows it

bed=$out/bed
rm -rf "$bed"
mkdir -p "$bed/bin" "$bed/guest" "$bed/src" "$out/carry"
for program in "$@"; do
	[ -x "$program" ] || die "$program is missing; run make first"
	cp "$program" "$bed/bin/"
done
for source in "$here"/../*.c; do
	"${CC:-cc}" -std=c17 -O2 -Wall -Wextra -o "$bed/bin/$(basename "$source" .c)" "$source"
done
cp "$here"/guest/*.sh "$here"/guest/*.inc "$bed/guest/"
cp "$here/lib.sh" "$bed/lib.sh"
cp "$here/../guest/lib.sh" "$bed/vm-lib.sh"
for what in $carried; do
	[ ! -e "$top/$what" ] || cp -r "$top/$what" "$bed/src/"
done
cp -r "$out/carry" "$bed/carry"
tar -C "$bed" -cf "$out/carry.tar" .
rm -rf "$bed"
[ "$(stat -c %s "$out/carry.tar")" -le $((disk_mib << 20)) ] || die "too much to carry in"
truncate -s ${disk_mib}M "$out/carry.tar"
