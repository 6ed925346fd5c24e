/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * elf.c - linked ELF32 little-endian ARM programs, by their program headers.
 *
 * What is loaded is what PT_LOAD headers carry in the file, at physical addresses.
 * Sections are looked at for one thing only: linkers put the file's own headers
 * into the first segment when the page has room before the program; these bytes
 * are not the program, and writing them would hit the flash before it.
 * Source: Tool Interface Standard, ELF specification 1.2; ELF for the Arm Architecture.
 */
#include <inttypes.h>

#include "image/attributes.h"
#include "image/format.h"

#include "base/cursor.h"

enum {
	ELF_CLASS32 = 1,
	ELF_LITTLE = 1,
	ELF_CURRENT = 1,
	ET_EXEC = 2,
	EM_ARM = 40,
	PT_LOAD = 1,
	SHT_NOBITS = 8,
	SHT_ARM_ATTRIBUTES = 0x70000003,        /* ELF for the Arm Architecture (AAELF32) */
	SHF_ALLOC = 2,
	PN_XNUM = 0xffff,
	EHDR_LEN = 52,
	PHDR_LEN = 32,
	SHDR_LEN = 40,
};

/* Offsets of fields that messages name. */
enum { AT_CLASS = 4, AT_ORDER = 5, AT_VERSION = 6, AT_TYPE = 16, AT_MACHINE = 18, AT_PHNUM = 44 };

struct elf_header {
	uint8_t class, order, version;
	uint16_t type, machine, phentsize, phnum, shentsize, shnum;
	uint32_t entry, phoff, shoff;
};

struct elf_segment {
	size_t at;              /* where its program header is */
	uint32_t type, offset, paddr, filesz, memsz;
};

struct number_name {
	uint16_t number;
	const char *name;
};

static bool elf_check(const uint8_t *data, size_t len)
{
	return len >= 4 && data[0] == 0x7f && data[1] == 'E' && data[2] == 'L' && data[3] == 'F';
}

static const char *name_of(const struct number_name *names, size_t n, uint16_t number)
{
	for (size_t i = 0; i < n; i++)
		if (names[i].number == number)
			return names[i].name;
	return "unknown";
}

static const char *machine_name(uint16_t machine)
{
	static const struct number_name names[] = {
		{ 0, "none" }, { 3, "Intel 386" }, { 4, "Motorola 68000" }, { 8, "MIPS" },
		{ 20, "PowerPC" }, { 40, "ARM" }, { 62, "AMD x86-64" }, { 83, "AVR" },
		{ 94, "Xtensa" }, { 105, "MSP430" }, { 183, "AArch64" }, { 186, "STM8" },
		{ 243, "RISC-V" },
	};

	return name_of(names, ARRAY_LEN(names), machine);
}

static const char *type_name(uint16_t type)
{
	static const struct number_name names[] = {
		{ 0, "no type" }, { 1, "an object file that is not linked yet" },
		{ 3, "a shared object or position-independent program" }, { 4, "a core dump" },
	};

	return name_of(names, ARRAY_LEN(names), type);
}

/* The header, as far as the file has it; the fields of a cut one are 0. */
static bool read_header(const struct source *src, struct elf_header *h)
{
	struct cursor in = cur_make(src->data, src->len);

	cur_seek(&in, AT_CLASS);
	h->class = cur_u8(&in);
	h->order = cur_u8(&in);
	h->version = cur_u8(&in);
	cur_seek(&in, AT_TYPE);
	h->type = cur_le16(&in);
	h->machine = cur_le16(&in);
	cur_skip(&in, 4); /* e_version, again */
	h->entry = cur_le32(&in);
	h->phoff = cur_le32(&in);
	h->shoff = cur_le32(&in);
	cur_skip(&in, 6); /* e_flags, e_ehsize */
	h->phentsize = cur_le16(&in);
	h->phnum = cur_le16(&in);
	h->shentsize = cur_le16(&in);
	h->shnum = cur_le16(&in);
	cur_skip(&in, 2); /* e_shstrndx */
	return !in.over;
}

