# SPDX-License-Identifier: GPL-2.0-or-later
# 13-modprobe.sh - modprobe.d/00-stlink-download.conf: which devices it is for, and what it leaves
# alone: other disks, other options. A USB disk of our own making (dummy_hcd) is the other disk.
. /bed/lib.sh

put modprobe.d/00-stlink-download.conf /etc/modprobe.d
udevadm control --reload
modprobe dummy_hcd && modprobe usb_f_mass_storage || give_up "a USB disk can be made"
gadget=/sys/kernel/config/usb_gadget/g
function=$gadget/functions/mass_storage.0
mkdir -p $gadget/configs/c.1 $gadget/strings/0x409 $function || give_up "a USB disk can be described"
echo 0x0483 > $gadget/idVendor
echo 0x5720 > $gadget/idProduct
truncate -s 8M /tmp/disk.img
echo /tmp/disk.img > $function/lun.0/file
ln -s $function $gadget/configs/c.1/

# disk_plug INQUIRY - the other disk, with these strings; disk_unplug.
disk_plug() {
	printf '%s' "$1" > $function/lun.0/inquiry_string
	echo dummy_udc.0 > $gadget/UDC || give_up "the USB disk is plugged in"
	wait_for 10 gadget_scsi generic || give_up "the USB disk gets an sg node"
	sleep 1
}
disk_unplug() { echo > $gadget/UDC; wait_for 10 not gadget_scsi generic; }
gadget_scsi() {         # polled: no process but the shell's own
	for d in /sys/devices/platform/dummy_hcd.0/usb*/*/*/host*/target*/*/"$1"; do
		[ ! -e "$d" ] || return 0
	done
	return 1
}

board_plug one vldiscovery --report /tmp/one.json
wait_for 10 has_sg_node || give_up "the V1 gets an sg node"
sleep 3
check "with the file, the V1 has its sg node and no disk" [ -z "$(disk_node)" ]
check "... because the kernel says so of it" grep -q NO_ULD_ATTACH \
	"/sys/class/scsi_generic/$(basename "$(sg_node)")/device/blacklist"
disk_plug 'STM32   Real disk       1.00'
check "a disk with vendor STM32 and a model stays a disk" gadget_scsi block
check "... and a file can be kept on it" sh -c "
	disk=\$(ls -d /sys/bus/usb/devices/*/*/host*/target*/*/block/* | head -n 1)
	dd if=/bed/lib.sh of=/dev/\${disk##*/} bs=512 count=4 conv=fsync && cmp -n 2048 /tmp/disk.img /bed/lib.sh"
disk_unplug
disk_plug 'STM     STM32           1.00'
check "a disk with model STM32 stays a disk" gadget_scsi block
disk_unplug
disk_plug 'STM32VL                 1.00'
check "a disk whose vendor begins with STM32 and has no model stays a disk" gadget_scsi block
disk_unplug
disk_plug 'STM32                   1.00'
check "only vendor STM32 without any model is taken for the probe" not gadget_scsi block
disk_unplug
board_unplug one
check "INQUIRY is the only command that the fake disk got" grep -q '"scsi_commands":1,' /tmp/one.json
storage_unload

# Options that are not ours. The last dev_flags= in a command counts.
flags_of() { modprobe -n -v scsi_mod | sed -n 's/.*dev_flags=\([^ ]*\).*/\1/p'; }
check "our file alone: our entry" [ "$(flags_of)" = "STM32::0x100000" ]
echo "options scsi_mod dev_flags=ACME:Jukebox:0x2" > /etc/modprobe.d/acme.conf
check "a user's own dev_flags in another file comes last and so counts" \
	[ "$(flags_of)" = "ACME:Jukebox:0x2" ]
echo "options scsi_mod dev_flags=ACME:Jukebox:0x2,STM32::0x100000" > /etc/modprobe.d/acme.conf
board_plug two vldiscovery
wait_for 10 has_sg_node || give_up "the V1 gets an sg node"
sleep 2
check "both in one line: no disk for the V1" [ -z "$(disk_node)" ]
board_unplug two
storage_unload
rm /etc/modprobe.d/acme.conf
rm /etc/modprobe.d/00-stlink-download.conf
sed 's/$/ scsi_mod.dev_flags=STM32::0x100000/' /proc/cmdline > /tmp/cmdline
mount --bind /tmp/cmdline /proc/cmdline
check "on the kernel's command line it is the same for a module" [ "$(flags_of)" = "STM32::0x100000" ]
umount /proc/cmdline
put modprobe.d/examples/stlink-v1-usb.conf /etc/modprobe.d/examples
put modprobe.d/00-stlink-download.conf /etc/modprobe.d
check "we say nothing of quirks" [ -z "$(modprobe -c | grep '^options usb.storage')" ]
echo "options usb-storage quirks=0bda:0316:u" > /etc/modprobe.d/acme.conf
check "... so a user's quirks stay" sh -c \
	"modprobe -n -v usb-storage | grep -q 'usb-storage.ko quirks=0bda:0316:u *$'"

# Too late: scsi_mod is there already, as on a machine that boots from a SATA disk.
rm /etc/modprobe.d/acme.conf /etc/modprobe.d/00-stlink-download.conf
udevadm control --reload
modprobe sd_mod
put modprobe.d/00-stlink-download.conf /etc/modprobe.d
udevadm control --reload
v1_plug three
check "installed after scsi_mod was loaded, it has no effect: there is a disk" [ -n "$(disk_node)" ]
