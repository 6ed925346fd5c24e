# SPDX-License-Identifier: GPL-2.0-or-later
# 58-own-flash.sh - stlink-download on each board, as the others: every word that reads and
# writes flash and files, on a free, a locked and an unwilling chip.
. /tests/own.sh
sleeper /tmp/fw.bin $IMAGE_BYTES
same="the board's SHA-256 of its flash"

# over FILE - /tmp/want becomes FILE over what is wanted now.
over() { cp /tmp/want /tmp/was && want_file "$1" /tmp/was; }
# cut FROM BYTES - /tmp/want with that range blank.
cut_out() {
	cp /tmp/want /tmp/was
	{ head -c "$1" /tmp/was; blank "$2"; tail -c +$(($1 + $2 + 1)) /tmp/was; } > /tmp/want
}
# rom_is FILE - it begins as the board's boot ROM at $rom does.
rom_is() {
	[ -s "$1" ] && hexdump -v -n 64 -e '1/4 "%08x\n"' "$1" > /tmp/words
	at=$rom
	while read -r word; do
		[ "$(memory_word $at)" = "$word" ] || { echo "differs at $at"; return 1; }
		at=$((at + 4))
	done < /tmp/words
	[ $((at - rom)) -ge 64 ]
}
written_words() {
	cp /tmp/it.flash /tmp/want
	over /tmp/fw.bin
	mine "program" program=/tmp/fw.bin
	does "$same: the file, the rest as before" flash_wanted
	mine "verify" verify=/tmp/fw.bin
	does "exit status 0; nothing changed" flash_wanted
	(head -c 9000 /tmp/fw.bin; printf x) > /tmp/x.bin
	mine "verify, one byte differs" verify=/tmp/x.bin
	refuses 12 "must be 0x78 (1 bytes differ" flash_wanted
	for as in hex srec elf; do
		over $example/debug.bin
		mine "program, $as" program=$example/debug.$as
		does "$same: what the file stands for, the rest as before" flash_wanted
		over /tmp/fw.bin
		mine "program again" -q program=/tmp/fw.bin
		clean flash_wanted > /dev/null || fail "$on: programmed again"
	done
	head -c 3000 /tmp/old > /tmp/part
	cp /tmp/want /tmp/was
	{ head -c 2304 /tmp/was; cat /tmp/part; tail -c +5305 /tmp/was; } > /tmp/want
	mine "program=FILE@ADDR" program=/tmp/part@0x08000900
	does "$same: the range is the file, the rest as before" flash_wanted
	cut_out "$page" "$page"
	mine "erase=ADDR" "erase=$((0x08000000 + page))"
	does "$same: the sector is blank, the rest as before" flash_wanted
	cut_out 256 512
	mine "erase=ADDR:LEN" erase=0x08000100:0x200
	does "$same: the range is blank, the rest as before" flash_wanted
}
read_words() {
	rm -f /tmp/back.bin /tmp/all.bin /tmp/rom.bin
	mine "read=FILE@ADDR:LEN" "read=/tmp/back.bin@0x08000000:$flash_bytes"
	does "the whole flash, byte for byte" cmp /tmp/back.bin /tmp/want
	mine "read=, the file exists" "read=/tmp/back.bin@0x08000000:64"
	refuses 4 "exists already" cmp /tmp/back.bin /tmp/want
	mine "--force read=" --force "read=/tmp/back.bin@0x08000000:1k"
	does "the first KiB, byte for byte" cmp -n 1024 /tmp/back.bin /tmp/want
	mine "flash:r:" flash:r:/tmp/all.bin
	does "the whole flash, byte for byte" cmp /tmp/all.bin /tmp/want
	mine "sys:r:" sys:r:/tmp/rom.bin
	rom=$(sed -n 's/.* from \(0x1[0-9a-f]*\) .*/\1/p' /tmp/job.txt)
	does "the board's own words, 16 compared" rom_is /tmp/rom.bin
}
blank_words() {
	mine "flash:w:, not blank" flash:w:$example/debug.bin
	refuses 11 "not blank" flash_wanted
	want_blank
	mine "erase" erase
	does "$same: blank" flash_wanted
	over $example/debug.bin
	mine "flash:w:" flash:w:$example/debug.hex
	does "$same: the file, the rest blank" flash_wanted
	mine "flash:v:" flash:v:$example/debug.srec
	does "exit status 0; nothing changed" flash_wanted
	want_blank
	mine "erase=all" erase=all
	does "$same: blank" flash_wanted
	over /tmp/fw.bin
	mine "program reset run" program=/tmp/fw.bin reset run
	does "$same; report: not halted" both flash_wanted running
}
locked() {
	cp /tmp/it.flash /tmp/want
	plug_board --set protect=on
	rm -f /tmp/back.bin
	mine "info, locked chip" info
	does "its words: read protection level 1" job_says "read protection level 1"
	mine "read=, locked chip" read=/tmp/back.bin@0x08000000:64
	refuses 10 "read-protected (level 1)" [ ! -e /tmp/back.bin ]
	mine "read<ADDR>, locked chip" read0x08000000
	refuses 10 "read-protected (level 1)" flash_wanted
	mine "program, locked chip" program=/tmp/fw.bin
	refuses 10 "read-protected (level 1)" flash_wanted
	mine "erase, locked chip" erase
	refuses 10 "read-protected (level 1)" flash_wanted
	mine "flash:w:, locked chip" flash:w:/tmp/fw.bin
	refuses 10 "read-protected (level 1)" flash_wanted
	unplug
}
# unwilling WHY STATE WORDS - a firmware that shuts the debugger out.
unwilling() {
	old_flash it
	{ cat /tmp/fw.bin; tail -c +$((IMAGE_BYTES + 1)) /tmp/it.flash; } > /tmp/loop
	cp /tmp/loop /tmp/it.flash
	cp /tmp/it.flash /tmp/want
	plug_board --set "target=$2"
	sleep 1
	mine "--connect=normal program, $1" --connect=normal program=$example/debug.bin
	refuses 10 "$3" flash_wanted
	if [ "$generation" = v1 ]; then
		mine "program, $1" program=$example/debug.bin
		refuses 10 "$3" flash_wanted
	fi
	mine "--connect=under-reset program, $1" --connect=under-reset program=$example/debug.bin
	if [ "$generation" = v1 ]; then
		refuses 9 "cannot hold the target in reset" flash_wanted
	else
		over $example/debug.bin
		ended_with 0 ok "$same; a V1 has no reset command" clean flash_wanted
		over /tmp/fw.bin
		mine "program, $1" program=/tmp/fw.bin
		ended_with 0 ok "$same; it went under reset by itself" clean flash_wanted
	fi
	unplug
}
for on in $(board_names v1 v2 v3); do
	board_is "$on"
	old_flash it
	cp /tmp/it.flash /tmp/old
	plug_board
	written_words
	read_words
	blank_words
	unplug
	what="program reset run, unplugged"
	clean flash_is_want it > /dev/null || fail "$on: its flash file is what it said"
	locked
	unwilling "SWD switched off by firmware" swd-off "id code cannot be read"
	unwilling "asleep" asleep "bus stays busy"
done
