/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Feeds the parsers.  By itself: replay [ROUNDS] CORPUS runs each target over
 * its good input, ROUNDS damaged forms of it, and the files of CORPUS/NAME/.
 * A crash, a sanitizer's word or 20 seconds for one input is a failure.
 * replay seed NAME FILE writes the good input of a target, replay list names
 * them all.
 *
 * Built with -DLIBFUZZER and -fsanitize=fuzzer the same targets serve libFuzzer,
 * the one that KPEEK_FUZZ names; see run.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct fuzz_target *const targets[] = {
	&fuzz_lime, &fuzz_avml, &fuzz_vmware, &fuzz_raw,
	&fuzz_fbsd_elf, &fuzz_kerneldump, &fuzz_expand, &fuzz_converted,
	&fuzz_elf, &fuzz_kallsyms, &fuzz_btf, &fuzz_vmcoreinfo, &fuzz_keymap,
	&fuzz_expr, &fuzz_minidump, &fuzz_minidump_arm, &fuzz_minidump_power,
	&fuzz_kdump, &fuzz_kdump_32, &fuzz_flat, &fuzz_split, &fuzz_replay,
	&fuzz_gdb, &fuzz_qmp,
	&fuzz_journal, &fuzz_patch, &fuzz_view, &fuzz_dwarf, &fuzz_dwarf_old,
	&fuzz_cfi, &fuzz_orc, &fuzz_walkers, &fuzz_debugfile,
};

#define NTARGETS	(sizeof(targets) / sizeof(targets[0]))

static const struct fuzz_target *
find_target(const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < NTARGETS; i++)
		if (strcmp(targets[i]->name, name) == 0)
			return (targets[i]);
	return (NULL);
}

#ifdef LIBFUZZER

int	LLVMFuzzerInitialize(int *, char ***);
int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const struct fuzz_target *target;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	target = find_target(getenv("KPEEK_FUZZ"));
	if (target != NULL)
		return (0);
	fprintf(stderr, "KPEEK_FUZZ names no target\n");
	exit(2);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	target->run(p, n);
	return (0);
}

#else

static uint64_t
rnd(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return (*x);
}

/* An input lies in memory of its own, for the sanitizers to guard. */
static void
feed(const struct fuzz_target *t, const void *p, size_t n)
{
	uint8_t *own;

	own = malloc(n > 0 ? n : 1);
	if (own == NULL)
		exit(1);
	if (n > 0)
		memcpy(own, p, n);
	alarm(20);
	t->run(own, n);
	alarm(0);
	free(own);
}

/* Bits, words and runs change, and the end is cut off. */
static size_t
damage(uint8_t *p, size_t n, uint64_t *x)
{
	static const uint8_t words[][8] = {
		{ 0 }, { 1 }, { 255, 255, 255, 255, 255, 255, 255, 255 },
		{ 0, 0, 0, 128 }, { 255, 255, 255, 127 }, { 0, 1 },
	};
	uint64_t times, at, len;

	for (times = rnd(x) % 4 + 1; times > 0; times--) {
		at = rnd(x) % n;
		len = n - at < 8 ? n - at : 8;
		switch (rnd(x) % 5) {
		case 0:
			p[at] ^= (uint8_t)(1u << rnd(x) % 8);
			break;
		case 1:
			p[at] = (uint8_t)rnd(x);
			break;
		case 2:
			memcpy(p + at, words[rnd(x) % 6], len);
			break;
		case 3:
			memmove(p + at, p + rnd(x) % (n - len + 1), len);
			break;
		default:
			/* Where headers are. */
			p[at % (n < 128 ? n : 128)] = (uint8_t)rnd(x);
			break;
		}
	}
	return (rnd(x) % 4 == 0 ? rnd(x) % n : n);
}

static size_t
replay_files(const struct fuzz_target *t, const char *corpus)
{
	static uint8_t buf[1 << 20];
	struct dirent *de;
	char path[1024];
	size_t n, count;
	FILE *f;
	DIR *d;

	snprintf(path, sizeof(path), "%s/%s", corpus, t->name);
	d = opendir(path);
	for (count = 0; d != NULL && (de = readdir(d)) != NULL;) {
		if (de->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s/%s", corpus, t->name,
		    de->d_name);
		f = fopen(path, "rb");
		if (f == NULL)
			continue;
		n = fread(buf, 1, sizeof(buf), f);
		fclose(f);
		feed(t, buf, n);
		count++;
	}
	if (d != NULL)
		closedir(d);
	return (count);
}

static int
write_seed(const char *name, const char *path)
{
	const struct fuzz_target *t;
	struct buf seed;
	FILE *f;
	int rc;

	t = find_target(name);
	f = t != NULL ? fopen(path, "wb") : NULL;
	if (f == NULL)
		return (1);
	memset(&seed, 0, sizeof(seed));
	t->seed(&seed);
	rc = fwrite(seed.p, seed.len, 1, f) != 1;
	rc |= fclose(f) != 0;
	buf_fini(&seed);
	return (rc);
}

int
main(int argc, char **argv)
{
	const struct fuzz_target *t;
	struct buf seed, hurt;
	uint64_t x;
	size_t i, j, n, rounds;

	if (argc == 4 && strcmp(argv[1], "seed") == 0)
		return (write_seed(argv[2], argv[3]));
	if (argc == 2 && strcmp(argv[1], "list") == 0) {
		for (i = 0; i < NTARGETS; i++)
			printf("%s\n", targets[i]->name);
		return (0);
	}
	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: replay [ROUNDS] CORPUS\n"
		    "       replay seed NAME FILE\n"
		    "       replay list\n");
		return (2);
	}
	rounds = argc == 3 ? strtoul(argv[1], NULL, 10) : 300;
	for (i = 0; i < NTARGETS; i++) {
		t = targets[i];
		memset(&seed, 0, sizeof(seed));
		t->seed(&seed);
		feed(t, seed.p, seed.len);
		feed(t, "", 0);
		for (j = 0, x = 0x2545f4914f6cdd1d; j < rounds; j++) {
			memset(&hurt, 0, sizeof(hurt));
			buf_add(&hurt, seed.p, seed.len);
			n = damage((uint8_t *)hurt.p, hurt.len, &x);
			feed(t, hurt.p, n);
			buf_fini(&hurt);
		}
		n = replay_files(t, argv[argc - 1]);
		printf("ok %s: %zu damaged inputs, %zu files\n", t->name,
		    rounds, n);
		fflush(stdout);
		buf_fini(&seed);
	}
	return (0);
}

#endif
