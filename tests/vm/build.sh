#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# build.sh - make the kernel and the root file system of the test guest.
#
#	build.sh OUTDIR PROGRAM...
#
# The kernel is Debian's stock package, fetched once and unpacked into a cache
# (nothing is installed on this machine). The root file system is an initramfs:
# busybox, the needed modules, the programs given here with their libraries, a
# few standard tools, Debian's st-flash and OpenOCD (unpacked in the cache, too) as
# witnesses that we did not write, and the tests in guest/. What only a few tests want,
# gdb-multiarch with Python, goes onto a disk of its own (gdb.tar; the tests that use it
# unpack it), so that the others need not carry it. Starts nothing: see run.sh.
set -eu

die() { echo "check-vm: $*" >&2; exit 1; }

[ $# -ge 2 ] || die "usage: build.sh OUTDIR PROGRAM..."
out=$1
shift
here=$(dirname "$(realpath "$0")")
. "$here/kernel.sh"
wanted_modules="vhci-hcd usb-storage sg sd_mod cdc-acm usbmon virtio_pci virtio_blk"
standard_tools="sg_inq sg_raw sg_turs sg_readcap sg_requests setpriv"
peer_packages="stlink-tools libstlink1 openocd libcapstone4 libftdi1-2 libgpiod2
	libhidapi-hidraw0 libjaylink0 libjim0.81"
peer_tools="st-info st-flash openocd"

need apt-cache apt-get dpkg-deb depmod modprobe cpio tar ldd busybox "${CC:-cc}" \
	arm-none-eabi-nm arm-none-eabi-objcopy $standard_tools
PATH=$PATH:/sbin:/usr/sbin

# fetch_peers DIR PACKAGE... - what other people's tools need, unpacked into DIR.
fetch_peers() {
	rm -rf "$1.new"
	mkdir -p "$1.new/all"
	(cd "$1.new" && shift && download "$@")
	rm -rf "$1"
	mv -T "$1.new/all" "$1"
	rmdir "$1.new"
}

# gdb_packages - gdb-multiarch and every library that it depends on, but not the C library.
gdb_packages() {
	echo gdb-multiarch gdb
	apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
		--no-replaces --no-enhances gdb-multiarch | sed -n 's/^\(lib[^ ]*\)$/\1/p' |
		sort -u | grep -v -x -e 'libc6' -e 'libgcc-s1' -e 'libcrypt1'
}

# put_program ROOT FILE NAME [PREFIX] - a program as /usr/bin/NAME, its libraries where it
# looks for them; those found below PREFIX lose it.
put_program() {
	cp -L "$2" "$1/usr/bin/$3"
	LD_LIBRARY_PATH=${4:+$4/usr/lib/$(uname -m)-linux-gnu} ldd "$2" > "$1.ldd" 2>/dev/null ||
		: > "$1.ldd"            # a static program
	if grep 'not found' "$1.ldd"; then
		die "$3 lacks libraries on this machine"
	fi
	sed -n 's,^[^/]*\(/[^ ]*\) (0x.*,\1,p' "$1.ldd" | while read -r library; do
		there=$1${library#"${4:-}"}
		[ -e "$there" ] && continue
		mkdir -p "$(dirname "$there")"
		cp -L "$library" "$there"
	done
	rm -f "$1.ldd"
}

package=$(kernel_package)
kernel_fetch "$cache/$package" "$package" $wanted_modules
[ -d "$cache/peers" ] || fetch_peers "$cache/peers" $peer_packages
[ -d "$cache/usbip" ] || fetch_peers "$cache/usbip" usbip
[ -e "$cache/gdb/usr/share/gdb/python" ] || fetch_peers "$cache/gdb" $(gdb_packages)

root=$out/root
rm -rf "$root"
mkdir -p "$root/bin" "$root/usr/bin" "$root/etc" "$root/dev" "$root/proc" "$root/sys" "$root/tmp" \
	"$root/root" "$root/tests" "$root/usr/lib"
# Debian's merged /usr, so that a library is found under either name.
ln -s usr/lib "$root/lib"
mkdir -p "$root/usr/lib64" && ln -s usr/lib64 "$root/lib64"
mkdir -p "$root/sbin" && ln -s ../bin "$root/usr/sbin"
cp -r "$cache/$package/lib/modules" "$root/lib/"
ln -s ../usr/bin/busybox "$root/bin/busybox"
for tool in busybox $standard_tools; do
	put_program "$root" "$(command -v "$tool")" "$tool"
done
for tool in $peer_tools; do
	put_program "$root" "$cache/peers/usr/bin/$tool" "$tool" "$cache/peers"
done
put_program "$root" "$cache/usbip/usr/sbin/usbip" usbip        # the kernel's own client
scripts=usr/share/openocd/scripts
mkdir -p "$root/$scripts/interface"
cp -r "$cache/peers/$scripts/target" "$cache/peers/$scripts"/*.tcl "$root/$scripts/"
cp "$cache/peers/$scripts/interface"/stlink*.cfg "$root/$scripts/interface/"
for program in "$@"; do
	[ -x "$program" ] || die "$program is missing; run make first"
	put_program "$root" "$program" "$(basename "$program")"
done
for source in "$here"/*.c; do
	name=$(basename "$source" .c)
	"${CC:-cc}" -std=c17 -O2 -Wall -Wextra -o "$out/$name" "$source"
	put_program "$root" "$out/$name" "$name"
done
# What is debugged: its source goes along, so that the debugger can show it.
example=$root/tests/examples/debug
mkdir -p "$example"
cp "$here"/../../examples/debug/debug.elf "$here"/../../examples/debug/*.c "$example/"
arm-none-eabi-objcopy -O ihex "$example/debug.elf" "$example/debug.hex"
arm-none-eabi-objcopy -O srec "$example/debug.elf" "$example/debug.srec"
arm-none-eabi-objcopy -O binary "$example/debug.elf" "$example/debug.bin"
arm-none-eabi-nm "$example/debug.elf" > "$example/debug.nm"
cp "$here"/guest/*.sh "$here/../../docs/v1-on-linux.md" "$here/../../README.md" "$here/../causes.table" \
	"$root/tests/"
cp "$here/guest/init" "$root/init"
[ -z "${VM_EXTRA:-}" ] || cp -r "$VM_EXTRA/." "$root/"
chmod 755 "$root/init" "$root/tests"/*.sh
printf 'root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n' > "$root/etc/passwd"
printf 'root:x:0:\nuser:x:1000:\n' > "$root/etc/group"
cp "$cache/$package/vmlinuz" "$out/vmlinuz"
# gdb-multiarch, its libraries and the part of Python without which it does not start.
gdb=$out/gdb
rm -rf "$gdb"
mkdir -p "$gdb/usr/bin" "$gdb/usr/lib" "$gdb/usr/share"
put_program "$gdb" "$cache/gdb/usr/bin/gdb-multiarch" gdb-multiarch "$cache/gdb"
for there in $(cd "$gdb" && find . -name '*.so*'); do   # what the guest has already
	[ ! -e "$root/$there" ] || rm -f "$gdb/$there"
done
cp -r "$cache/gdb/usr/lib"/python3*/ "$gdb/usr/lib/"
cp -r "$cache/gdb/usr/share/gdb" "$gdb/usr/share/"
tar -C "$gdb" -cf "$out/gdb.tar" .
(cd "$root" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) > "$out/initramfs.cpio"
