#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# root.sh - the system of the guest: Debian 12 with its systemd, made by mmdebstrap.
#
#	root.sh OUTDIR
#
# Makes OUTDIR/root.ext4, OUTDIR/initramfs.cpio and OUTDIR/vmlinuz; OUTDIR/key names what they were
# made of, and as long as that stays the same nothing is done. Has users "alice", who is
# logged in at the seat, and "bob", who is not. Knows nothing of this project:
# that is carried in by each run (build.sh).
set -eu

die() { echo "check-systemd: $*" >&2; exit 1; }

[ $# = 1 ] || die "usage: root.sh OUTDIR"
mkdir -p "$1"
out=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
. "$here/../kernel.sh"
need mmdebstrap mke2fs apt-cache apt-get dpkg-deb depmod modprobe cpio tar busybox sha256sum
PATH=$PATH:/sbin:/usr/sbin

words() { grep -v '^#' "$here/$1" | tr '\n' ' '; }
kernel=$(kernel_package)
key=$(cat "$here/packages" "$here/modules" "$here/initrd.sh" "$here/serve.sh" "$here/root.sh" \
	"$here/../kernel.sh" | sha256sum | cut -c1-16)-$kernel
[ "$(cat "$out/key" 2>/dev/null)" != "$key" ] || exit 0
echo "check-systemd: making the guest's system, once"
rm -rf "$out/key" "$out"/frozen* "$out/root" "$out/initrd"
mkdir -p "$out/initrd/bin"
kernel_fetch "$cache/$kernel+systemd" "$kernel" $(words modules)
modules=$cache/$kernel+systemd/lib/modules
cp "$cache/$kernel+systemd/vmlinuz" "$out/vmlinuz"

# with_ids COMMAND... - as root, or as what looks like it to file systems.
with_ids() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		need fakeroot
		fakeroot "$@"
	fi
}

# ---- the system --------------------------------------------------------------

timeout 900 mmdebstrap --quiet --variant=minbase --include="$(words packages)" \
	--customize-hook='chroot "$1" useradd -m -s /bin/sh -u 1000 alice' \
	--customize-hook='chroot "$1" useradd -m -s /bin/sh -u 1001 bob' \
	--customize-hook='rm -rf "$1"/usr/share/doc/* "$1"/usr/share/locale/* "$1"/usr/share/man/*' \
	bookworm "$out/root.tar" || die "mmdebstrap fails"
cat > "$out/fill.sh" <<'FILL'
set -eu
out=$1 here=$2 modules=$3
root=$out/root
etc=$root/etc
mkdir -p "$root"
tar -xf "$out/root.tar" -C "$root" --exclude='./dev/*'
rm "$out/root.tar"
mkdir -p "$root/lib/modules"
cp -r "$modules/." "$root/lib/modules/"
echo bed > "$etc/hostname"
echo 5f0c1e2bd3a44b1f9c1d7a6be5d4c3b2 > "$etc/machine-id"
: > "$etc/fstab"
# Unicorn reserves a gigabyte of address space that it never touches.
echo "vm.overcommit_memory = 1" > "$etc/sysctl.d/bed.conf"
echo vhci-hcd > "$etc/modules-load.d/bed.conf"
mkdir -p "$etc/systemd/system/getty@tty1.service.d" "$etc/systemd/system/multi-user.target.wants" \
	"$etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\n' > "$etc/systemd/journald.conf.d/bed.conf"
printf '[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin alice --noclear tty1 linux\n' \
	> "$etc/systemd/system/getty@tty1.service.d/alice.conf"
mask() { for unit in "$@"; do ln -sf /dev/null "$etc/systemd/system/$unit"; done; }
mask serial-getty@ttyS0.service apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer \
	e2scrub_reap.service fstrim.timer dpkg-db-backup.timer systemd-networkd-wait-online.service
install -m 755 "$here/serve.sh" "$root/usr/local/sbin/bed-serve"
cat > "$etc/systemd/system/bed.service" <<'UNIT'
[Unit]
Description=Runs the groups of the test bed
After=multi-user.target

[Service]
ExecStart=/usr/local/sbin/bed-serve
StandardError=journal+console
UNIT
ln -s ../bed.service "$etc/systemd/system/multi-user.target.wants/bed.service"
rm -f "$out/root.ext4.new"
mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$root" "$out/root.ext4.new" 700M
rm -rf "$root"
FILL
with_ids sh "$out/fill.sh" "$out" "$here" "$modules"
rm "$out/fill.sh"
mv "$out/root.ext4.new" "$out/root.ext4"

# ---- what starts it ----------------------------------------------------------

initrd=$out/initrd
cp "$(command -v busybox)" "$initrd/bin/busybox"
cp "$here/initrd.sh" "$initrd/init"
chmod 755 "$initrd/init"
release=$(ls "$modules")
for module in virtio_pci virtio_blk crc32c_generic ext4 overlay virtio-rng; do
	modprobe -d "$cache/$kernel+systemd" -S "$release" --show-depends "$module"
done | sed -n "s,.*/\(lib/modules/.*\.ko[^ ]*\).*,\1,p" | sort -u > "$out/list"
(cd "$modules/../.." && cp --parents $(cat "$out/list") "lib/modules/$release"/modules.* "$initrd/")
rm "$out/list"
depmod -b "$initrd" "$release"
(cd "$initrd" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) > "$out/initramfs.cpio"
rm -rf "$initrd"
echo "$key" > "$out/key"
