/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_image_elf.c - ELF: program headers into spans; every field that must be right.
 *
 * The file is laid out here byte by byte, so that one field at a time can be wrong;
 * files of a real linker are in the corpus.
 */
#include "tests/image_help.h"

#include "base/bytes.h"

enum { PH_AT = 52, PH_LEN = 32, DATA_AT = PH_AT + 2 * PH_LEN, ELF_LEN = DATA_AT + 16 };

/* Two segments of 8 bytes, 0..7 for 0x08000000 and 8..15 for 0x08000100. */
static void make_elf(uint8_t elf[ELF_LEN])
{
	memset(elf, 0, ELF_LEN);
	memcpy(elf, "\x7f" "ELF\1\1\1", 7);
	put_le16(elf + 16, 2);
	put_le16(elf + 18, 40);
	put_le32(elf + 20, 1);
	put_le32(elf + 24, 0x08000005);
	put_le32(elf + 28, PH_AT);
	put_le16(elf + 40, 52);
	put_le16(elf + 42, PH_LEN);
	put_le16(elf + 44, 2);
	for (uint32_t i = 0; i < 2; i++) {
		uint8_t *ph = elf + PH_AT + PH_LEN * i;

		put_le32(ph, 1);
		put_le32(ph + 4, DATA_AT + 8 * i);
		put_le32(ph + 8, 0x20000000);
		put_le32(ph + 12, 0x08000000 + 0x100 * i);
		put_le32(ph + 16, 8);
		put_le32(ph + 20, 8);
	}
	for (uint8_t i = 0; i < 16; i++)
		elf[DATA_AT + i] = i;
}

static void elf__segments__are_at_physical_addresses(void **state)
{
	uint8_t elf[ELF_LEN];
	struct image *img;

	(void)state;
	make_elf(elf);
	img = load_bytes(elf, sizeof(elf), "elf");
	assert_int_equal(img->n_spans, 2);
	assert_span(img, 0, 0x08000000, "\0\1\2\3\4\5\6\7", 8);
	assert_span(img, 1, 0x08000100, "\10\11\12\13\14\15\16\17", 8);
	assert_true(img->has_entry);
	assert_int_equal(img->entry, 0x08000005);
	image_free(img);
}

static void elf__segment_without_bytes_or_not_load__is_passed_over(void **state)
{
	uint8_t elf[ELF_LEN];
	struct image *img;

	(void)state;
	make_elf(elf);
	put_le32(elf + PH_AT + 16, 0);                    /* .bss: memory only */
	put_le32(elf + PH_AT + 4, 0xffffffff);
	img = load_bytes(elf, sizeof(elf), "elf");
	assert_int_equal(img->n_spans, 1);
	image_free(img);
	make_elf(elf);
	put_le32(elf + PH_AT, 0x70000001);                /* PT_ARM_EXIDX */
	img = load_bytes(elf, sizeof(elf), "elf");
	assert_int_equal(img->n_spans, 1);
	image_free(img);
	make_elf(elf);
	put_le32(elf + 24, 0);
	img = load_bytes(elf, sizeof(elf), "elf");
	assert_false(img->has_entry);
	image_free(img);
}

enum { SH_AT = ELF_LEN, SH_LEN = 40, ATTR_AT = SH_AT + 2 * SH_LEN, WITH_ATTR_LEN = ATTR_AT + 64 };

/* The same with one section, these attributes. */
static size_t make_elf_for(uint8_t elf[WITH_ATTR_LEN], const void *attributes, size_t len)
{
	uint8_t small[ELF_LEN];
	uint8_t *sh = elf + SH_AT + SH_LEN;

	make_elf(small);
	memset(elf, 0, WITH_ATTR_LEN);
	memcpy(elf, small, ELF_LEN);
	put_le32(elf + 32, SH_AT);
	put_le16(elf + 46, SH_LEN);
	put_le16(elf + 48, 2);
	put_le32(sh + 4, 0x70000003);
	put_le32(sh + 16, ATTR_AT);
	put_le32(sh + 20, (uint32_t)len);
	memcpy(elf + ATTR_AT, attributes, len);
	return ATTR_AT + len;
}

