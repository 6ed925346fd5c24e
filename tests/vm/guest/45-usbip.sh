# SPDX-License-Identifier: GPL-2.0-or-later
# 45-usbip.sh - stock clients of USB/IP, Debian's usbip 2.0 with the kernel's vhci_hcd, are
# served by stlink-sim --listen: list, attach, use through the kernel, detach, attach again.
. /tests/lib.sh

serve() {
	stlink-sim --board bluepill --flash /tmp/blue.flash --board vldiscovery \
		--flash /tmp/vl.flash --listen 127.0.0.1:3240 --realtime --trace /tmp/t.pcapng \
		> /tmp/sim.served.log 2>&1 </dev/null &
	echo $! > /tmp/sim.served.pid
}
listed() { usbip list -r 127.0.0.1 > /tmp/list.txt 2>&1 && grep -q -e "$1" /tmp/list.txt; }
# the client remembers what it attached below /var/run
detach() { usbip detach -p "$(ls /var/run/vhci_hcd | sed -n 's/^port//p')"; }

mkdir -p /var/run
image /tmp/fw.bin 12000
serve
wait_for 10 listed 1-1 || give_up "stlink-sim listens"
check "usbip list shows the V2 as 1-1 with its ids" listed "1-1: .*(0483:3748)"
check "... and the V1 as 1-2" listed "1-2: .*(0483:3744)"

check "usbip attach takes the V2" usbip attach -r 127.0.0.1 -b 1-1
wait_for 10 usb_count_is 1
check "the kernel has one probe then" usb_count_is 1
lock_nodes
open_node "$(usb_node)"
tool -v program=fw.bin reset run
check "an unprivileged user programs it through usbfs" exit_is 0
check "a second attach of the same board is refused" not usbip attach -r 127.0.0.1 -b 1-1
check "usbip detach gives it back" detach
wait_for 10 usb_count_is 0
check "the kernel has none then" usb_count_is 0

check "usbip attach takes the V1" usbip attach -r 127.0.0.1 -b 1-2
wait_for 10 has_sg_node || give_up "the V1 gets an sg node"
wait_for 10 has_disk_node
lock_nodes
open_node "$(sg_node)"
tool -v program=fw.bin reset run
check "an unprivileged user programs it through $(sg_node)" exit_is 0
check "usbip detach gives it back" detach
wait_for 10 usb_count_is 0
check "usbip attach takes the V2 once more" usbip attach -r 127.0.0.1 -b 1-1
wait_for 10 usb_count_is 1
open_node "$(usb_node)"
tool verify=fw.bin
check "... and it still has what was written" exit_is 0
check "usbip detach gives it back" detach
wait_for 10 usb_count_is 0
board_unplug served
check "the V2's own flash is the image" cmp -n 12000 /tmp/blue.flash /tmp/fw.bin
check "the V1's own flash is the image" cmp -n 12000 /tmp/vl.flash /tmp/fw.bin
check "neither board counted an illegal act" \
	[ "$(grep -c '^  illegal  0 on the chip, 0 on the probe$' /tmp/sim.served.log)" = 2 ]
check "the trace has the kernel's enumeration and the SCSI commands" \
	[ "$(grep -a -c USBC /tmp/t.pcapng)" -gt 0 ]
