# SPDX-License-Identifier: GPL-2.0-or-later
# 21-strangers.sh - what the udev rules must not do: believe a serial string, run anything, or take
# what is no probe for one. All are plugged in at once, which costs least time.
. /bed/lib.sh

put udev/59-stlink-download.rules /usr/lib/udev/rules.d
udevadm control --reload
up=$(cat /proc/sys/kernel/random/boot_id)
# Every device of the virtual host controller, whatever its vendor.
usb_ports() { for d in /sys/bus/usb/devices/*-*; do case $d in *:*) ;; *) [ -e "$d" ] && echo "${d##*/}" ;; esac; done; }
port_with() { for p in $(usb_ports); do grep -q -x -e "$2" "/sys/bus/usb/devices/$p/$1" && echo "$p" && return; done; }

board_plug command vldiscovery --serial-text '$(reboot)`touch /tmp/was-run`;touch /tmp/was-run;"; RUN+="/bin/touch /tmp/was-run", SYMLINK+="sda'
board_plug escape vldiscovery --serial-text "$(printf '../../etc/\033]0;x\007\033[2J\r\n%%n%%k$env{PATH}')"
board_plug longest vldiscovery --serial-text "$(head -c 126 /dev/zero | tr '\0' '\377')"
board_plug foreign vldiscovery --usb-ids 1234:3744
board_plug other vldiscovery --usb-ids 0483:5740
# A real disk whose maker's name is the one that the V1's fake disk has.
modprobe scsi_debug inq_vendor=STM32 inq_product="Real disk" dev_size_mb=8 delay=0 ||
	give_up "there is a disk of vendor STM32"
foreign=$(port_with idVendor 1234)
other=$(port_with idProduct 5740)
hostile=
for port in $(usb_ports); do
	wait_for 30 has_sg_node "$port" || give_up "the device at $port gets an sg node"
	[ "$port" = "$foreign" ] || [ "$port" = "$other" ] || hostile="$hostile $port"
done
udev_settle
wait_for 30 has_disk_node "$foreign" && wait_for 30 has_disk_node "$other" || give_up "other disks are disks"

for port in $hostile; do
	sg=$(sg_node "$port")
	check "hostile serial at $port: the name tells the port" [ "/dev/stlink-v1-$port" -ef "$sg" ]
	check "... and alice has her permission" wait_for 5 acl_has "$sg" 'user:alice:rw-'
done
check "there are three such, and no other names" \
	[ "$(ls -d /dev/stlink* | wc -l)" = 5 -a "$(echo "$hostile" | wc -w)" = 3 ]
odd_names() { find /dev -print0 | tr '\0\n' '\n?' | grep -v '^[][A-Za-z0-9_/.:+@#%=\\-]*$'; }
check "no name below /dev is odd" not odd_names
check "nothing was run" [ ! -e /tmp/was-run ]
check "the machine is up" [ "$(cat /proc/sys/kernel/random/boot_id)" = "$up" ]
tool list
check "list shows them" [ "$(grep -c '^  port:' /tmp/out)" = 3 ]
check "... without a control character" not sh -c "tr -d '\n' < /tmp/out | grep -q '[[:cntrl:]]'"

for port in $foreign $other; do
	check "no probe at $port: no permission for alice" not acl_has "$(sg_node "$port")" 'user:alice:.*'
	check "... nor for its usbfs node" not acl_has "$(usb_node "$port")" 'user:alice:.*'
	check "... its disk is one that udev reads" wait_for 30 sh -c \
		"udevadm info '$(disk_node "$port")' | grep -q by-id"
done
real=$(ls -d /sys/bus/pseudo/drivers/scsi_debug/*/host*/target*/*/block/* | head -n 1)
check "a real disk with vendor STM32 stays a disk" [ -b "/dev/${real##*/}" ]
check "... with its links" wait_for 30 sh -c "udevadm info '/dev/${real##*/}' | grep -q 'S: disk/by-'"
check "... and without permission for alice" not acl_has "/dev/${real##*/}" 'user:alice:.*'
