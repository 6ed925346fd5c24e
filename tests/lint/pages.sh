#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mandoc has nothing to say against any man page, and those that a page refers to exist here or are
# known to be somebody else's.
set -eu
cd "$(dirname "$0")/../.."
foreign="udev.7 lsusb.8 usbip.8 wireshark.1 systemd.unit.5 systemd.time.7 journalctl.1 udevadm.8 systemctl.1
	systemd.device.5 modprobe.d.5 sysusers.d.5 systemd-escape.1 systemd-udevd.service.8"
command -v mandoc >/dev/null || {
	echo "lint: SKIPPED: no mandoc here; see bootstrap.sh for the packages" >&2
	[ -z "${CI-}" ]
	exit
}
failed=0
for page in man/*.[1-8]; do
	# Other packages' manuals need not be installed here.
	if mandoc -T lint "$page" 2>/dev/null | grep -v 'referenced manual not found'; then
		failed=1
	fi
	for name in $(sed -n 's/^\.Xr \([^ ]*\) \([1-9]\).*/\1.\2/p' "$page"); do
		[ -e "man/$name" ] || case " $(echo $foreign) " in
		*" $name "*) ;;
		*) echo "$page refers to $name, which is not known"; failed=1 ;;
		esac
	done
done
[ $failed = 0 ] || exit 1
echo "lint: $(ls man/*.[1-8] | wc -l) man pages without a remark from mandoc"
