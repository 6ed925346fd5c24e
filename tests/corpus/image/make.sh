#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes the binary and text images of this directory again from parts.s, with
# Debian's arm-none-eabi binutils and srecord. Their output is committed, so that
# the tests need neither.
set -eu
cd "$(dirname "$0")"
x=arm-none-eabi
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT

build() { # build OUTPUT TEXT_ADDRESS DATA_ADDRESS [linker options]
	out=$1 text=$2 data=$3
	shift 3
	$x-ld "$@" -e "$((text + 8 + 1))" --section-start=.isr="$text" \
		--section-start=.far="$data" -o "$out" "$t/parts.o"
	$x-strip --strip-unneeded "$out"
}

$x-as -mcpu=cortex-m3 -mthumb -o "$t/parts.o" parts.s
cp "$t/parts.o" object.elf

# One program in every format. Two parts; the second is in another 64 KiB.
build program.elf 0x08000000 0x0801fff0 -n
$x-objcopy -O ihex program.elf program.hex
$x-objcopy -O srec program.elf program.s37
$x-objcopy -O srec --srec-len=32 program.elf program-long.s37
$x-objcopy -O binary -j .isr program.elf program-isr.bin
$x-objcopy -O binary -j .far program.elf program-far.bin
sed 's/\r$//' program.hex >program-lf.hex

# Small addresses: S1 and segment records; 24 bits: S2.
build "$t/low.elf" 0x1000 0x2ff0 -n
$x-objcopy -O srec "$t/low.elf" low.s19
$x-objcopy -O ihex "$t/low.elf" low.hex
build middle.elf 0x20000 0x3fff0 -n
$x-objcopy -O srec middle.elf middle.s28
$x-objcopy -O ihex middle.elf middle.hex

# Not linked with -n: the file's own headers are in the first segment, before the program.
build headers.elf 0x08004100 0x0801fff0 -z max-page-size=4096
$x-objcopy -O ihex headers.elf headers.hex

# Another machine, another byte order.
$x-as -EB -mcpu=cortex-m3 -mthumb -o "$t/big.o" parts.s
$x-ld -EB -n -e 0x08000009 --section-start=.isr=0x08000000 --section-start=.far=0x0801fff0 \
	-o big-endian.elf "$t/big.o"
printf '.globl _start\n_start: ret\n' | as --64 -o "$t/pc.o" -
ld -n -o x86-64.elf "$t/pc.o"
printf '.globl _start\n_start: ret\n' | as --32 -o "$t/pc.o" -
ld -m elf_i386 -n -o i386.elf "$t/pc.o"
strip big-endian.elf x86-64.elf i386.elf 2>/dev/null || strip x86-64.elf i386.elf

# Written by another tool: S5 records, 16-byte rows, segment addresses, no order.
srec_cat program.hex -Intel -o srecord.s37 -Motorola -address-length=4 -HEAder parts
srec_cat program.hex -Intel -o srecord.hex -Intel
srec_cat middle.hex -Intel -o srecord-i16.hex -Intel -address-length=3
srec_cat low.hex -Intel -o srecord.s19 -Motorola -address-length=2
{ sed -n '6,10p' program-lf.hex; sed -n '1,5p;11,$p' program-lf.hex; } >unordered.hex
chmod 644 ./*.elf ./*.hex ./*.s?? ./*.bin
