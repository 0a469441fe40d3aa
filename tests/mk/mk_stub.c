/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_stub.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char xml[] = "<?xml version=\"1.0\"?><target><architecture>"
    "i386:x86-64</architecture><xi:include href=\"core.xml\"/></target>";
static const char core[] = "<!-- a <reg name=\"no\" bitsize=\"8\"/> -->"
    "<feature><reg name=\"rax\" bitsize=\"64\" regnum=\"0\"/>"
    "<reg name=\"rip\" bitsize=\"64\"/><reg name=\"eflags\" bitsize=\"32\"/>"
    "<reg name=\"cr3\" bitsize=\"64\" regnum=\"9\"/>"
    "<reg name=\"cr4\" bitsize=\"64\"/></feature>";

static void
put(struct mk_stub *s, int fd, const char *text)
{
	char *packet;
	unsigned sum;
	size_t i, n = strlen(text);
	ssize_t k;

	if (s->mute)
		return;
	packet = malloc(n + 8);
	for (i = 0, sum = 0; i < n; i++)
		sum += (unsigned char)text[i];
	if (s->damage > 0) {
		s->damage--;
		sum++;
	}
	sprintf(packet, "$%s#%02x", text, sum & 0xff);
	while (s->hold)
		usleep(1000);
	s->unanswered = true;
	free(s->last);
	s->last = strdup(text);
	k = send(fd, packet, n + 4, MSG_NOSIGNAL);
	(void)k;
	free(packet);
}

/* Again, as it should have been. */
static void
put_again(struct mk_stub *s, int fd)
{
	char *text = s->last;

	s->last = NULL;
	if (text != NULL)
		put(s, fd, text);
	free(text);
}

static void
put_hex(struct mk_stub *s, int fd, const char *prefix, const void *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char *text = malloc(strlen(prefix) + 2 * n + 1), *at;
	size_t i;

	at = text + sprintf(text, "%s", prefix);
	for (i = 0; i < n; i++) {
		*at++ = digits[((const uint8_t *)p)[i] >> 4];
		*at++ = digits[((const uint8_t *)p)[i] & 15];
	}
	*at = '\0';
	put(s, fd, text);
	free(text);
}

static void
document(struct mk_stub *s, int fd, const char *text, const char *args)
{
	unsigned long off, len;
	char part[600];

	if (sscanf(args, "%lx,%lx", &off, &len) != 2 || off > strlen(text) ||
	    len == 0) {
		put(s, fd, "E00");
		return;
	}
	if (len > 100)
		len = 100;
	snprintf(part, sizeof(part), "%c%.*s",
	    off + len < strlen(text) ? 'm' : 'l', (int)len, text + off);
	put(s, fd, part);
}

static void
monitor(struct mk_stub *s, int fd, const char *command)
{
	char text[512];

	if (strcmp(command, "696e666f206d74726565202d66") == 0) {
		snprintf(text, sizeof(text), "FlatView #0\r\n AS \"memory\", "
		    "root: system\r\n Root memory region: system\r\n"
		    "  %016llx-%016llx (prio 0, ram): pc.ram\r\n"
		    "  00000000fee00000-00000000feefffff (prio 4096, i/o): "
		    "apic-msi\r\n\r\nFlatView #1\r\n AS \"I/O\", root: io\r\n"
		    "  0000000000000000-0000000000000fff (prio 0, ram): x\r\n",
		    (unsigned long long)MK_STUB_BASE,
		    (unsigned long long)(MK_STUB_BASE + s->size - 1));
		put_hex(s, fd, "O", text, strlen(text));
	} else if (strcmp(command, "696e666f2076657273696f6e") == 0) {
		snprintf(text, sizeof(text), "%s\r\n", s->version != NULL ?
		    s->version : "7.2.22 (Debian 1:7.2)");
		put_hex(s, fd, "O", text, strlen(text));
	} else
		put_hex(s, fd, "O", s->prelaunch ?
		    "VM status: paused (prelaunch)\r\n" :
		    "VM status: paused\r\n", s->prelaunch ? 31 : 19);
	put(s, fd, "OK");
}

