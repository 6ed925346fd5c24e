# SPDX-License-Identifier: GPL-2.0-or-later
# 23-setup.sh - "setup" sees what is really so on a machine, and --fix mends it: from nothing
# installed to a user at the seat, and one who is not, using a V1.
. /bed/lib.sh

setup_as() { who=$1; shift; "as_$who" timeout 60 stlink-download setup "$@" > /tmp/out 2> /tmp/err; status=$?; }
root_setup() { timeout 60 stlink-download setup "$@" > /tmp/out 2> /tmp/err </dev/null; status=$?; }

v1_plug one
udev_settle
setup_as alice
check "nothing installed: exit status 6" exit_is 6
check "... the rules are named as missing" grep -q '^problem.*udev rules are not installed' /tmp/out
check "... and the node" grep -q "^problem.*ST-LINK/V1.*may not read and write $(sg_node)" /tmp/out
check "... the disk driver, which has the fake disk" grep -q "^note.*has its fake disk $(disk_node)" /tmp/out
check "... and what would keep it away" grep -q '^note.*reads the fake disk' /tmp/out
check "... and one command mends it" grep -q '^ *sudo stlink-download setup --fix' /tmp/out
check "... nobody holds it" not grep 'is open in' /tmp/out

setup_as alice --fix --yes
check "who is not root may not fix it, and nothing is written" \
	[ "$status" = 6 -a ! -e /etc/udev/rules.d/59-stlink-download.rules ]
root_setup --fix
check "without --yes and without somebody to ask, nothing is done" \
	[ "$status" = 2 -a ! -e /etc/udev/rules.d/59-stlink-download.rules ]
root_setup --fix --yes
check "root fixes it" exit_is 0
check "... with the rules of the tree" \
	cmp /etc/udev/rules.d/59-stlink-download.rules /bed/src/udev/59-stlink-download.rules
check "... and the modprobe file" sh -c \
	"cmp /etc/modprobe.d/*stlink-download.conf /bed/src/modprobe.d/*stlink-download.conf"
udev_settle
check "the V1 that was plugged in has its name" wait_for 10 [ -c /dev/stlink ]
check "... and alice her permission" wait_for 10 acl_has "$(sg_node)" 'user:alice:rw-'
root_setup --fix --yes
check "a second time there is nothing to do" sh -c "[ $status = 0 ] && grep -q 'nothing is missing' /tmp/out"

board_unplug one
wait_for 10 usb_count_is 0
udev_settle
storage_unload
disks() { dmesg | grep -c 'Attached SCSI removable disk'; }
attached=$(disks)
board_plug two vldiscovery
wait_for 10 has_sg_node || give_up "the V1 gets an sg node"
udev_settle
wait_for 10 acl_has "$(sg_node)" 'user:alice:rw-'
check "scsi_mod loaded anew: no disk driver at all" [ "$(disks)" = "$attached" -a "$attached" -gt 0 ]
setup_as alice
check "plugged in anew: no problem for alice" exit_is 0
check "... and not a note" not grep '^note' /tmp/out
check "... the node may be used" grep -q "^ok .*$(sg_node) may be read and written" /tmp/out
setup_as bob
check "bob does not sit here: exit status 6" exit_is 6
check "... and is told so" grep -q '^problem.*you do not sit at this machine' /tmp/out
check "... and of a group, which is not disk" grep -q 'usermod -aG stlink' /tmp/out
# The command that it gives, as it stands, but for sudo.
command=$(grep 'usermod -aG stlink' /tmp/out | head -n 1 | sed 's/sudo //g')
check "the very command works" env USER=bob sh -c "$command"
udev_settle
setup_as bob --json
check "then bob has no problem either" exit_is 0
check "... as JSON says, too" grep -q '"event":"finding".*"check":"node","level":"ok"' /tmp/out

as_alice sleep 60 0<> "$(sg_node)" &
wait_for 5 pidof sleep
setup_as alice
check "who holds the probe is named" grep -q "is open in sleep (pid $(pidof sleep))" /tmp/out
check "... with exit status 7" exit_is 7
kill "$(pidof sleep)"

# What Debian's stlink-tools 1.7.0 brings along.
mkdir -p /lib/udev/rules.d
cat > /lib/udev/rules.d/49-stlinkv1.rules <<'R'
SUBSYSTEMS=="usb", ATTRS{idVendor}=="0483", ATTRS{idProduct}=="3744", \
    MODE:="0666", \
    SYMLINK+="stlinkv1_%n"
R
echo 'options usb-storage quirks=483:3744:i' > /etc/modprobe.d/stlink_v1.conf
echo 483:3744:i > /sys/module/usb_storage/parameters/quirks
setup_as alice
check "rules that let everybody write are named" grep -q '^note.*49-stlinkv1.rules lets everybody write' /tmp/out
check "... and a quirk that takes the sg node" grep -q '^note.*ignore the V1 (quirks=483:3744:i)' /tmp/out
check "... neither is a problem" exit_is 0
sh -c "$(grep -A1 'lets everybody write' /tmp/out | tail -n 1 | sed 's/sudo //')"
setup_as alice
check "its own command mends the first" not grep '49-stlinkv1.rules lets everybody write' /tmp/out
