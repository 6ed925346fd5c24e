#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# 40-deb.sh - the Debian packages: installed, they let whoever sits at the machine flash a V1 and a
# V2, also one that was plugged in before; purged, they leave nothing but the group, as Debian's
# packages do: a file of that group would else belong to the next one that gets its number.
. /bed/lib.sh

PATH=$(echo "$PATH" | sed 's,/bed/bin:,,'):/bed/bin     # what is installed comes first
board_plug two bluepill
udev_settle
check "with nothing installed, alice may not open a V2" not as_alice test -w "$(usb_node)"
board_unplug two

# traces FILE - all that a package could leave behind; dpkg's and the cache's own files aside.
traces() {
	find /etc /usr /var /lib/udev -xdev ! -path '/var/lib/dpkg/*' ! -path '/var/log/*' ! -path '/var/cache/*' \
		! -path '/var/tmp/*' ! -name 'ld.so.cache' | LC_ALL=C sort > "$1"
	grep -v '^stlink:' /etc/group | cat /etc/passwd - > "$1.users"
}
traces /tmp/before
check "dpkg installs the virtual board" dpkg -i /bed/carry/stlink-sim_[0-9]*.deb
check "... which runs from where it is now" [ "$(command -v stlink-sim)" = /usr/bin/stlink-sim ]
board_plug two bluepill
udev_settle
check "dpkg installs the tool, while a V2 is plugged in" dpkg -i /bed/carry/stlink-download_[0-9]*.deb
check "... which runs from where it is now" [ "$(command -v $TOOL)" = /usr/bin/stlink-download ]
check "nothing in the packages differs from what dpkg knows" \
	[ -z "$(dpkg --verify stlink-download stlink-sim)" ]
check "the group for those who log in from elsewhere is made" grep -q '^stlink:' /etc/group
check "no unit failed" [ -z "$(systemctl --failed --no-legend)" ]
udev_settle
check "alice may open the V2 without replugging it" wait_for 5 as_alice test -w "$(usb_node)"
check "... bob may not" not as_bob test -w "$(usb_node)"

tool setup
check "setup finds nothing to complain about" exit_is 0

image /tmp/fw.bin 3000
tool program=/tmp/fw.bin reset
check "alice flashes the V2" exit_is 0
board_unplug two
check "... and its flash agrees" flash_is two /tmp/fw.bin
board_plug one vldiscovery
wait_for 10 has_sg_node || give_up "the V1 gets an sg node"
udev_settle
tool program=/tmp/fw.bin reset
check "alice flashes a V1 that is plugged in afterwards" exit_is 0
board_unplug one
check "... and its flash agrees" flash_is one /tmp/fw.bin
check "udev has nothing to say against the rules" sh -c \
	"! journalctl --quiet --no-pager -u systemd-udevd | grep -i -e stlink -e 59-"

check "dpkg removes and purges both" dpkg --purge stlink-sim stlink-download
traces /tmp/after
check "no file is left, and none is missing" diff /tmp/before /tmp/after
check "no user is left, and no group but the probes'" cmp /tmp/before.users /tmp/after.users
check "... the group is" grep -q "^stlink:" /etc/group
check "dpkg knows nothing of them" sh -c "! dpkg -l 'stlink*' 2>/dev/null | grep '^[a-z][a-z]* *stlink'"
board_plug two bluepill
udev_settle
check "alice may not any more" not as_alice test -w "$(usb_node)"
board_unplug two
