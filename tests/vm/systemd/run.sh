#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh - run the groups of guest/ in the guest with systemd.
#
#	run.sh DIR [GROUP...]       DIR as build.sh made it; no GROUP: all of them
#
# It is ../run.sh with this guest's disks. The booted machine is kept frozen in DIR, for as
# long as its system and the emulator stay the same. Environment: as ../run.sh.
set -eu

[ $# -ge 1 ] || { echo "usage: run.sh DIR [GROUP...]" >&2; exit 2; }
here=$(dirname "$(realpath "$0")")
dir=$(realpath "$1")
memory=${VM_MEMORY:-1152}
key=$( (cat "$dir/key" "$here/../run.sh"; echo "$memory"; qemu-system-x86_64 --version) |
	sha256sum | cut -c1-16)
[ -e "$dir/frozen-$key" ] || rm -f "$dir"/frozen*
VM_DISKS="root.ext4 carry.tar" VM_MEMORY=$memory VM_FROZEN=$dir/frozen-$key \
VM_TESTS=$here/guest VM_TIMEOUT=${VM_TIMEOUT:-400} \
	exec "$here/../run.sh" "$@"