static void
memory(struct mk_stub *s, int fd, const char *args)
{
	unsigned long long addr, n;

	s->reads++;
	if (sscanf(args, "%llx,%llx", &addr, &n) != 2 ||
	    addr < MK_STUB_BASE || n > 2048 ||
	    addr - MK_STUB_BASE + n > s->size) {
		s->outside++;
		put(s, fd, "E14");
		return;
	}
	if (addr - MK_STUB_BASE + n > s->size - s->shrunk) {
		put(s, fd, "E14");
		return;
	}
	if (s->short_answers && n > 16)
		n = 16;
	put_hex(s, fd, "", s->memory + (addr - MK_STUB_BASE), (size_t)n);
}

static void
store(struct mk_stub *s, int fd, const char *args)
{
	unsigned long long addr, n, i;
	const char *p = strchr(args, ':');
	unsigned byte;

	if (sscanf(args, "%llx,%llx", &addr, &n) != 2 || p == NULL ||
	    addr < MK_STUB_BASE || addr - MK_STUB_BASE + n > s->size ||
	    strlen(p + 1) != 2 * n) {
		put(s, fd, "E22");
		return;
	}
	for (i = 0; i < n; i++)
		if (sscanf(p + 1 + 2 * i, "%2x", &byte) == 1)
			s->memory[addr - MK_STUB_BASE + i] = (uint8_t)byte;
	s->writes++;
	put(s, fd, "OK");
}

/*
 * What kernel/debug/gdbstub.c answers on x86-64: no features, no documents, two
 * CPUs and then a list of tasks without an end; of memory what its buffer of
 * 1024 bytes holds.
 */
static void
respond_kgdb(struct mk_stub *s, int fd, const char *q)
{
	static const uint8_t regs[164] = { [128] = 0x20, [131] = 0x81,
	    [132] = 0xff, [133] = 0xff, [134] = 0xff, [135] = 0xff };
	unsigned long long addr, n;

	if (strcmp(q, "?") == 0)
		put(s, fd, "S05");
	else if (strcmp(q, "g") == 0)
		put_hex(s, fd, "", regs, sizeof(regs));
	else if (strcmp(q, "qfThreadInfo") == 0)
		put(s, fd, "mfffffffe,fffffffd,01,02,03");
	else if (strcmp(q, "qsThreadInfo") == 0) {
		s->outside++;
		put(s, fd, "m04,05,06");
	} else if (strncmp(q, "Hg", 2) == 0)
		put(s, fd, strcmp(q, "Hgfffffffe") == 0 ||
		    strcmp(q, "Hgfffffffd") == 0 ? "OK" : "E16");
	else if (q[0] == 'm' && sscanf(q + 1, "%llx,%llx", &addr, &n) == 2 &&
	    n > 512)
		s->outside++;		/* it would write over its own end */
	else if (q[0] == 'm')
		memory(s, fd, q + 1);
	else if (q[0] == 'M')
		store(s, fd, q + 1);
	else if (strcmp(q, "D") == 0) {
		s->detached++;
		put(s, fd, "OK");
	} else
		put(s, fd, "");
}

static void
respond(struct mk_stub *s, int fd, const char *q)
{
	static const uint64_t regs[] = { 0x1111, 0xffffffff81000000, 0x246 };
	const uint64_t cr3 = s->cr3 != 0 ? s->cr3 : 0x1234000, cr4 = 0x20;

	if (s->kgdb)
		respond_kgdb(s, fd, q);
	else if (s->nonsense)
		put(s, fd, q[0] == 'm' ? "zz*!" : "qqq");
	else if (strncmp(q, "qSupported", 10) == 0)
		put(s, fd, "PacketSize=1000;qXfer:features:read+");
	else if (strcmp(q, "qqemu.PhyMemMode") == 0)
		put(s, fd, s->no_physical ? "" : "0");
	else if (strncmp(q, "Qqemu.PhyMemMode:", 17) == 0) {
		s->physical = q[17] == '1';
		put(s, fd, "OK");
	} else if (strncmp(q, "qRcmd,", 6) == 0)
		monitor(s, fd, q + 6);
	else if (strncmp(q, "qXfer:features:read:target.xml:", 31) == 0)
		document(s, fd, xml, q + 31);
	else if (strncmp(q, "qXfer:features:read:core.xml:", 29) == 0)
		document(s, fd, core, q + 29);
	else if (strcmp(q, "qfThreadInfo") == 0)
		put(s, fd, "m01,02");
	else if (strcmp(q, "qsThreadInfo") == 0)
		put(s, fd, "l");
	else if (strncmp(q, "Hg", 2) == 0)
		put(s, fd, "OK");
	else if (strcmp(q, "g") == 0)
		put_hex(s, fd, "", regs, 20);
	else if (strcmp(q, "p9") == 0)
		put_hex(s, fd, "", &cr3, 8);
	else if (strcmp(q, "pa") == 0)
		put_hex(s, fd, "", &cr4, 8);
	else if (strcmp(q, "?") == 0)
		put(s, fd, "T05thread:01;");
	else if (q[0] == 'm')
		memory(s, fd, q + 1);
	else if (q[0] == 'M')
		store(s, fd, q + 1);
	else if (strcmp(q, "c") == 0)
		s->running = true;
	else if (strcmp(q, "D") == 0) {
		s->detached++;
		s->running = true;
		put(s, fd, "OK");
	} else
		put(s, fd, "");
}