/* As gcc 12 writes it for -mcpu=cortex-m4 -mfloat-abi=hard: CPU name, v7E-M, profile M, Thumb-2, FPv4. */
#define M4_TAGS "\5" "7E-M\0" "\6\15" "\7M" "\11\2" "\12\6"
#define ATTRIBUTES(tags, n) "A\x1d\0\0\0" "aeabi\0" "\1" n "\0\0\0" tags

static void elf__attributes__say_what_core_the_program_needs(void **state)
{
	static const char m4[] = ATTRIBUTES(M4_TAGS, "\x13");
	uint8_t elf[WITH_ATTR_LEN];
	struct image *img;
	size_t len = make_elf_for(elf, m4, sizeof(m4) - 1);

	(void)state;
	img = load_bytes(elf, len, "elf");
	assert_int_equal(img->needs.arch, 13);
	assert_int_equal(img->needs.profile, 'M');
	assert_int_equal(img->needs.fp, 6);
	image_free(img);
	make_elf(elf);
	img = load_bytes(elf, ELF_LEN, "elf");
	assert_int_equal(img->needs.arch, 0);
	image_free(img);
}

/* Attributes with these tags of the file, and behind the format the part before, of another vendor. */
static size_t attributes_of(uint8_t *out, const char *before, size_t n_before, const char *tags, size_t n)
{
	size_t at = 1;

	out[0] = 'A';
	memcpy(out + at, before, n_before);
	at += n_before;
	put_le32(out + at, (uint32_t)(4 + 6 + 5 + n));
	memcpy(out + at + 4, "aeabi\0\1", 7);
	put_le32(out + at + 11, (uint32_t)(5 + n));
	memcpy(out + at + 15, tags, n);
	return at + 15 + n;
}

/* Each of these tags is passed over, and M4's arch, profile and arithmetic behind it are found. */
static void elf__other_attributes__are_passed_over_by_their_kind(void **state)
{
#define ROW(text) { text "\6\15" "\7M" "\12\6", sizeof(text) - 1 + 6 }
	static const struct { const char *tags; size_t n; } rows[] = {
		ROW(""),
		ROW("\4" "ARM\0"), ROW("\5" "ARM\0"),               /* names are texts */
		ROW("\x20" "\1" "ARM\0"),                           /* compatibility: both */
		ROW("\x41" "ARM\0"), ROW("\x21" "ARM\0"),           /* odd: a text */
		ROW("\x22" "A"), ROW("\x40" "\x81\1"), ROW("\37\5"), /* even, or low: a number */
		ROW("\x80\1" "\5"), ROW("\x81\1" "ARM\0"),         /* tags of two bytes */
		ROW("\10" "\xff\xff\xff\xff\x0f"),                  /* 32 bits */
		ROW("\6" "\x8e\2" "\7" "\xff\xff\1" "\12" "\x81\2"), /* too much for a byte */
	};
#undef ROW
	static const char gnu[] = "\x0a\0\0\0" "gnu\0" "\1\2";
	static const char section[] = "\x19\0\0\0" "aeabi\0" "\2\x0f\0\0\0" "\1\0"
				      "\6\1" "\7A" "\12\1" "\0\0";

	(void)state;
	for (size_t i = 0; i < 4 * ARRAY_LEN(rows); i++) {
		const char *before[] = { "", gnu, section, "" };
		size_t n_before[] = { 0, sizeof(gnu) - 1, sizeof(section) - 1, 0 };
		uint8_t elf[WITH_ATTR_LEN], attributes[WITH_ATTR_LEN - ATTR_AT];
		size_t n = attributes_of(attributes, before[i % 4], n_before[i % 4], rows[i / 4].tags,
					 rows[i / 4].n);
		struct image *img;

		if (i % 4 == 3) {
			memcpy(attributes + n, section, sizeof(section) - 1);
			n += sizeof(section) - 1;
		}
		img = load_bytes(elf, make_elf_for(elf, attributes, n), "elf");
		assert_int_equal(img->needs.arch, 13);
		assert_int_equal(img->needs.profile, 'M');
		assert_int_equal(img->needs.fp, 6);
		image_free(img);
	}
}

