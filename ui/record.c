/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/record.h"

#include "base/utf8.h"
#include "ui/model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_NS	100000000	/* shorter ones are not worth a line */

struct record {
	FILE		*f;
	struct buf	 typed;		/* characters not written yet */
	uint64_t	 last;
};

void
record_identity(struct ui *ui, struct buf *b)
{
	const struct os_info *in = &ui->info;

	if (!ui->has_info) {
		buf_puts(b, "unknown");
		return;
	}
	buf_puts(b, in->os.status == OK && in->os.s != NULL ? in->os.s : "?");
	if (in->release.status == OK && in->release.s != NULL)
		buf_printf(b, " %s", in->release.s);
	if (in->machine.status == OK && in->machine.s != NULL)
		buf_printf(b, " %s", in->machine.s);
	if (in->build_id.status == OK && in->build_id.s != NULL &&
	    in->build_id.s[0] != '\0')
		buf_printf(b, " build-id %s", in->build_id.s);
}

void
record_screen(const struct grid *g, struct buf *b)
{
	int y;

	for (y = 0; y < g->h; y++) {
		/* ">" marks the row of the cursor. */
		buf_puts(b, y == g->mark_row ? ">" : "|");
		grid_row_text(g, y, b);
		buf_puts(b, "\n");
	}
}

static void
flush_typed(struct record *r)
{
	if (r->typed.len == 0)
		return;
	fprintf(r->f, "type %s\n", buf_text(&r->typed));
	buf_reset(&r->typed);
}

int
record_open(struct ctx *ctx, const char *path, struct ui *ui,
    struct record **ret)
{
	struct record *r;
	struct buf id = { 0 };

	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory"));
	r->f = fopen(path, "w");
	if (r->f == NULL) {
		free(r);
		return (ctx_fail_errno(ctx, E_IO, "%s", path));
	}
	/* Line by line: a session that ended badly is worth most. */
	setvbuf(r->f, NULL, _IOLBF, BUFSIZ);
	record_identity(ui, &id);
	fprintf(r->f, "kpeek-session 1\non %s\nsize %dx%d\n", buf_text(&id),
	    ui->grid.w, ui->grid.h);
	if (strcmp(ui->keymap_name, "default") != 0)
		fprintf(r->f, "keymap %s\n", ui->keymap_name);
	buf_fini(&id);
	r->last = ui_now();
	*ret = r;
	return (0);
}

static void
put_pause(struct record *r)
{
	uint64_t now;

	now = ui_now();
	if (now - r->last >= PAUSE_NS) {
		flush_typed(r);
		fprintf(r->f, "wait %llu\n",
		    (unsigned long long)((now - r->last) / 1000000));
	}
	r->last = now;
}

void
record_key(struct record *r, uint32_t key)
{
	char name[KEY_NAME_MAX], utf8[4];

	put_pause(r);
	/* A blank at an end of a line would be lost on a reader. */
	if (key_is_text(key) && (key != ' ' || r->typed.len > 0)) {
		buf_add(&r->typed, utf8, utf8_encode(key, utf8));
		return;
	}
	flush_typed(r);
	key_format(key, name);
	fprintf(r->f, "key %s\n", name);
}

void
record_mouse(struct record *r, enum mouse what, int x, int y)
{
	put_pause(r);
	flush_typed(r);
	fprintf(r->f, "mouse %s %d %d\n", mouse_names[what], x, y);
}

void
record_resize(struct record *r, int w, int h)
{
	flush_typed(r);
	fprintf(r->f, "size %dx%d\n", w, h);
}

void
record_snap(struct record *r, const char *name, const struct grid *g)
{
	struct buf b = { 0 };

	flush_typed(r);
	record_screen(g, &b);
	fprintf(r->f, "snap %s\n%s", name, buf_text(&b));
	buf_fini(&b);
}

int
record_close(struct ctx *ctx, struct record *r)
{
	bool bad;

	flush_typed(r);
	bad = ferror(r->f) != 0;
	bad |= fclose(r->f) != 0;
	buf_fini(&r->typed);
	free(r);
	return (bad ? ctx_fail(ctx, E_IO,
	    "the session could not be written whole: %s", strerror(errno)) : 0);
}