/* Bytes as QEMU takes them: the first one stops a machine that runs. */
static bool
feed(struct mk_stub *s, int fd, char *held, size_t *nheld, char c)
{
	char *end;
	ssize_t k;

	if (s->unanswered && c == '-') {
		put_again(s, fd);
		return (true);
	}
	/* With the next question it has been heard, as QEMU takes it. */
	if (c == '$')
		s->unanswered = false;
	/* The receipt of an answer stops nothing, not even that of "D". */
	if (s->unanswered && c == '+') {
		s->unanswered = false;
		return (true);
	}
	if (s->running) {
		s->running = false;
		s->stops++;
		put(s, fd, "T02thread:01;");
		return (true);
	}
	if (*nheld == 0 && c != '$')
		return (true);
	if (*nheld < 8000)
		held[(*nheld)++] = c;
	end = memchr(held, '#', *nheld);
	if (end == NULL || end + 3 > held + *nheld)
		return (true);
	*end = '\0';
	*nheld = 0;
	if (!s->mute) {
		k = send(fd, "+", 1, MSG_NOSIGNAL);
		(void)k;
	}
	if (s->die == 0)
		return (false);
	if (s->die > 0)
		s->die--;
	respond(s, fd, held + 1);
	return (true);
}

static void *
serve(void *arg)
{
	struct mk_stub *s = arg;
	char in[4096], *held = malloc(8001);
	size_t nheld;
	ssize_t n, i;
	bool alive;
	int fd;

	while ((fd = accept(s->listener, NULL, NULL)) != -1) {
		/* Whoever comes stops it. */
		if (s->running) {
			s->running = false;
			put(s, fd, "T02thread:01;");
		}
		nheld = 0;
		s->connection = fd;
		for (alive = true; alive &&
		    (n = read(fd, in, sizeof(in))) > 0;)
			for (i = 0; i < n && alive; i++)
				alive = feed(s, fd, held, &nheld, in[i]);
		s->connection = -1;
		close(fd);
	}
	free(held);
	return (NULL);
}

void
mk_stub_start(struct mk_stub *s)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	s->running = !s->was_stopped;
	s->unanswered = s->physical = false;
	s->stops = s->reads = s->writes = s->outside = s->detached = 0;
	snprintf(s->path, sizeof(s->path), "/tmp/kpeek-stub.%ld",
	    (long)getpid());
	unlink(s->path);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", s->path);
	s->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(s->listener, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    listen(s->listener, 1) == -1 ||
	    pthread_create(&s->thread, NULL, serve, s) != 0)
		abort();
}

void
mk_stub_pause(struct mk_stub *s)
{
	if (!s->running)
		return;
	s->running = false;
	put(s, s->connection, "T02thread:01;");
}

void
mk_stub_cont(struct mk_stub *s)
{
	s->running = true;
}

void
mk_stub_drop(struct mk_stub *s)
{
	shutdown(s->connection, SHUT_RDWR);
}

void
mk_stub_end(struct mk_stub *s)
{
	shutdown(s->listener, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->listener);
	unlink(s->path);
	free(s->last);
	s->last = NULL;
}
