/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Root is needed to open a running kernel, not to look at what is open.  Where
 * sudo was used, uid and gid become those of the user who called it; in any
 * case capabilities go, and no program that is started can bring them back
 * (capabilities(7), PR_SET_NO_NEW_PRIVS(2const)).
 */
#include "ui/options.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/capability.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define KEPT_OPEN	1024	/* descriptors that the keeper may inherit */

/* A positive number in the environment, else 0. */
static unsigned
id_of(const char *name)
{
	const char *text = getenv(name);
	unsigned long v;
	char *end;

	if (text == NULL || text[0] < '1' || text[0] > '9')
		return (0);
	errno = 0;
	v = strtoul(text, &end, 10);
	return (errno == 0 && *end == '\0' && v < UINT_MAX ? (unsigned)v : 0);
}

/* glibc has no call for it. */
static int
set_capabilities(uint64_t mask)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = (uint32_t)mask, .permitted = (uint32_t)mask },
		{ .effective = (uint32_t)(mask >> 32),
		    .permitted = (uint32_t)(mask >> 32) },
	};

	return ((int)syscall(SYS_capset, &head, data));
}

/* Of what may be kept: that which is there. */
static uint64_t
present(uint64_t mask)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data) == -1)
		return (0);
	return (mask & (data[0].permitted | (uint64_t)data[1].permitted << 32));
}

int
privileges_drop(struct ctx *ctx, bool reads_proc)
{
	const uint64_t keep = reads_proc ?
	    present(UINT64_C(1) << CAP_SYS_PTRACE |
	    UINT64_C(1) << CAP_DAC_READ_SEARCH) : 0;
	unsigned uid, gid;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return (ctx_fail_errno(ctx, E_UNSUPPORTED,
		    "giving up privileges"));
	if (geteuid() != 0)
		return (OK);
	uid = id_of("SUDO_UID");
	gid = id_of("SUDO_GID");
	if (uid != 0 && gid == 0)
		gid = uid;
	/* A new uid would take all capabilities along. */
	if (uid != 0 && (prctl(PR_SET_KEEPCAPS, keep != 0, 0, 0, 0) == -1 ||
	    setgroups(1, &gid) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1))
		return (ctx_fail_errno(ctx, E_UNSUPPORTED, "becoming user %u "
		    "again", uid));
	if (set_capabilities(keep) == -1)
		return (ctx_fail_errno(ctx, E_UNSUPPORTED,
		    "giving up capabilities"));
	return (OK);
}

/* Nothing but this one open is ever done for whoever writes to the pipe. */
static void
keep_kcore(int told)
{
	sigset_t all;
	char c;
	int fd;

	sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	(void)prctl(PR_SET_NAME, "kpeek-kcore", 0, 0, 0);
	(void)setsid();
	for (fd = 0; fd < KEPT_OPEN; fd++)
		if (fd != told)
			(void)close(fd);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    set_capabilities(UINT64_C(1) << CAP_SYS_RAWIO) == 0)
		while (read(told, &c, 1) == 1) {
			fd = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
			if (fd != -1)
				(void)close(fd);
		}
	_exit(0);
}

int
privileges_keeper(pid_t *ret)
{
	int ends[2];
	pid_t pid;

	if (geteuid() != 0 || present(UINT64_C(1) << CAP_SYS_RAWIO) == 0 ||
	    pipe2(ends, O_CLOEXEC | O_NONBLOCK) == -1)
		return (0);
	(void)fcntl(ends[0], F_SETFL, 0);
	pid = fork();
	if (pid == 0)
		keep_kcore(ends[0]);
	(void)close(ends[0]);
	*ret = pid;
	if (pid > 0)
		return (ends[1]);
	(void)close(ends[1]);
	return (0);
}

void
privileges_keeper_end(int nudge, pid_t pid)
{
	(void)close(nudge);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		continue;
}
