/* SPDX-License-Identifier: BSD-2-Clause */
/* kvm_getloadavg(3), kvm_getswapinfo(3), kvm_getcptime(3). */
#include "engine/kvm_int.h"

#include "engine/os/os.h"

#include <sys/resource.h>

#include <errno.h>
#include <string.h>

#define TICKS		100	/* a second: what the BSDs call stathz */
#define DEVICES_MAX	4096

/* A slot that this kernel's system lacks. */
static bool
lacks(kvm_t *kd, bool has, const char *what)
{
	if (has)
		return (false);
	errno = ENOTSUP;
	kvm_err_hard(kd, "cannot read %s from non-native core", what);
	return (true);
}

int
kvm_getloadavg(kvm_t *kd, double loadavg[], int nelem)
{
	const struct kernel *k = kd->kernel;
	struct os_load load;
	int i;

	if (lacks(kd, k->os != NULL && k->os->load != NULL, "loadavg"))
		return (-1);
	kernel_refresh(kd->kernel);
	if (os_load(&kd->ctx, kd->kernel, &load) != 0) {
		kvm_err_engine(kd);
		return (-1);
	}
	for (i = 0; i < nelem && i < 3; i++)
		loadavg[i] = load.load[i];
	return (i);
}

struct swaps {
	struct kvm_swap	*list;
	int		 room;		/* devices, besides the total */
	int		 n;		/* filled */
	int		 flags;
	uint64_t	 page;		/* bytes */
	uint64_t	 used, total;	/* of all devices, pages */
};

static unsigned int
pages_of(uint64_t n)
{
	return (n > UINT32_MAX ? UINT32_MAX : (unsigned int)n);
}

static int
one(void *arg, struct ctx *ctx, const struct os_swap *swap)
{
	static const char dev[] = "/dev/";
	struct swaps *s = arg;
	struct kvm_swap *to;
	const char *name;
	uint64_t used, total;
	bool is_dev;
	size_t n;

	(void)ctx;
	used = swap->used.status == OK ? swap->used.v / s->page : 0;
	total = swap->total.status == OK ? swap->total.v / s->page : 0;
	s->used += used;
	s->total += total;
	if (s->n >= s->room)
		return (0);
	to = &s->list[s->n++];
	memset(to, 0, sizeof(*to));
	/* A device goes by its bare name unless the prefix is asked for. */
	name = swap->device.status == OK ? swap->device.s : "[unknown]";
	is_dev = strncmp(name, dev, sizeof(dev) - 1) == 0;
	if (is_dev && (s->flags & SWIF_DEV_PREFIX) == 0)
		name += sizeof(dev) - 1;
	n = strnlen(name, sizeof(to->ksw_devname) - 1);
	memcpy(to->ksw_devname, name, n);
	to->ksw_used = pages_of(used);
	to->ksw_total = pages_of(total);
	return (0);
}

int
kvm_getswapinfo(kvm_t *kd, struct kvm_swap *list, int max, int flags)
{
	struct swaps s = { .list = list, .flags = flags };
	const struct kernel *k;

	/* In the original this forgets what is known of all handles. */
	if (kd == NULL)
		return (0);
	k = kd->kernel;
	if (lacks(kd, k->os != NULL && k->os->swaps != NULL, "swapinfo"))
		return (-1);
	if (max < 1)
		return (0);
	s.room = max - 1 < DEVICES_MAX ? max - 1 : DEVICES_MAX;
	s.page = kvm_page_size(kd);
	kernel_refresh(kd->kernel);
	if (os_swaps(&kd->ctx, kd->kernel, one, &s) != 0) {
		kvm_err_engine(kd);
		return (-1);
	}
	memset(&list[s.n], 0, sizeof(list[s.n]));
	list[s.n].ksw_used = pages_of(s.used);
	list[s.n].ksw_total = pages_of(s.total);
	return (s.n);
}

static long
ticks(double seconds)
{
	return (seconds > 0 && seconds < 9e15 ? (long)(seconds * TICKS) : 0);
}

int
kvm_getcptime(kvm_t *kd, long *cp_time)
{
	const struct kernel *k;
	struct os_cptime t;

	/* As with kvm_getswapinfo. */
	if (kd == NULL)
		return (0);
	k = kd->kernel;
	if (kvm_is_bsd(kd))
		return (kvm_cptime_bsd(kd, cp_time) ? 0 : -1);
	if (lacks(kd, k->os != NULL && k->os->cptime != NULL, "cp_time"))
		return (-1);
	kernel_refresh(kd->kernel);
	if (os_cptime(&kd->ctx, kd->kernel, -1, &t) != 0) {
		kvm_err_engine(kd);
		return (-1);
	}
	cp_time[CP_USER] = ticks(t.user);
	cp_time[CP_NICE] = ticks(t.nice);
	cp_time[CP_SYS] = ticks(t.system);
	cp_time[CP_INTR] = ticks(t.interrupt);
	cp_time[CP_IDLE] = ticks(t.idle + t.iowait);
	return (0);
}
