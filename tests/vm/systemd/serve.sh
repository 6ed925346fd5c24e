#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# serve.sh - the guest's end of run.sh, a service of its systemd: says vm:ready when the system
# is up and the user sits at his seat, then runs the groups that it is told by name. What a
# run carries in (programs, the project's files, the groups) is on the second disk and is
# unpacked only then: the frozen machine must not know what was on it.
export PATH=/bed/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root LC_ALL=C.UTF-8
stty -F /dev/ttyS1 raw -echo
exec 3<> /dev/ttyS1

seat_user() { loginctl show-seat seat0 -p ActiveSession --value 2>/dev/null | grep -q .; }
tries=240
while ! { [ "$(systemctl is-system-running)" = running ] && seat_user; }; do
	[ $tries -gt 0 ] || {
		echo "vm:broken the system does not come up: $(systemctl is-system-running)" >&3
		systemctl --no-legend --plain --failed >&3
		systemctl --no-legend list-jobs >&3
		break
	}
	tries=$((tries - 1))
	sleep 0.5
done
udevadm settle
# The instruction clock leaps while a processor without work waits for a disk. Nobody shall wait
# for this one from here on: all of it comes into memory.
find /usr/bin /usr/sbin /usr/lib /etc -xdev -type f -exec cat {} + > /dev/null
journalctl --quiet --rotate --vacuum-size=1K
echo "vm:ready $(uname -r), systemd $(systemctl --version | sed -n '1s/systemd \([0-9]*\).*/\1/p')" >&3
while read -r group boards <&3; do
	echo "vm:start $group" >&3
	mkdir -p /bed
	dd if=/dev/vdb iflag=direct bs=1M status=none | tar -xmf - -C /bed --no-same-owner 2>&3
	cd /bed || exit
	ONLY_BOARDS=$boards sh "/bed/guest/$group.sh" >&3 2>&3 </dev/null
	echo "vm:end $?" >&3
done