static void elf__attributes_that_are_broken__are_not_said_and_no_reason_to_refuse(void **state)
{
	static const char m4[] = ATTRIBUTES(M4_TAGS, "\x13");

	(void)state;
	for (size_t cut = 0; cut < sizeof(m4) - 1; cut++) {
		uint8_t elf[WITH_ATTR_LEN];
		struct image *img;
		size_t len = make_elf_for(elf, m4, cut);

		img = load_bytes(elf, len, "elf");
		assert_int_equal(img->n_spans, 2);
		assert_int_equal(img->needs.arch, 0);
		image_free(img);
		/* Each byte of it wrong, one after the other. */
		len = make_elf_for(elf, m4, sizeof(m4) - 1);
		elf[ATTR_AT + cut] ^= 0xFF;
		img = load_bytes(elf, len, "elf");
		assert_int_equal(img->n_spans, 2);
		image_free(img);
	}
}

static void elf__adjacent_segments_in_any_order__are_one_span(void **state)
{
	uint8_t elf[ELF_LEN];
	struct image *img;

	(void)state;
	make_elf(elf);
	put_le32(elf + PH_AT + 12, 0x08000008);
	put_le32(elf + PH_AT + PH_LEN + 12, 0x08000000);
	img = load_bytes(elf, sizeof(elf), "elf");
	assert_int_equal(img->n_spans, 1);
	assert_span(img, 0, 0x08000000, "\10\11\12\13\14\15\16\17\0\1\2\3\4\5\6\7", 16);
	image_free(img);
}

struct wrong {
	size_t at;
	unsigned bytes;
	uint32_t value;
	const char *found;
};

