/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/pty/lost.h"

#include "base/bytes.h"
#include "tests/mk/mk_stub.h"
#include "tests/pty/terminal.h"

#include <sys/mman.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GUEST		((size_t)512 << 20)	/* bytes, mostly untouched */
#define PT_LOAD		1
#define PT_NOTE		4
#define QEMU_NOTE	440		/* bytes; cr3 of QEMUCPUState lies at ... */
#define QEMU_CR3	416		/* ... this, see QEMU's arch_dump.c */

struct run {
	const char *kpeek, *target;
};

static int
exec_kpeek(void *arg)
{
	const struct run *r = arg;

	execl(r->kpeek, r->kpeek, r->target, NULL);
	return (127);
}

/* The page-table root that QEMU noted of the first CPU. */
static uint64_t
root_of(const uint8_t *notes, size_t n)
{
	size_t at, name, desc;

	for (at = 0; at + 12 <= n; at += 12 + name + desc) {
		name = (load_u32(notes + at, false) + 3) & ~3u;
		desc = (load_u32(notes + at + 4, false) + 3) & ~3u;
		if (desc == QEMU_NOTE && at + 12 + name + desc <= n)
			return (load_u64(notes + at + 12 + name + QEMU_CR3,
			    false));
	}
	return (0);
}

/* The memory of a dump as that of a machine: what it lacks is zeros there. */
static bool
load_guest(struct mk_stub *s, const char *builddir)
{
	uint8_t head[64], ph[56], *notes;
	uint64_t off, pa, n;
	unsigned i;
	bool good;
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/demo.elf", builddir);
	fd = open(path, O_RDONLY);
	s->size = GUEST;
	s->memory = mmap(NULL, GUEST, PROT_READ | PROT_WRITE, MAP_PRIVATE |
	    MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	good = s->memory != MAP_FAILED && pread(fd, head, 64, 0) == 64;
	for (i = 0; good && i < load_u16(head + 56, false); i++) {
		good = pread(fd, ph, 56, (off_t)(load_u64(head + 32, false) +
		    56 * i)) == 56;
		off = load_u64(ph + 8, false);
		pa = load_u64(ph + 24, false);
		n = load_u64(ph + 32, false);
		if (good && load_u32(ph, false) == PT_NOTE && n < 65536) {
			notes = malloc(n);
			good = pread(fd, notes, n, (off_t)off) == (ssize_t)n;
			s->cr3 = good ? root_of(notes, n) : 0;
			free(notes);
		} else if (good && load_u32(ph, false) == PT_LOAD &&
		    pa >= MK_STUB_BASE && pa - MK_STUB_BASE < GUEST - n) {
			good = pread(fd, s->memory + (pa - MK_STUB_BASE), n,
			    (off_t)off) == (ssize_t)n;
		}
	}
	close(fd);
	return (good && s->cr3 != 0);
}

static void (*verdict)(bool good, const char *what);

/* Type keys: what they ask for comes to the screen, whatever the target does. */
static void
answers(struct terminal *t, const char *keys, const char *shown,
    const char *what)
{
	tty_type(t, keys);
	verdict(tty_shows(t, shown), what);
}

/* What is half typed meanwhile is not lost either. */
static void
connects(struct terminal *t, const char *what)
{
	answers(t, ":reconnect\r:hex linux_ba", " CONNECTING", what);
	answers(t, "nner\r", " LIVE", what);
	verdict(tty_shows(t, "Linux versi"), what);
}

/* Three places at once and back from the last, which leaves the one before. */
#define PLACES	":hex 0xffffffff00001000\r:hex 0xffffffff00002000\r"	\
		":hex 0xffffffff00003000\r\177"

static void
keeps_keys(struct terminal *t, const char *what)
{
	answers(t, PLACES, "Memory 0xffffffff00002000", what);
	answers(t, "\177", "Memory 0xffffffff00001000", what);
}

static void
try_silence(struct terminal *t, struct mk_stub *s)
{
	s->mute = true;
	keeps_keys(t, "silent: keys");
	/* On a machine that has no time for it one may pass unseen. */
	verdict(tty_shows_one(t, " NO ANSWER", " LOST"), "silent: it is told");
	answers(t, ":type list_head\r", "struct list_head *",
	    "silent: what needs no target");
	verdict(tty_shows(t, " LOST"), "silent for long: it is lost");
	keeps_keys(t, "lost: keys");
	mk_stub_end(s);
	answers(t, ":reconnect\r", "No such file", "gone: reconnecting");
	s->mute = false;
	mk_stub_start(s);
	connects(t, "started anew: it is found");
}

static void
try_nonsense(struct terminal *t, struct mk_stub *s)
{
	s->nonsense = true;
	keeps_keys(t, "nonsense: keys");
	verdict(tty_shows(t, " LOST"), "nonsense: it is lost");
	answers(t, ":reconnect\r", "not a target", "nonsense: reconnecting");
	s->nonsense = false;
	connects(t, "nonsense: it is found");
}

/* It ends while it is asked, and while nobody asks for anything. */
static void
try_death(struct terminal *t, struct mk_stub *s)
{
	s->die = 0;
	keeps_keys(t, "dies: keys");
	verdict(tty_shows(t, " LOST"), "dies: it is lost");
	keeps_keys(t, "dies: more keys");
	s->die = -1;
	connects(t, "dies: it is found");
	answers(t, ":set refresh=off\r:set refresh?\r", "refresh=off",
	    "never asked: so it is");
	mk_stub_drop(s);
	verdict(tty_shows(t, " LOST"), "never asked: gone, lost");
	connects(t, "never asked: it is found");
}

/* Memory that goes away, and a kernel that is another one from now on. */
static void
try_others(struct terminal *t, struct mk_stub *s)
{
	static const char words[] = "Linux version ";
	uint8_t *p, *end = s->memory + s->size;

	answers(t, ":set refresh=0.1\r:set refresh?\r", "refresh=0.1",
	    "another: is asked often");
	s->shrunk = s->size;
	verdict(tty_shows(t, " LOST"), "shrinks: it is lost");
	keeps_keys(t, "shrinks: keys");
	s->shrunk = 0;
	connects(t, "shrinks: it is found");
	for (p = s->memory; (p = memmem(p, (size_t)(end - p), words,
	    sizeof(words) - 1)) != NULL; p++)
		p[sizeof(words)] ^= 1;
	verdict(tty_shows(t, "another kernel"), "another: it is told");
	verdict(tty_shows(t, " LOST"), "another: it is lost");
}

void
lost_try(const char *kpeek, const char *builddir,
    void (*check)(bool good, const char *what))
{
	static const char *const env[] = { "LC_ALL", "C.UTF-8", NULL };
	static struct mk_stub s;
	struct terminal t;
	char target[128];
	struct run r = { kpeek, target };

	verdict = check;
	s.die = -1;
	if (!load_guest(&s, builddir)) {
		check(false, "a target: has no memory");
		return;
	}
	mk_stub_start(&s);
	snprintf(target, sizeof(target), "gdb:%s", s.path);
	tty_start(&t, "xterm-256color", 80, 24, env, exec_kpeek, &r);
	verdict(tty_shows(&t, " LIVE"), "a target: opens");
	try_silence(&t, &s);
	try_nonsense(&t, &s);
	try_death(&t, &s);
	try_others(&t, &s);
	tty_type(&t, "Q");
	verdict(tty_shows(&t, "[ended 0 same]"), "a target: ends well");
	tty_stop(&t);
	mk_stub_end(&s);
	munmap(s.memory, GUEST);
}
