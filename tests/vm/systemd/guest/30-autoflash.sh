# SPDX-License-Identifier: GPL-2.0-or-later
# 30-autoflash.sh - the unit starts when a board is plugged in, flashes it and says so: a V2 over
# usbfs, a V1 over sg; nothing when nothing is configured; its sandbox is as tight as it says.
. /bed/lib.sh
. /bed/guest/autoflash.inc

autoflash_installed
check "its exposure is 1.5 at most" exposure_at_most 1.5
check "its rules are read without a word" rules_quiet

board_plug off bluepill
udev_settle
unit=$(unit_of "$(usb_port)")
check "without a configuration the unit does not run" wait_for 10 condition_failed "$unit"
check "... and the journal has one line on it" [ "$(journal "$unit" | wc -l)" -le 1 ]
board_gone_quietly off
check "... and the flash is blank" not flash_is off /etc/stlink-download/fw.bin

configure any 0x410 0x420
mark
board_plug two bluepill
unit=$(unit_of "$(usb_port)")
check "a V2 that is plugged in is flashed" wait_for 60 said "$unit" PASS
say "$(since_mark "$unit" | grep autoflash:)"
check "... in one line" said_times "$unit" autoflash: 1
check "... of priority info" prefix_understood "$unit"
check "the status file says pass" grep -q '"result":"pass"' "/run/stlink-download/$(usb_port).json"
check "it ran as a user of its own" ran_as_nobody_else "$unit"
board_gone_quietly two
check "the board's own flash is the image" flash_is two /etc/stlink-download/fw.bin
check "... without an illegal act" no_illegal_acts two

# Without the usbfs node, so that there is no other way than sg.
mkdir -p /etc/systemd/system/stlink-autoflash@.service.d
printf '[Service]\nDeviceAllow=\nDeviceAllow=char-sg rw\n' \
	> /etc/systemd/system/stlink-autoflash@.service.d/sg-alone.conf
systemctl daemon-reload
mark
board_plug one vldiscovery
unit=$(unit_of "$(usb_port)")
check "a V1 that is plugged in is flashed, over sg" wait_for 60 said "$unit" PASS
say "$(since_mark "$unit" | grep autoflash:)"
check "... and usb-storage still has it" storage_bound
board_gone_quietly one
check "the board's own flash is the image" flash_is one /etc/stlink-download/fw.bin
check "no unit failed" [ -z "$(systemctl --failed --no-legend)" ]