static void put(uint8_t *p, unsigned bytes, uint32_t value)
{
	for (unsigned i = 0; i < bytes; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

static void elf__wrong_field__is_refused_with_what_was_found(void **state)
{
	static const struct wrong rows[] = {
		{ 4, 1, 2, "image, offset 0x4: ELF class is 2 (64-bit), must be 1 (32-bit)" },
		{ 4, 1, 0, "image, offset 0x4: ELF class is 0, must be 1 (32-bit)" },
		{ 5, 1, 2, "image, offset 0x5: byte order is 2 (big-endian), must be 1 (little-endian)" },
		{ 6, 1, 7, "image, offset 0x6: ELF version is 7, must be 1" },
		{ 18, 2, 62, "image, offset 0x12: made for machine 62 (AMD x86-64), must be 40 (ARM)" },
		{ 18, 2, 186, "image, offset 0x12: made for machine 186 (STM8), must be 40 (ARM)" },
		{ 18, 2, 9999, "image, offset 0x12: made for machine 9999 (unknown), must be 40 (ARM)" },
		{ 18, 2, 0, "image, offset 0x12: made for machine 0 (none), must be 40 (ARM)" },
		{ 18, 2, 3, "image, offset 0x12: made for machine 3 (Intel 386), must be 40 (ARM)" },
		{ 18, 2, 4, "image, offset 0x12: made for machine 4 (Motorola 68000), must be 40 (ARM)" },
		{ 18, 2, 8, "image, offset 0x12: made for machine 8 (MIPS), must be 40 (ARM)" },
		{ 18, 2, 20, "image, offset 0x12: made for machine 20 (PowerPC), must be 40 (ARM)" },
		{ 18, 2, 83, "image, offset 0x12: made for machine 83 (AVR), must be 40 (ARM)" },
		{ 18, 2, 94, "image, offset 0x12: made for machine 94 (Xtensa), must be 40 (ARM)" },
		{ 18, 2, 105, "image, offset 0x12: made for machine 105 (MSP430), must be 40 (ARM)" },
		{ 18, 2, 183, "image, offset 0x12: made for machine 183 (AArch64), must be 40 (ARM)" },
		{ 18, 2, 243, "image, offset 0x12: made for machine 243 (RISC-V), must be 40 (ARM)" },
		{ 16, 2, 1, "image, offset 0x10: ELF type is 1 (an object file that is not linked "
			    "yet), must be 2 (linked program)" },
		{ 16, 2, 3, "image, offset 0x10: ELF type is 3 (a shared object or "
			    "position-independent program), must be 2 (linked program)" },
		{ 16, 2, 0, "image, offset 0x10: ELF type is 0 (no type), must be 2 (linked program)" },
		{ 16, 2, 4, "image, offset 0x10: ELF type is 4 (a core dump), must be 2 (linked program)" },
		{ 44, 2, 0, "image, offset 0x2c: no program headers" },
		{ 44, 2, 0xffff, "image, offset 0x2c: more than 65534 program headers" },
		{ 42, 2, 40, "image, offset 0x2a: program headers of 40 bytes, must be 32" },
		{ 44, 2, 4, "image, offset 0x34: 4 program headers pass the end of the file at 0x84" },
		{ 28, 4, 69, "image, offset 0x45: 2 program headers pass the end of the file at 0x84" },
		{ 28, 4, 0xfffffff0, "image, offset 0xfffffff0: 2 program headers pass the end of the "
				     "file at 0x84" },
		{ PH_AT + 4, 4, 125, "image, offset 0x34: the segment's bytes 0x7d..+0x8 pass the end "
				     "of the file at 0x84" },
		{ PH_AT + 4, 4, 0xfffffffc, "image, offset 0x34: the segment's bytes 0xfffffffc..+0x8 "
					    "pass the end of the file at 0x84" },
		{ PH_AT + 16, 4, 0xffffffff, "image, offset 0x34: the segment's bytes "
					     "0x74..+0xffffffff pass the end of the file at 0x84" },
		{ PH_AT + 20, 4, 7, "image, offset 0x34: the segment has 0x8 bytes in the file but 0x7 "
				    "in memory" },
		{ PH_AT + 12, 4, 0xfffffff9, "image, offset 0x34: 0x8 bytes at 0xfffffff9 pass the end "
					     "of the 32-bit address space" },
		{ PH_AT + 12, 4, 0x080000f9, "image, offset 0x54: overlap at 0x08000100, which offset "
					     "0x34 gave already" },
		{ PH_AT + 4, 4, 40, "image, offset 0x34: the segment for 0x08000000 holds the file's "
				    "own headers, and no section says where the program begins" },
		{ PH_AT + 4, 4, 51, "image, offset 0x34: the segment for 0x08000000 holds the file's "
				    "own headers, and no section says where the program begins" },
		{ PH_AT + 4, 4, DATA_AT - 1, "image, offset 0x34: the segment for 0x08000000 holds the "
					     "file's own headers, and no section says where the "
					     "program begins" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t elf[ELF_LEN];

		make_elf(elf);
		put(elf + rows[i].at, rows[i].bytes, rows[i].value);
		refuse_bytes(elf, sizeof(elf), rows[i].found);
	}
}

static void elf__cut_anywhere__is_refused(void **state)
{
	uint8_t elf[ELF_LEN];

	(void)state;
	make_elf(elf);
	for (size_t len = 4; len < sizeof(elf); len++) {
		struct image *img = NULL;
		struct ctx c;

		ctx_init(&c);
		assert_int_equal(image_from_memory(&c, elf, len, &nowhere, &img), SL_IMAGE);
		assert_null(img);
	}
	refuse_bytes(elf, 4, "image, offset 0x4: the ELF header is cut: 4 bytes of 52");
	refuse_bytes(elf, 51, "image, offset 0x33: the ELF header is cut: 51 bytes of 52");
}

static void elf__no_loadable_byte__is_refused(void **state)
{
	uint8_t elf[ELF_LEN];

	(void)state;
	make_elf(elf);
	put_le32(elf + PH_AT, 0);
	put_le32(elf + PH_AT + PH_LEN, 0);
	refuse_bytes(elf, sizeof(elf), "image holds no data");
}

static void elf__last_bytes_of_the_address_space__are_taken(void **state)
{
	uint8_t elf[ELF_LEN];
	struct image *img;

	(void)state;
	make_elf(elf);
	put_le32(elf + PH_AT + PH_LEN + 12, 0xfffffff8);
	img = load_bytes(elf, sizeof(elf), "elf");
	assert_int_equal(img->spans[1].addr, 0xfffffff8);
	image_free(img);
}

/* The linker put headers and padding at 0x08004000, the program begins at 0x08004100. */
static void elf__headers_in_the_first_segment__are_not_the_program(void **state)
{
	struct image *elf = load_corpus("headers.elf", "elf");
	struct image *hex = load_corpus("headers.hex", "ihex");

	(void)state;
	assert_int_equal(elf->spans[0].addr, 0x08004100);
	assert_same(elf, hex);
	image_free(elf);
	image_free(hex);
}

/* Sections that are no bytes of the program do not say where it begins. */
static void elf__sections_outside_the_program__are_passed_over(void **state)
{
	static const struct {
		uint32_t type, flags, offset, size;
	} sections[] = {
		{ 0, 0, 0, 0 },
		{ 0, 2, 2, 8 },                 /* SHT_NULL */
		{ 1, 0, 4, 8 },                 /* not allocated: debug information */
		{ 8, 2, 8, 8 },                 /* SHT_NOBITS: .bss */
		{ 1, 2, 12, 0 },                /* empty */
		{ 1, 6, DATA_AT + 4, 4 },
		{ 1, 2, DATA_AT, 4 },           /* the program */
	};
	uint8_t elf[ELF_LEN + ARRAY_LEN(sections) * 40] = { 0 };
	struct image *img;

	(void)state;
	make_elf(elf);
	put_le32(elf + 32, ELF_LEN);
	put_le16(elf + 46, 40);
	put_le16(elf + 48, ARRAY_LEN(sections));
	for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
		uint8_t *sh = elf + ELF_LEN + 40 * i;

		put_le32(sh + 4, sections[i].type);
		put_le32(sh + 8, sections[i].flags);
		put_le32(sh + 16, sections[i].offset);
		put_le32(sh + 20, sections[i].size);
	}
	put_le32(elf + PH_AT + 4, 0);
	put_le32(elf + PH_AT + 16, DATA_AT + 8);
	put_le32(elf + PH_AT + 20, DATA_AT + 8);
	img = load_bytes(elf, sizeof(elf), "elf");
	assert_span(img, 0, 0x08000000 + DATA_AT, "\0\1\2\3\4\5\6\7", 8);
	image_free(img);
	/* Section headers that the file does not have. */
	put_le16(elf + 48, ARRAY_LEN(sections) + 1);
	refuse_bytes(elf, sizeof(elf), "image, offset 0x34: the segment for 0x08000000 holds the "
				       "file's own headers, and no section says where the program "
				       "begins");
}

static void refuse_corpus(const char *name, const char *found)
{
	struct image *img = NULL;
	char path[200];
	struct ctx c;

	ctx_init(&c);
	(void)snprintf(path, sizeof(path), "tests/corpus/image/%s", name);
	assert_int_equal(image_load(&c, path, &nowhere, &img), SL_IMAGE);
	assert_non_null(strstr(c.fault.text, found));
	assert_non_null(strstr(c.fault.text, name));
	assert_null(img);
}

static void elf__real_files_of_other_machines__are_refused(void **state)
{
	(void)state;
	refuse_corpus("x86-64.elf", "offset 0x4: ELF class is 2 (64-bit)");
	refuse_corpus("i386.elf", "offset 0x12: made for machine 3 (Intel 386)");
	refuse_corpus("big-endian.elf", "offset 0x5: byte order is 2 (big-endian)");
	refuse_corpus("object.elf", "offset 0x10: ELF type is 1 (an object file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elf__segments__are_at_physical_addresses),
		cmocka_unit_test(elf__segment_without_bytes_or_not_load__is_passed_over),
		cmocka_unit_test(elf__attributes__say_what_core_the_program_needs),
		cmocka_unit_test(elf__other_attributes__are_passed_over_by_their_kind),
		cmocka_unit_test(elf__attributes_that_are_broken__are_not_said_and_no_reason_to_refuse),
		cmocka_unit_test(elf__adjacent_segments_in_any_order__are_one_span),
		cmocka_unit_test(elf__wrong_field__is_refused_with_what_was_found),
		cmocka_unit_test(elf__cut_anywhere__is_refused),
		cmocka_unit_test(elf__no_loadable_byte__is_refused),
		cmocka_unit_test(elf__last_bytes_of_the_address_space__are_taken),
		cmocka_unit_test(elf__headers_in_the_first_segment__are_not_the_program),
		cmocka_unit_test(elf__sections_outside_the_program__are_passed_over),
		cmocka_unit_test(elf__real_files_of_other_machines__are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
