#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# 41-install.sh - after "make install", with its own PREFIX of /usr/local: udev, modprobe, systemd
# and sysusers find what was put there.
. /bed/lib.sh

PATH=$(echo "$PATH" | sed 's,/bed/bin:,,'):/bed/bin     # what is installed comes first
cp -a --no-preserve=ownership /bed/carry/stage/. /
check "the tool is the one below /usr/local" [ "$(command -v $TOOL)" = /usr/local/bin/stlink-download ]
check "systemd-sysusers makes the group" sh -c "systemd-sysusers && grep -q '^stlink:' /etc/group"
udevadm control --reload
check "modprobe reads the options for scsi_mod" sh -c \
	"modprobe -c | grep -q '^options scsi_mod dev_flags=STM32::'"
systemctl daemon-reload
check "systemd knows the unit, and the unit the tool" sh -c \
	"systemctl cat stlink-autoflash@x.service | grep -q '^ExecStart=/usr/local/bin/stlink-download '"
board_plug two bluepill
udev_settle
check "alice may open a V2" wait_for 5 as_alice test -w "$(usb_node)"
check "... bob may not" not as_bob test -w "$(usb_node)"
tool setup
check "setup finds nothing to complain about" exit_is 0
image /tmp/fw.bin 2000
tool program=/tmp/fw.bin reset
check "alice flashes it" exit_is 0
board_unplug two
check "... and its flash agrees" flash_is two /tmp/fw.bin
check "udev has nothing to say against the rules" sh -c \
	"! journalctl --quiet --no-pager -u systemd-udevd | grep -i -e stlink -e 59-"
