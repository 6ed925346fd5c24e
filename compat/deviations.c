/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * deviations.c - where st-flash and st-info of this program differ from the stock tools 1.7.0 on
 * purpose, one row each. Everything else is meant to be the same, and compared by a test.
 */
#include <stdio.h>

#include "base/compiler.h"
#include "cli/help.h"
#include "compat/compat.h"

static const struct {
	const char *theirs, *ours;
} rows[] = {
	{ "Bytes between the end of a file and the end of its last page are erased; holes of a HEX file are "
	  "filled with FF.", "They keep what they hold." },
	{ "A file of odd length is padded with zero, with a warning.", "Nothing is added to it." },
	{ "Every page is erased and written, whatever it holds.",
	  "Pages that are right already are left alone, but told of all the same." },
	{ "After a write the core is sent to the new program with the old program's peripherals running.",
	  "The chip is reset, as with --reset." },
	{ "A write that fails in the middle of a line of progress leaves that line open.",
	  "The line is ended." },
	{ "A failure has no cause, or one about the tool's own functions.",
	  "The same lines, and lines that begin with \"ERROR stlink-download:\" with cause and cure; "
	  "warnings likewise." },
	{ "\"Clear DFSR\", CFSR and HFSR are said where such bits were set.", "Always, all three." },
	{ "With several probes and no --serial, the first one that is found is used.",
	  "Nothing is done; the probes are listed." },
	{ "--serial must be all 24 digits in upper case.", "Any beginning that one probe alone has will do; "
							   "so will STLINK_DEVICE." },
	{ "--area=optcr write, optcr1 and option_boot_add: exit status 0 when nothing could be written.",
	  "255." },
	{ "Option bytes are written on some chips.", "Never under this name: see stlink-download help." },
	{ "A read of addresses where there is nothing gives a file of garbage and exit status 0.",
	  "\"could not read main memory (-1)\" and 255; an existing file is kept." },
	{ "A read of size 0 outside of flash and SRAM gives as many bytes as the flash has.", "None." },
	{ "Reading creates its file before it reads.", "Afterwards." },
	{ "erase of an L0 or L1 tells of each page when it is done.", "Of all at the end." },
	{ "\"Mass erasing\" is followed by a dot for each hundredth look at the chip.",
	  "By one for each second." },
	{ "The SWD clock is 1800 kHz unless --freq names one, and a line tells when there is no such clock.",
	  "The highest that works; the line comes with --freq alone." },
	{ "\"NRST is not connected\" after --connect-under-reset.", "Not said: it is not known." },
	{ "An ST-LINK/V1 is taken from the kernel's disk driver and not given back.",
	  "It is reached through its sg node where that may be used, else given back." },
	{ "A chip that is not in its table is shown, but never written.", "Also those that stlink-download "
									   "knows and stock does not." },
	{ "erase takes no arguments; there is no --mass-erase.", "erase <addr> <size>, as in 1.8.0, and "
								 "--mass-erase, as after it." },
	{ "Frequencies are whole numbers of kHz or MHz.", "1.2M and 1.8M, as in 1.6, too." },
	{ "libusb's warnings on standard error.", "None." },
	{ "--debug shows the library's steps.", "It shows this program's own." },
};

enum { TEXT_LEFT = 11 };

void compat_explain(void)
{
	(void)puts("Where st-flash and st-info, as stlink-download does them, differ from version\n1.7.0:\n");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		(void)printf("%2zu. stock:", i + 1);
		help_wrap(stdout, rows[i].theirs, TEXT_LEFT - 1, TEXT_LEFT);
		(void)printf("    here: ");
		help_wrap(stdout, rows[i].ours, TEXT_LEFT - 1, TEXT_LEFT);
	}
}
