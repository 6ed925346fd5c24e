/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * image.h - firmware images: files in, spans of bytes at target addresses out, and back.
 *
 * The format is recognised by content, never by the file's name. Holes between
 * the parts of an image stay holes: nothing is filled. An image is complete and
 * checked before it is handed out, so that a bad file never meets a chip.
 * What this room does not know: chips, flash, and which addresses exist.
 */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "base/ctx.h"
#include "base/error.h"
#include "base/span.h"

enum {
	IMAGE_MAX_BYTES = 64 * 1024 * 1024, /* of a file, and of all data in it */
	IMAGE_MAX_RECORDS = 1024 * 1024,    /* lines of a text format that are not blank */
	IMAGE_MAX_SPANS = 4096,             /* after joining what is adjacent */
};

struct image_store;

/* An image in memory. Spans ascend by address, never overlap and never touch. */
/* The core that a file says it was compiled for, by the tags of its build attributes: Tag_CPU_arch,
 * Tag_CPU_arch_profile, Tag_FP_arch. 0: not said. */
struct image_needs {
	uint8_t arch, profile, fp;
};

struct image {
	struct span *spans;
	size_t n_spans;                 /* at least 1 */
	uint64_t total;                 /* bytes in all spans */
	bool has_entry;
	uint32_t entry;                 /* start address named by the file, when has_entry */
	struct image_needs needs;
	const char *format;             /* row in the format table: "bin" "ihex" "srec" "elf" */
	const char *title;              /* the same for people: "Intel HEX" */
	struct image_store *store;      /* owner of the bytes */
};

/* Where the bytes of a file go that has no addresses of its own. */
struct image_where {
	bool has_addr;                  /* the user named an address: FILE@ADDR */
	uint32_t addr;                  /* that address */
	uint32_t default_base;          /* used for plain binary when has_addr is false */
	bool confined;                  /* take it apart in a child without rights (base/confine.h) */
};

/* image_load - read, recognise, check and take apart the file path ("-": standard input).
 * where: must stay valid during the call only.
 * out: a new image, to be freed with image_free; untouched on failure.
 * Returns SL_OK; SL_FILE cannot be read; SL_IMAGE the content cannot be used, or an
 *   address was named for a format that has its own (fault.text holds file, line or
 *   offset, and what was found); SL_NOMEM; SL_OTHER a confined child ended badly. */
enum sl_err image_load(struct ctx *c, const char *path, const struct image_where *where,
		       struct image **out) MUST_CHECK;

/* image_from_memory - as image_load, from len bytes; messages call the file "image". */
enum sl_err image_from_memory(struct ctx *c, const void *bytes, size_t len,
			      const struct image_where *where, struct image **out) MUST_CHECK;

/* image_free - release an image and its bytes; NULL is fine. */
void image_free(struct image *img);

/* image_spans - the spans of an image and, in *n, how many. */
const struct span *image_spans(const struct image *img, size_t *n);

/* image_write - write spans to the file path in the format that its extension names.
 * spans: ascending, not overlapping, none empty. force: false refuses an existing file.
 * Returns SL_OK; SL_FILE cannot be written, or path is "-"; SL_IMAGE nothing to write, a
 *   file of more than IMAGE_MAX_BYTES, or holes in a plain binary; SL_BUG spans out of
 *   order; SL_NOMEM.
 * Effects: the complete new file or the old state, never a part. */
enum sl_err image_write(struct ctx *c, const char *path, const struct span *spans, size_t n,
			bool force) MUST_CHECK;

/* image_to_memory - as image_write, into out.
 * format: "bin", "ihex" or "srec". out: initialised here; the caller frees it, also on failure.
 * Returns as image_write; SL_UNSUPPORTED for a format that cannot be written. */
enum sl_err image_to_memory(struct ctx *c, const char *format, const struct span *spans, size_t n,
			    struct buffer *out) MUST_CHECK;

/* image_format_of_name - format that image_write gives a file of this name: "ihex" for .hex
 * .ihex .ihx, "srec" for .s19 .s28 .s37 .srec .mot, in any case of letters; else "bin". */
const char *image_format_of_name(const char *path);

#endif
