/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/identity.h"

#include "base/hash.h"
#include "engine/os/os.h"

#include <stdio.h>
#include <string.h>

/* 16 bytes that are made anew at each boot. */
static const char *const boot_symbols[] = { "sysctl_bootid", "boottimebin" };

static void	add(char *text, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));

static void
add(char *text, const char *fmt, ...)
{
	const size_t n = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + n, IDENTITY_MAX - n, fmt, ap);
	va_end(ap);
}

/* A name of the kernel that holds no blanks. */
static bool
is_word(const char *s)
{
	size_t n = strlen(s);

	return (n > 0 && n <= 64 && strspn(s, "0123456789abcdefABCDEF") == n);
}

static int
add_kernel(struct ctx *ctx, struct kernel *k, char *text)
{
	struct os_info info;
	struct arena arena;
	int rc;

	memset(&info, 0, sizeof(info));
	arena_init(&arena);
	rc = os_info(ctx, k, &arena, &info);
	if (rc == 0) {
		if (info.build_id.status == 0 && is_word(info.build_id.s))
			add(text, "build:%s ", info.build_id.s);
		else if (info.version.status == 0 && info.version.s[0] != '\0')
			add(text, "kernel:%016llx ", (unsigned long long)
			    hash_str(info.version.s));
		if (info.kaslr.status == 0)
			add(text, "kaslr:0x%llx ",
			    (unsigned long long)info.kaslr.v);
	}
	arena_fini(&arena);
	return (rc);
}

static void
add_boot(struct ctx *ctx, struct kernel *k, char *text)
{
	const struct symbol *s;
	uint8_t id[16];
	size_t i, j;

	for (i = 0; i < sizeof(boot_symbols) / sizeof(boot_symbols[0]); i++) {
		s = sym_find(&k->symbols, boot_symbols[i]);
		if (s == NULL || space_read(ctx, &k->space, s->addr, id,
		    sizeof(id)) != 0)
			continue;
		/* Made when first asked for. */
		for (j = 0; j < sizeof(id) && id[j] == 0; j++)
			;
		if (j == sizeof(id))
			continue;
		add(text, "boot:");
		for (j = 0; j < sizeof(id); j++)
			add(text, "%02x", id[j]);
		add(text, " ");
		return;
	}
}

static void
add_moment(const struct dump *d, char *text)
{
	uint64_t h = 0;
	size_t i;

	for (i = 0; i < d->ncpus; i++)
		if (d->cpus[i].has_regs)
			h = hash_u64(h + hash_bytes(d->cpus[i].regs,
			    d->cpus[i].regs_size));
	if (h != 0)
		add(text, "cpus:%016llx ", (unsigned long long)h);
	if (d->dump_time != 0)
		add(text, "time:%llu ", (unsigned long long)d->dump_time);
}

int
kernel_identity(struct ctx *ctx, struct kernel *k, char text[IDENTITY_MAX])
{
	size_t n;
	int rc;

	text[0] = '\0';
	ctx->quiet++;
	rc = k->os != NULL ? add_kernel(ctx, k, text) : 0;
	if (rc != E_NOMEM && rc != E_CANCELLED) {
		add_boot(ctx, k, text);
		if (!k->live)
			add_moment(k->dump, text);
		if (text[0] == '\0')
			add(text, "memory:0x%llx ", (unsigned long long)
			    mem_end(ctx, &k->mem));
		rc = 0;
	}
	ctx->quiet--;
	if (rc != 0)
		return (ctx_fail(ctx, rc, "what is open cannot be told from "
		    "others: %s", status_text(rc)));
	ctx_clear(ctx);
	n = strlen(text);
	text[n - 1] = '\0';
	return (0);
}

/* The word of that key in a line: its value and *len, or NULL. */
static const char *
find(const char *line, const char *key, size_t keylen, size_t *len)
{
	size_t n;

	for (; *line != '\0'; line += n) {
		line += strspn(line, " ");
		n = strcspn(line, " ");
		if (n > keylen && strncmp(line, key, keylen) == 0 &&
		    line[keylen] == ':') {
			*len = n - keylen - 1;
			return (line + keylen + 1);
		}
	}
	return (NULL);
}

int
identity_match(struct ctx *ctx, const char *mine, const char *theirs)
{
	const char *p, *value, *other;
	size_t n, keylen, len, shared;

	for (p = mine, shared = 0; *p != '\0'; p += n) {
		p += strspn(p, " ");
		n = strcspn(p, " ");
		keylen = strcspn(p, ": ");
		if (keylen == 0 || keylen + 1 >= n)
			continue;
		value = p + keylen + 1;
		other = find(theirs, p, keylen, &len);
		if (other == NULL)
			continue;
		if (len != n - keylen - 1 || memcmp(value, other, len) != 0)
			return (ctx_fail(ctx, E_UNSUPPORTED, "it is of another "
			    "target: %.*s is %.*s there and %.*s here",
			    (int)keylen, p, (int)len, other,
			    (int)(n - keylen - 1), value));
		/* Many kernels lie at the same place. */
		if (strncmp(p, "kaslr:", 6) != 0)
			shared++;
	}
	return (shared > 0 ? 0 : ctx_fail(ctx, E_UNSUPPORTED, "nothing shows that it "
	    "is of this target (there: \"%.200s\"; here: \"%.200s\")", theirs,
	    mine));
}
