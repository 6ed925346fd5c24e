# SPDX-License-Identifier: GPL-2.0-or-later
# 20-rules.sh - udev/59-stlink-download.rules under systemd-udevd: it loads without a word, gives
# names, permissions to the seat and to nobody else, and keeps udev off the V1's fake disk.
. /bed/lib.sh

rules=/usr/lib/udev/rules.d
udevd_said() { journalctl --quiet --no-pager -o cat -u systemd-udevd --since "$1" | grep -i "$2"; }
links_to() { [ "$(realpath "/dev/$1")" = "$2" ]; }
scsi_address() { basename "$(readlink -f "/sys/class/scsi_generic/$(basename "$(sg_node)")/device")"; }

journalctl --quiet --rotate
put udev/59-stlink-download.rules $rules
udevadm control --reload
udev_settle
since=$(date '+%Y-%m-%d %H:%M:%S')

board_plug one vldiscovery
wait_for 10 has_sg_node || give_up "the V1 gets an sg node"
udev_settle
port=$(usb_port)
sg=$(sg_node)
check "rules load without a word" not udevd_said "$since" 'stlink'
check "/dev/stlink is the V1's sg node" links_to stlink "$sg"
check "/dev/stlink-v1 as well" links_to stlink-v1 "$sg"
check "a name tells the port" links_to "stlink-v1-$port" "$sg"
check "alice may use the sg node" wait_for 5 acl_has "$sg" 'user:alice:rw-'
check "alice may use the usbfs node" wait_for 5 acl_has "$(usb_node)" 'user:alice:rw-'
check "neither is open to others" sh -c \
	"! getfacl -cp '$sg' '$(usb_node)' | grep '^other::.*[rwx]'"
check "bob may use neither" not as_bob sh -c "test -r '$sg' -o -w '$sg' -o -r '$(usb_node)'"
tool -d /dev/stlink info
check "alice reaches the chip by /dev/stlink" exit_is 0

address=$(scsi_address)
check "the disk driver is taken off the fake disk" wait_for 10 not has_disk_node
check "... and the sg node stays" [ -c "$sg" ]
check "... and is bound to no driver" [ ! -e "/sys/bus/scsi/devices/$address/driver" ]
check "no failure of udevd's" not udevd_said "$since" 'failed\|error\|invalid\|ignoring'
# The short life of the disk node, with udev held still: what it was about to do with it.
udevadm control --stop-exec-queue
echo "$address" > /sys/bus/scsi/drivers/sd/bind
wait_for 5 has_disk_node || give_up "the disk driver can be bound by hand"
disk=$(disk_node)
udevadm test --action=add "/sys/class/block/$(basename "$disk")" > /tmp/test.disk 2>&1
check "the fake disk is not read: no blkid" not grep -q 'ID_FS_\|ID_PART_TABLE\|blkid' /tmp/test.disk
check "... has no links" not grep -q "LINK 'disk/" /tmp/test.disk
check "... is nothing for udisks" grep -q '^UDISKS_IGNORE=1' /tmp/test.disk
check "... nor for systemd" grep -q '^SYSTEMD_READY=0' /tmp/test.disk
check "... is not polled" grep -q -x 0 "/sys/class/block/$(basename "$disk")/events_poll_msecs"
udevadm control --start-exec-queue
check "bound by hand, it is taken off again" wait_for 10 not has_disk_node
udevadm test "/sys/class/scsi_generic/$(basename "$sg")" > /tmp/test.sg 2>&1
check "udevadm test shows the links" grep -q '^DEVLINKS=.*/dev/stlink-v1' /tmp/test.sg
check "... and the tag" grep -q '^TAGS=.*:uaccess:' /tmp/test.sg
check "... and no complaint" not grep -i 'stlink.*\(invalid\|unknown\|ignoring\)' /tmp/test.sg
board_unplug one
udev_settle
check "the names go with the probe" not ls -d /dev/stlink*

board_plug two nucleo-f401re
tty_there() { ls /dev/ttyACM*; }
wait_for 10 tty_there || give_up "the serial port comes"
udev_settle
port=$(usb_port)
tty=$(ls /dev/ttyACM* | head -n 1)
check "the serial port has a name by its port" links_to "stlink-vcp-$port" "$tty"
check "ModemManager leaves it alone" [ "$(udev_property "$tty" ID_MM_PORT_IGNORE)" = 1 ]
check "alice may use it" wait_for 5 acl_has "$tty" 'user:alice:rw-'
check "its group is still the distribution's" [ "$(stat -c %G "$tty")" = dialout ]
check "the drive of a V2-1 stays a disk" wait_for 10 has_disk_node
check "... which udev reads and links" wait_for 10 sh -c "udevadm info '$(disk_node)' | grep -q by-id"
check "... and udisks may show" [ -z "$(udev_property "$(disk_node)" UDISKS_IGNORE)" ]
board_unplug two
wait_for 10 usb_count_is 0
udev_settle

# A probe that may have more than one port, by its ids.
board_plug three nucleo-f401re --usb-ids 0483:3753
wait_for 10 tty_there || give_up "the serial port comes"
udev_settle
check "where there may be several, the interface is in the name" \
	links_to "stlink-vcp-$(usb_port)-if02" "$(ls /dev/ttyACM* | head -n 1)"
check "... and that is the only name" [ "$(ls -d /dev/stlink* | wc -l)" = 1 ]
board_unplug three
