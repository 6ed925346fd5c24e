/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * convert.c - an image file read by image/ and written again: convert FORMAT IN OUT. For comparing
 * with other people's tools. Exit status: the program's own for the failure.
 */
#include <stdio.h>

#include "image/image.h"

static int fail(const struct ctx *c)
{
	(void)fprintf(stderr, "convert: %s\n", c->fault.text);
	return err_exit_status(&c->fault);
}

int main(int argc, char *argv[])
{
	const struct image_where where = { .default_base = 0x08000000 };
	struct image *img = NULL;
	struct buffer out;
	struct ctx c;
	FILE *f;
	int status = 0;

	ctx_init(&c);
	if (argc != 4)
		return 2;
	if (image_load(&c, argv[2], &where, &img))
		return fail(&c);
	if (image_to_memory(&c, argv[1], img->spans, img->n_spans, &out)) {
		image_free(img);
		return fail(&c);
	}
	f = fopen(argv[3], "wb");
	if (!f || fwrite(out.data, 1, out.len, f) != out.len || fclose(f) != 0)
		status = 4;
	buf_free(&out);
	image_free(img);
	return status;
}
