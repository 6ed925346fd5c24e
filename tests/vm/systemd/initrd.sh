#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# initrd.sh - first process of the guest: its disk is only read; what is written goes into
# memory, so that the machine can be frozen and each test starts from the same state.
/bin/busybox mkdir -p /proc /sys /dev /bin /disk /memory /new
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in virtio_pci virtio_blk crc32c_generic ext4 overlay virtio-rng; do
	modprobe "$module" || echo "initrd: $module does not load"
done
mount -t ext4 -o ro,noload /dev/vda /disk
mount -t tmpfs -o size=80% tmpfs /memory
mkdir /memory/upper /memory/work
mount -t overlay -o lowerdir=/disk,upperdir=/memory/upper,workdir=/memory/work overlay /new
mount --move /dev /new/dev
umount /sys /proc
exec switch_root /new /sbin/init
echo "initrd: no system to start"
exec sh
