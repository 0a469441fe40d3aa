/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel's image by itself, which has never run: what it says of itself in the
 * texts that it was built with.
 */
#include "engine/os/os.h"

#include "engine/symbol/debugfile.h"

#include <string.h>

#define NOTES_MAX	65536

/* The text at a symbol, or missing. */
static struct os_text
text_at(struct ctx *ctx, struct kernel *k, struct arena *arena,
    const char *name)
{
	const struct symbol *sym = sym_find(&k->symbols, name);
	struct os_text t = { NULL, E_NOT_FOUND };
	char text[512];

	if (sym == NULL)
		return (t);
	t.status = space_text(ctx, &k->space, sym->addr, text, sizeof(text));
	if (t.status == OK)
		t.s = arena_strdup(arena, text);
	if (t.status == OK && t.s == NULL)
		t.status = E_NOMEM;
	return (t);
}

/* The notes that the linker put between these symbols (vmlinux.lds.h). */
static struct os_text
build_id(struct ctx *ctx, struct kernel *k, struct arena *arena)
{
	const struct symbol *from = sym_find(&k->symbols, "__start_notes");
	const struct symbol *to = sym_find(&k->symbols, "__stop_notes");
	struct os_text t = { NULL, E_NOT_FOUND };
	char id[BUILD_ID_TEXT] = "";
	uint8_t *notes;
	size_t n;

	if (from == NULL || to == NULL || to->addr <= from->addr ||
	    to->addr - from->addr > NOTES_MAX)
		return (t);
	n = (size_t)(to->addr - from->addr);
	notes = arena_alloc(arena, n);
	if (notes == NULL || space_read(ctx, &k->space, from->addr, notes,
	    n) != OK)
		return (t);
	build_id_of_notes(notes, n, k->arch->be, id);
	if (id[0] != '\0')
		t.s = arena_strdup(arena, id);
	if (t.s != NULL)
		t.status = OK;
	return (t);
}

static void
unknown(struct os_info *info)
{
	const struct os_text text = { NULL, E_UNSUPPORTED };
	const struct os_u64 number = { 0, E_UNSUPPORTED };
	const struct os_double seconds = { 0, E_UNSUPPORTED };

	*info = (struct os_info){
		.os = text, .release = text, .version = text,
		.build_id = text, .machine = text, .hostname = text,
		.cmdline = text, .taint = text, .levels = number,
		.kaslr = number, .cpus = number, .cpus_present = number,
		.uptime = seconds, .crash_time = seconds,
		.mem_total = number, .mem_free = number,
		.mem_available = number, .swap_total = number,
		.swap_free = number, .panic = text, .panic_cpu = number,
		.panic_pid = number, .panic_ip = number, .panic_comm = text,
	};
}

void
os_rest_info(struct ctx *ctx, struct kernel *k, struct arena *arena,
    struct os_info *info)
{
	static const char linux_is[] = "Linux version ";
	struct os_text banner;
	const char *release;
	size_t n;

	unknown(info);
	if (!k->at_rest)
		return;
	ctx->quiet++;
	banner = text_at(ctx, k, arena, "linux_banner");
	if (banner.status == OK && strncmp(banner.s, linux_is,
	    sizeof(linux_is) - 1) == 0) {
		release = banner.s + sizeof(linux_is) - 1;
		n = strcspn(release, " ");
		info->os = (struct os_text){ "Linux", OK };
		info->release = (struct os_text){
		    arena_strndup(arena, release, n), OK };
		info->version = banner;
	} else {
		/* FreeBSD, conf/newvers.sh: the version begins with its name. */
		info->version = text_at(ctx, k, arena, "version");
		info->release = text_at(ctx, k, arena, "osrelease");
		info->os = info->version;
		if (info->os.status == OK)
			info->os.s = arena_strndup(arena, info->version.s,
			    strcspn(info->version.s, " "));
	}
	info->build_id = build_id(ctx, k, arena);
	ctx->quiet--;
	ctx_clear(ctx);
}