static enum sl_err check_ident(struct ctx *c, const struct source *src, const struct elf_header *h)
{
	if (src->len > AT_VERSION && h->class != ELF_CLASS32)
		return source_fail(c, src, AT_CLASS, "ELF class is %u%s, must be 1 (32-bit)", h->class,
				   h->class == 2 ? " (64-bit)" : "");
	if (src->len > AT_VERSION && h->order != ELF_LITTLE)
		return source_fail(c, src, AT_ORDER, "byte order is %u%s, must be 1 (little-endian)",
				   h->order, h->order == 2 ? " (big-endian)" : "");
	if (src->len < EHDR_LEN)
		return source_fail(c, src, src->len, "the ELF header is cut: %zu bytes of %d", src->len,
				   EHDR_LEN);
	if (h->version != ELF_CURRENT)
		return source_fail(c, src, AT_VERSION, "ELF version is %u, must be 1", h->version);
	return SL_OK;
}

static enum sl_err check_header(struct ctx *c, const struct source *src,
				const struct elf_header *h)
{
	enum sl_err err = check_ident(c, src, h);

	if (err)
		return err;
	if (h->machine != EM_ARM)
		return ctx_cause(c, source_fail(c, src, AT_MACHINE, "made for machine %u (%s), must be 40 "
						"(ARM)", h->machine, machine_name(h->machine)),
				 CAUSE_OTHER_CORE);
	if (h->type != ET_EXEC)
		return source_fail(c, src, AT_TYPE, "ELF type is %u (%s), must be 2 (linked program)",
				   h->type, type_name(h->type));
	if (h->phnum == 0 || h->phnum == PN_XNUM)
		return source_fail(c, src, AT_PHNUM, "%s program headers",
				   h->phnum ? "more than 65534" : "no");
	if (h->phentsize != PHDR_LEN)
		return source_fail(c, src, AT_PHNUM - 2, "program headers of %u bytes, must be %d",
				   h->phentsize, PHDR_LEN);
	if ((uint64_t)h->phoff + (uint64_t)h->phnum * PHDR_LEN > src->len)
		return source_fail(c, src, h->phoff, "%u program headers pass the end of the file at "
				   "0x%zx", h->phnum, src->len);
	return SL_OK;
}

static void read_segment(const struct source *src, const struct elf_header *h, uint16_t i,
			 struct elf_segment *s)
{
	struct cursor in = cur_make(src->data, src->len);

	s->at = (size_t)h->phoff + (size_t)i * PHDR_LEN;
	cur_seek(&in, s->at);
	s->type = cur_le32(&in);
	s->offset = cur_le32(&in);
	cur_skip(&in, 4); /* p_vaddr */
	s->paddr = cur_le32(&in);
	s->filesz = cur_le32(&in);
	s->memsz = cur_le32(&in);
}

/* True when the segment's bytes in the file include some of the file's own headers. */
static bool holds_headers(const struct elf_header *h, const struct elf_segment *s)
{
	uint64_t end = (uint64_t)s->offset + s->filesz;
	uint64_t ph_end = (uint64_t)h->phoff + (uint64_t)h->phnum * PHDR_LEN;

	return s->offset < EHDR_LEN || (s->offset < ph_end && end > h->phoff);
}

/* Lowest offset inside the segment at which a section of the program begins; the
 * segment's end when there is none. Section headers outside the file count as none. */
static uint64_t first_section(const struct source *src, const struct elf_header *h,
			      const struct elf_segment *s)
{
	const uint64_t end = (uint64_t)s->offset + s->filesz;
	struct cursor in = cur_make(src->data, src->len);
	uint64_t first = end;

	if (h->shentsize != SHDR_LEN ||
	    (uint64_t)h->shoff + (uint64_t)h->shnum * SHDR_LEN > src->len)
		return end;
	cur_seek(&in, h->shoff);
	for (uint16_t i = 0; i < h->shnum; i++) {
		uint32_t type, flags, offset, size;

		cur_skip(&in, 4); /* sh_name */
		type = cur_le32(&in);
		flags = cur_le32(&in);
		cur_skip(&in, 4); /* sh_addr */
		offset = cur_le32(&in);
		size = cur_le32(&in);
		cur_skip(&in, SHDR_LEN - 24);
		if (type != 0 && type != SHT_NOBITS && (flags & SHF_ALLOC) && size > 0 &&
		    offset >= s->offset && offset < first)
			first = offset;
	}
	return first;
}

