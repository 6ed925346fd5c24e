/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_link_likeness.c - the signs of a copy, one at a time, and none where there is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "link/likeness.h"

static struct probe p;
static struct probe_peek said;
static struct likeness_signs signs;

/* An ST-LINK/V2-1 as ST makes it. */
static int good(void **state)
{
	(void)state;
	memset(&p, 0, sizeof(p));
	memset(&said, 0, sizeof(said));
	p.kind = probe_kind_of_pid(0x374B);
	p.interfaces = 4;
	strcpy(p.serial, "0671FF313435504D43094618");
	strcpy(p.product, "STM32 STLink");
	strcpy(p.manufacturer, "STMicroelectronics");
	said.version = (struct link_version){ .stlink = 2, .jtag = 37, .vid = 0x0483, .pid = 0x374B };
	said.supply_asked = said.supply_known = true;
	return 0;
}

static void one_sign(const char *text)
{
	likeness_judge(&p, &said, &signs);
	assert_int_equal(signs.verdict, LIKENESS_COPY);
	assert_int_equal(signs.n, 1);
	if (!strstr(signs.sign[0], text))
		fail_msg("\"%s\" lacks \"%s\"", signs.sign[0], text);
}

static void likeness__probe_as_st_makes_it__has_no_sign(void **state)
{
	(void)state;
	likeness_judge(&p, &said, &signs);
	assert_int_equal(signs.verdict, LIKENESS_ORIGINAL);
	assert_int_equal(signs.n, 0);
}

static void likeness__not_asked__is_not_called_an_original(void **state)
{
	(void)state;
	likeness_judge(&p, NULL, &signs);
	assert_int_equal(signs.verdict, LIKENESS_UNKNOWN);
	strcpy(p.manufacturer, "BDTIC");
	likeness_judge(&p, NULL, &signs);
	assert_int_equal(signs.verdict, LIKENESS_COPY);
}

static void unsure(void)
{
	likeness_judge(&p, &said, &signs);
	assert_int_equal(signs.verdict, LIKENESS_UNKNOWN);
	assert_int_equal(signs.n, 0);
}

static void likeness__what_could_not_be_read__is_not_called_an_original(void **state)
{
	p.serial[0] = '\0';
	unsure();
	(void)good(state);
	p.manufacturer[0] = '\0';
	unsure();
	(void)good(state);
	p.product[0] = '\0';
	unsure();
	(void)good(state);
	p.interfaces = 0;
	unsure();
}

static void likeness__each_sign__is_found_alone(void **state)
{
	(void)state;
	strcpy(p.manufacturer, "Geehy");
	one_sign("maker");
	(void)good(state);
	strcpy(p.product, "DAPLink");
	one_sign("product");
	(void)good(state);
	p.interfaces = 1;
	one_sign("interfaces");
	(void)good(state);
	strcpy(p.serial, "000000000001");
	one_sign("000000000001");
	(void)good(state);
	strcpy(p.serial, "STLINK42");
	one_sign("unique id");
	(void)good(state);
	strcpy(p.serial, "000000000000000000000000");
	one_sign("unique id");
	(void)good(state);
	said.supply_known = false;
	one_sign("voltage");
	(void)good(state);
	said.other_pid = true;
	one_sign("different products");
	(void)good(state);
	memset(&said, 0, sizeof(said));
	said.zeros = true;
	one_sign("zeros");
}

/* What old firmware, boot loaders and cut serials do is no sign. */
static void likeness__old_firmware_and_boot_loader__are_no_signs(void **state)
{
	(void)state;
	strcpy(p.serial, "000000000001");
	said.version.jtag = 17;
	likeness_judge(&p, &said, &signs);
	assert_int_equal(signs.n, 0);
	said.version.jtag = 37;
	said.bootloader = true;
	likeness_judge(&p, &said, &signs);
	assert_int_equal(signs.n, 0);
	assert_int_equal(signs.verdict, LIKENESS_UNKNOWN);
	(void)good(state);
	strcpy(p.serial, "57FF72");
	p.serial_unsure = true;
	likeness_judge(&p, &said, &signs);
	assert_int_equal(signs.n, 0);
	p.interfaces = 0;
	likeness_judge(&p, &said, &signs);
	assert_int_equal(signs.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(likeness__probe_as_st_makes_it__has_no_sign, good),
		cmocka_unit_test_setup(likeness__not_asked__is_not_called_an_original, good),
		cmocka_unit_test_setup(likeness__what_could_not_be_read__is_not_called_an_original, good),
		cmocka_unit_test_setup(likeness__each_sign__is_found_alone, good),
		cmocka_unit_test_setup(likeness__old_firmware_and_boot_loader__are_no_signs, good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
