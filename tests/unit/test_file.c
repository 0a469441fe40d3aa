/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "engine/memory/file.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE	(64 * 4096)

static struct file_faults faults;
static char path[64];
static volatile sig_atomic_t strays;

static void
on_sigbus(int sig, siginfo_t *si, void *uc)
{
	(void)uc;
	if (file_fault(&faults, si->si_addr))
		return;
	strays++;
	signal(sig, SIG_DFL);
}

static void
make_file(void)
{
	uint8_t page[4096];
	int fd, i;

	strcpy(path, "/tmp/kpeek-file.XXXXXX");
	fd = mkstemp(path);
	assert_int_not_equal(fd, -1);
	for (i = 0; i < SIZE / 4096; i++) {
		memset(page, i + 1, sizeof(page));
		assert_int_equal(write(fd, page, sizeof(page)), sizeof(page));
	}
	close(fd);
}

static void
reads_what_is_there(void **state)
{
	uint8_t buf[8192];
	struct file *f;
	struct ctx ctx;
	int mapped;

	(void)state;
	ctx_init(&ctx);
	make_file();
	for (mapped = 0; mapped < 2; mapped++) {
		assert_int_equal(file_open(&ctx, path, mapped ? &faults : NULL,
		    &f), 0);
		assert_string_equal(file_name(f), path);
		assert_int_equal(file_size(f), SIZE);
		assert_int_equal(file_map(f, 0, SIZE) != NULL, mapped);
		assert_null(file_map(f, 1, SIZE));
		assert_null(file_map(f, UINT64_MAX, 2));
		assert_int_equal(file_read(&ctx, f, 4095, buf, 4098), 0);
		assert_int_equal(buf[0], 1);
		assert_int_equal(buf[1], 2);
		assert_int_equal(buf[4097], 3);
		assert_int_equal(file_read(&ctx, f, SIZE, buf, 0), 0);
		assert_int_equal(file_read(&ctx, f, SIZE - 1, buf, 2),
		    E_TRUNCATED);
		assert_int_equal(file_read(&ctx, f, UINT64_MAX, buf, 2),
		    E_TRUNCATED);
		assert_int_equal(ctx.err.addr, UINT64_MAX);
		file_drop(f, 0, SIZE);
		file_drop(f, 100, UINT64_MAX);
		file_drop(f, UINT64_MAX, 1);
		assert_int_equal(file_read(&ctx, f, 8192, buf, 1), 0);
		assert_int_equal(buf[0], 3);
		file_close(f);
	}
	unlink(path);
	ctx_fini(&ctx);
}

static void
what_is_no_file(void **state)
{
	struct file *f;
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	assert_int_equal(file_open(&ctx, "/no/such/file", NULL, &f),
	    E_NOT_FOUND);
	assert_int_equal(ctx.err.sys_errno, ENOENT);
	assert_int_equal(file_open(&ctx, "/tmp", NULL, &f), E_UNSUPPORTED);
	assert_non_null(strstr(ctx.err.text, "directory"));
	assert_int_equal(file_open(&ctx, "/dev/null", NULL, &f),
	    E_UNSUPPORTED);
	/* A pipe that nobody writes to must not be waited for. */
	strcpy(path, "/tmp/kpeek-fifo.XXXXXX");
	close(mkstemp(path));
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(20);
	assert_int_equal(file_open(&ctx, path, NULL, &f), E_UNSUPPORTED);
	alarm(0);
	assert_non_null(strstr(ctx.err.text, "pipe"));
	unlink(path);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(file_open(&ctx, path, NULL, &f), E_UNSUPPORTED);
	assert_non_null(strstr(ctx.err.text, "empty"));
	unlink(path);
	ctx_fini(&ctx);
}

