# SPDX-License-Identifier: GPL-2.0-or-later
# 47-readme.sh - the lines that README.md gives to other projects, as they stand there: they
# pass with tools that work, and fail when flash is not what it should be.
. /tests/lib.sh

sed -n '/<!-- guest: peers -->/,/^$/s/^    //p' /tests/README.md > /tmp/lines.sh
check "README.md has the lines" [ "$(wc -l < /tmp/lines.sh)" -gt 8 ]
mkdir /tmp/ci && cd /tmp/ci || give_up "a directory"
image fw.bin 9000
check "they pass, with st-flash and OpenOCD" timeout -s KILL 120 sh /tmp/lines.sh
check "... and left the file in flash" cmp -n 9000 fw.bin flash.img
rm -f flash.img report.json
wait_for 10 usb_count_is 0
# a tool that says "done" and wrote something else
sed 's/^cmp -n/printf x | dd of=flash.img bs=1 seek=100 conv=notrunc 2>\/dev\/null; &/' \
	/tmp/lines.sh > /tmp/wrong.sh
check "they fail when one byte of flash differs" not timeout -s KILL 120 sh /tmp/wrong.sh