/* Takes the file's own headers off the front of the segment. */
static enum sl_err trim_headers(struct ctx *c, const struct source *src,
				const struct elf_header *h, struct elf_segment *s)
{
	uint64_t first = first_section(src, h, s);
	uint32_t cut = (uint32_t)(first - s->offset);

	if (cut == s->filesz) {
		(void)source_fail(c, src, s->at, "the segment for 0x%08" PRIx32 " holds the file's own "
				  "headers, and no section says where the program begins", s->paddr);
		ctx_hint(c, "keep the section headers, or link with -Wl,-n");
		return SL_IMAGE;
	}
	if (cut > 0)
		ctx_log(c, LOG_DEBUG, "%s: %" PRIu32 " bytes of ELF headers at 0x%08" PRIx32
			" left out", src->name, cut, s->paddr);
	s->offset += cut;
	s->filesz -= cut;
	s->paddr += cut;
	return SL_OK;
}

static enum sl_err load_segment(struct ctx *c, const struct source *src,
				const struct elf_header *h, struct elf_segment *s, struct builder *b)
{
	struct cursor in = cur_make(src->data, src->len);
	struct span add;

	if ((uint64_t)s->offset + s->filesz > src->len)
		return source_fail(c, src, s->at, "the segment's bytes 0x%" PRIx32 "..+0x%" PRIx32
				   " pass the end of the file at 0x%zx", s->offset, s->filesz, src->len);
	if (s->filesz > s->memsz)
		return source_fail(c, src, s->at, "the segment has 0x%" PRIx32 " bytes in the file but "
				   "0x%" PRIx32 " in memory", s->filesz, s->memsz);
	if (s->filesz > UINT64_C(0x100000000) - s->paddr)
		return source_fail(c, src, s->at, "0x%" PRIx32 " bytes at 0x%08" PRIx32
				   " pass the end of the 32-bit address space", s->filesz, s->paddr);
	if (holds_headers(h, s)) {
		enum sl_err err = trim_headers(c, src, h, s);

		if (err)
			return err;
	}
	cur_seek(&in, s->offset);
	add.addr = s->paddr;
	add.len = s->filesz;
	add.data = cur_view(&in, add.len);
	return builder_add(c, b, src, s->at, &add);
}

/* Sections are not needed to load a program: what is wrong with them is no reason to refuse it. */
static struct image_needs read_needs(const struct source *src, const struct elf_header *h)
{
	struct cursor in = cur_make(src->data, src->len);
	const struct image_needs none = { 0 };

	if (h->shentsize != SHDR_LEN ||
	    (uint64_t)h->shoff + (uint64_t)h->shnum * SHDR_LEN > src->len)
		return none;
	for (uint16_t i = 0; i < h->shnum; i++) {
		uint32_t type, offset, size;

		cur_seek(&in, (size_t)h->shoff + (size_t)i * SHDR_LEN + 4);
		type = cur_le32(&in);
		cur_skip(&in, 8); /* sh_flags, sh_addr */
		offset = cur_le32(&in);
		size = cur_le32(&in);
		if (type == SHT_ARM_ATTRIBUTES && (uint64_t)offset + size <= src->len)
			return attributes_read(cur_make(src->data + offset, size));
	}
	return none;
}

static enum sl_err elf_load(struct ctx *c, const struct source *src, struct builder *b)
{
	struct elf_header h = { 0 };
	enum sl_err err;

	(void)read_header(src, &h);
	err = check_header(c, src, &h);
	for (uint16_t i = 0; !err && i < h.phnum; i++) {
		struct elf_segment s;

		read_segment(src, &h, i, &s);
		if (s.type == PT_LOAD && s.filesz > 0)
			err = load_segment(c, src, &h, &s, b);
	}
	/* ELF 1.2, e_entry: zero says that there is no entry point. */
	if (!err && h.entry != 0)
		builder_entry(c, b, src, 24, h.entry);
	if (!err)
		b->needs = read_needs(src, &h);
	return err;
}

const struct image_format image_elf = {
	.name = "elf",
	.title = "ELF",
	.unit = SOURCE_OFFSET,
	.check = elf_check,
	.load = elf_load,
};
