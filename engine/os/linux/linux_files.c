/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open files: task->files->fdt is a table of max_fds pointers (fs/file.c,
 * include/linux/fdtable.h).
 */
#include "base/bytes.h"
#include "engine/os/linux/linux_read.h"

#define FDS_MAX		(1u << 20)	/* the default of fs.nr_open */

/* The type bits of i_mode, include/uapi/linux/stat.h. */
const char *
linux_file_type(uint64_t mode)
{
	switch (mode & 0170000) {
	case 0010000: return ("pipe");
	case 0020000: return ("character device");
	case 0040000: return ("directory");
	case 0060000: return ("block device");
	case 0100000: return ("regular");
	case 0120000: return ("symbolic link");
	case 0140000: return ("socket");
	case 0:	      return ("anonymous");
	default:      return ("?");
	}
}

static int
one(struct ctx *ctx, struct kernel *k, struct linux_obj *obj,
    struct arena *arena, struct os_file *f)
{
	uint64_t inode, mode;

	f->path.s = f->type.s = "";
	f->flags.v = 0;
	ctx->quiet++;
	linux_obj_at(ctx, obj, f->file);
	f->flags.status = linux_u64(ctx, obj, LM_FILE_FLAGS, &f->flags.v);
	f->type.status = linux_u64(ctx, obj, LM_FILE_INODE, &inode);
	if (f->type.status == 0)
		f->type.status = linux_member(ctx, k, inode, LM_INODE_MODE,
		    &mode);
	if (f->type.status == 0)
		f->type.s = linux_file_type(mode);
	f->path.status = linux_path(ctx, k, f->file, arena, &f->path.s);
	ctx->quiet--;
	return (f->path.status == E_NOMEM ? E_NOMEM : 0);
}

int
linux_files(struct ctx *ctx, struct kernel *k, const struct os_proc *proc,
    int (*fn)(void *, struct ctx *, const struct os_file *), void *arg)
{
	struct linux_span fds;
	struct linux_obj obj;
	struct arena arena;
	struct os_file f;
	uint64_t files, table, max, array;
	uint8_t raw[8];
	const unsigned word = k->space.ptr_size;
	int rc;

	rc = linux_member(ctx, k, proc->task, LM_TASK_ALONE_FILES, &files);
	if (rc == 0 && files == 0)	/* an exiting task has closed them */
		return (0);
	if (rc == 0)
		rc = linux_member(ctx, k, files, LM_FILES_TABLE, &table);
	if (rc == 0)
		rc = linux_member(ctx, k, table, LM_FDTABLE_MAX, &max);
	if (rc == 0)
		rc = linux_member(ctx, k, table, LM_FDTABLE_FD, &array);
	if (rc == 0 && max > FDS_MAX)
		rc = ctx_fail_at(ctx, E_CORRUPT, table,
		    "a table of %llu descriptors", (unsigned long long)max);
	if (rc == 0)
		rc = linux_span_open(ctx, &fds, k, array, max * word);
	if (rc != 0)
		return (ctx_chain(ctx, "files of process %d", proc->pid));
	arena_init(&arena);
	rc = linux_obj_init(ctx, &obj, k, LT_FILE);
	for (f.fd = 0; rc == 0 && (uint64_t)f.fd < max; f.fd++) {
		rc = linux_span_get(ctx, &fds, (uint64_t)f.fd * word, raw, word);
		if (rc != 0)
			break;
		f.file = load_uint(raw, word, k->space.be);
		if (f.file == 0)
			continue;
		arena_reset(&arena);
		rc = one(ctx, k, &obj, &arena, &f);
		if (rc == 0)
			rc = fn(arg, ctx, &f);
		if (rc == 0 && f.fd % 256 == 255)
			rc = ctx_check(ctx);
	}
	linux_obj_fini(&obj);
	linux_span_close(&fds);
	arena_fini(&arena);
	return (rc);
}
