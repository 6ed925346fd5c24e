# SPDX-License-Identifier: GPL-2.0-or-later
# 22-group.sh - the group for those who log in over the network: sysusers.d makes it, its rules
# give it the probes, beside the seat's permissions.
. /bed/lib.sh

put udev/59-stlink-download.rules /usr/lib/udev/rules.d
put udev/59-stlink-download-group.rules /usr/lib/udev/rules.d
put sysusers.d/stlink-download.conf /usr/lib/sysusers.d
check "systemd-sysusers makes the group" systemd-sysusers
check "... a system group" [ "$(getent group stlink | cut -d: -f3)" -lt 1000 ]
journalctl --quiet --rotate
since=$(date '+%Y-%m-%d %H:%M:%S')
udevadm control --reload
board_plug one vldiscovery
wait_for 10 has_sg_node || give_up "the V1 gets an sg node"
udev_settle
sg=$(sg_node)
usb=$(usb_node)
check "udevd has no complaint" not sh -c \
	"journalctl -q -o cat -u systemd-udevd --since '$since' | grep -i 'stlink\|group\|invalid'"
check "the sg node is the group's" [ "$(stat -c '%G' "$sg")" = stlink ]
check "the usbfs node, too" [ "$(stat -c '%G' "$usb")" = stlink ]
check "the group may read and write" acl_has "$sg" 'group::rw-'
check "others may nothing" acl_has "$sg" 'other::---'
check "bob, who is no member, may not" not as_bob test -w "$sg"
check "alice at the seat may" wait_for 5 acl_has "$sg" 'user:alice:rw-'
usermod -aG stlink bob
check "bob as a member may" as_bob test -r "$sg" -a -w "$sg" -a -r "$usb" -a -w "$usb"
check "... and reaches the chip" as_bob timeout 60 stlink-download info
board_unplug one

board_plug two nucleo-f401re
wait_for 10 sh -c 'ls /dev/ttyACM*' || give_up "the serial port comes"
udev_settle
check "a serial port keeps its group" [ "$(stat -c %G /dev/ttyACM0)" = dialout ]
check "bob reaches a V2-1" as_bob timeout 60 stlink-download info
board_unplug two
