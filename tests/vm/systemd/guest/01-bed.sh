# SPDX-License-Identifier: GPL-2.0-or-later
# 01-bed.sh - the bed itself: systemd, udevd and logind are the real ones, and nothing of this
# project is installed.
. /bed/lib.sh

check "systemd is the first process" grep -q -x systemd /proc/1/comm
check "no unit failed" [ -z "$(systemctl --failed --no-legend)" ]
check "alice sits at seat0" sh -c \
	"loginctl show-session \"\$(loginctl show-seat seat0 -p ActiveSession --value)\" -p Name | grep -q alice"
check "udisks2 serves" busctl --quiet status org.freedesktop.UDisks2
check "ModemManager serves" busctl --quiet status org.freedesktop.ModemManager1
check "the tool is carried in, and not installed" sh -c \
	"command -v stlink-download | grep -q ^/bed/ && ! ls /etc/udev/rules.d | grep stlink"

v1_plug one
udev_settle
check "udev loads usb-storage, sg and the disk driver by itself" sh -c \
	"grep -q ^usb_storage /proc/modules && grep -q ^sg /proc/modules && grep -q ^sd_mod /proc/modules"
check "root gets the version through the sg node" sg_probe "$(sg_node)" rw
check "with nothing installed, alice may not" \
	[ "$(as_alice sg_probe "$(sg_node)" rw)" = "open EACCES" ]
check "... and there is no ACL for her" not acl_has "$(usb_node)" 'user:alice:rw-'
mkdir -p /run/udev/rules.d
check "a tag makes the ACL: logind serves the seat" sh -c "
	echo 'SUBSYSTEM==\"usb\", ATTR{idVendor}==\"0483\", TAG+=\"uaccess\"' > /run/udev/rules.d/60-bed.rules"
udev_reload
check "... for alice" wait_for 5 acl_has "$(usb_node)" 'user:alice:rw-'
check "... who may open the node then" as_alice test -w "$(usb_node)"
check "... and not for bob" not as_bob test -w "$(usb_node)"
rm /run/udev/rules.d/60-bed.rules
board_unplug one
check "the probe leaves the bus" wait_for 5 usb_count_is 0
check "... and the drivers can be unloaded" storage_unload
