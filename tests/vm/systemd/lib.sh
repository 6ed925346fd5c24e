# SPDX-License-Identifier: GPL-2.0-or-later
#
# lib.sh - what the groups of make check-systemd share, besides tests/vm/guest/lib.sh, which
# this file reads in: installing and removing the project's files, two users, udev, units.
# Alice (uid 1000) sits at the seat; bob (uid 1001) is logged in nowhere. as_user, and so tool, is alice.

usleep() { busybox usleep "$1"; }
. /bed/vm-lib.sh

# as_alice COMMAND..., as_bob COMMAND... - with that user's groups and no capability.
as_alice() { as_login alice "$@"; }
as_bob() { as_login bob "$@"; }
as_login() {
	login=$1
	shift
	setpriv --reuid="$login" --regid="$login" --init-groups --bounding-set=-all --inh-caps=-all \
		--no-new-privs "$@"
}

# tool_installed - as if make install had run: the tool is on everybody's PATH.
tool_installed() { install -m 755 /bed/bin/stlink-download /usr/bin/stlink-download; }

# put FILE DIRECTORY - a file of the project (below /bed/src) where an administrator puts it.
put() { mkdir -p "$2" && cp "/bed/src/$1" "$2/" || give_up "$1 goes into $2"; }

# udev_settle - until udevd has nothing to do.
udev_settle() { udevadm settle --timeout=30; }
# udev_reload - take new rules, and apply them to what is plugged in.
udev_reload() {
	udevadm control --reload
	udevadm trigger --settle --action=add --subsystem-match=usb --subsystem-match=scsi_generic \
		--subsystem-match=block --subsystem-match=tty
}
# udev_property NODE NAME - its value, "" if it has none.
udev_property() { udevadm info --query=property --name="$1" | sed -n "s/^$2=//p"; }
udev_links() { udevadm info --query=symlink --name="$1" | tr ' ' '\n'; }

# acl_of NODE - "user:alice:rw-" and so on, one a line.
acl_of() { getfacl --absolute-names --omit-header "$1" 2>/dev/null; }
acl_has() { acl_of "$1" | grep -q -x -e "$2"; }

# module_loaded NAME
module_loaded() { grep -q "^$1 " /proc/modules; }
# modules_unload NAME... - in this order, those that are loaded.
modules_unload() {
	for module in "$@"; do
		! module_loaded "$module" || wait_for 10 rmmod "$module" ||
			give_up "the module $module can be unloaded"
	done
}
# storage_unload - the whole chain, so that the next plug reads modprobe.d afresh.
storage_unload() { modules_unload uas usb_storage sg sd_mod scsi_debug scsi_mod; }

# journal UNIT - what it wrote since the machine was frozen.
journal() { journalctl --quiet --no-pager -o cat -u "$1"; }
unit_is() { [ "$(systemctl is-active "$1")" = "$2" ]; }