/* The file shrinks under its mapping: an error, no crash, no wrong bytes. */
static void
shrinks_underneath(void **state)
{
	struct sigaction sa, before;
	uint8_t buf[8192];
	struct file *f;
	struct ctx ctx;
	unsigned count;

	(void)state;
	memset(&sa, 0, sizeof(sa));
	sa.sa_sigaction = on_sigbus;
	sa.sa_flags = SA_SIGINFO;
	assert_int_equal(sigaction(SIGBUS, &sa, &before), 0);
	ctx_init(&ctx);
	make_file();
	assert_int_equal(file_open(&ctx, path, &faults, &f), 0);
	assert_non_null(file_map(f, 0, SIZE));
	count = faults.count;
	assert_int_equal(truncate(path, 10 * 4096 + 100), 0);
	assert_int_equal(file_read(&ctx, f, 9 * 4096, buf, 4096), 0);
	assert_int_equal(buf[0], 10);
	assert_int_equal(faults.count, count);
	assert_int_equal(file_read(&ctx, f, 10 * 4096, buf, 8192), E_IO);
	assert_int_equal(ctx.err.addr, 10 * 4096 + 100);
	assert_int_equal(faults.count, count + 1);
	assert_int_equal(strays, 0);
	/* From then on by reading: what is left can still be had. */
	assert_null(file_map(f, 0, 1));
	assert_int_equal(file_read(&ctx, f, 8 * 4096, buf, 4096), 0);
	assert_int_equal(buf[0], 9);
	assert_int_equal(file_read(&ctx, f, 11 * 4096, buf, 8), E_IO);
	assert_int_equal(ctx.err.addr, 11 * 4096);
	file_close(f);
	/* An address of nobody's mapping is not ours to mend. */
	assert_false(file_fault(&faults, &faults));
	unlink(path);
	sigaction(SIGBUS, &before, NULL);
	ctx_fini(&ctx);
}

/* Zeros that are stored nowhere; a file system may have none. */
static void
knows_holes(void **state)
{
	static const uint64_t at[] = { 0, 1, 8191, 8192, 65536 - 1 };
	struct file_piece *pieces;
	struct file *f;
	struct ctx ctx;
	uint64_t end;
	size_t i;
	int fd;

	(void)state;
	ctx_init(&ctx);
	strcpy(path, "/tmp/kpeek-file.XXXXXX");
	fd = mkstemp(path);
	assert_int_not_equal(fd, -1);
	assert_int_equal(ftruncate(fd, 1 << 20), 0);
	assert_int_equal(pwrite(fd, path, 4096 > sizeof(path) ? sizeof(path) :
	    4096, 65536), sizeof(path));
	close(fd);
	assert_int_equal(file_open(&ctx, path, NULL, &f), 0);
	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		end = file_data(f, at[i]);
		assert_true(end == 65536 || end == at[i]);
	}
	end = file_data(f, 65536 + 8192);
	assert_true(end == 1 << 20 || end == 65536 + 8192);
	assert_int_equal(file_data(f, 1 << 20), 1 << 20);
	assert_int_equal(file_data(f, UINT64_MAX), UINT64_MAX);
	/* Rearranged: the gap, a piece within the hole, one with bytes. */
	pieces = calloc(2, sizeof(*pieces));
	assert_non_null(pieces);
	pieces[0] = (struct file_piece){ 0x1000, 0x1000, 0x2000 };
	pieces[1] = (struct file_piece){ 0x2000, 0x1000, 65536 };
	file_arrange(f, pieces, 2, 0x9000, true);
	assert_int_equal(file_data(f, 0x10), 0x1000);
	end = file_data(f, 0x1800);
	assert_true(end == 0x2000 || end == 0x1800);
	assert_int_equal(file_data(f, 0x2010), 0x2010);
	assert_int_equal(file_data(f, 0x3000), 0x9000);
	file_close(f);
	unlink(path);
	ctx_fini(&ctx);
}

static void
more_files_than_slots(void **state)
{
	struct file *f[FILE_FAULTS_MAX + 2];
	struct ctx ctx;
	uint8_t byte;
	size_t i;

	(void)state;
	ctx_init(&ctx);
	make_file();
	for (i = 0; i < FILE_FAULTS_MAX + 2; i++) {
		assert_int_equal(file_open(&ctx, path, &faults, &f[i]), 0);
		assert_int_equal(file_map(f[i], 0, 1) != NULL,
		    i < FILE_FAULTS_MAX);
		assert_int_equal(file_read(&ctx, f[i], 4096, &byte, 1), 0);
		assert_int_equal(byte, 2);
	}
	for (i = 0; i < FILE_FAULTS_MAX + 2; i++)
		file_close(f[i]);
	for (i = 0; i < FILE_FAULTS_MAX; i++)
		assert_false(faults.watch[i].taken || faults.watch[i].end != 0);
	unlink(path);
	ctx_fini(&ctx);
}

UNIT_MAIN(UNIT(reads_what_is_there), UNIT(what_is_no_file),
    UNIT(shrinks_underneath), UNIT(knows_holes),
    UNIT(more_files_than_slots))
