/* SPDX-License-Identifier: BSD-2-Clause */
/* kvm_read(3): bytes at kernel addresses. */
#include "engine/kvm_int.h"

#include <errno.h>
#include <string.h>

/*
 * What the original answers: an address that leads nowhere fails the whole
 * read, whatever was copied before it; where the file ends, or its medium
 * fails, the bytes before that count.  The running kernel is like a device:
 * what could be read counts.
 */
static ssize_t
failed(kvm_t *kd, int rc, kvaddr_t addr, size_t done)
{
	const struct err *e = &kd->ctx.err;

	if (rc == E_IO) {
		errno = e->sys_errno != 0 ? e->sys_errno : EIO;
		kvm_err_hard(kd, "kvm_read: %s", strerror(errno));
		return (kd->live && done == 0 ? -1 : (ssize_t)done);
	}
	if (rc == E_TRUNCATED || (kd->live && done > 0)) {
		kvm_err_hard(kd, "short read");
		return ((ssize_t)done);
	}
	if (rc == E_RESTRICTED || rc == E_NOMEM) {
		errno = rc == E_NOMEM ? ENOMEM :
		    e->sys_errno != 0 ? e->sys_errno : EPERM;
		kvm_err_keep(kd, "kvm_read: %s", strerror(errno));
		return (-1);
	}
	errno = EFAULT;
	kvm_err_keep(kd, "invalid address (0x%jx)", (uintmax_t)(addr + done));
	return (-1);
}

/*
 * The original looks at the lowest 40 bits alone of an address that FreeBSD's
 * MIPS maps always (XKPHYS), be the others what they will.
 */
#define XKPHYS_BITS	((UINT64_C(1) << 40) - 1)
#define XKPHYS_WHICH	(UINT64_C(31) << 59)	/* segment, and how cached */

static kvaddr_t
of_segment(const kvm_t *kd, kvaddr_t addr)
{
	const struct kernel *k = kd->kernel;

	if (addr >> 62 != 2 || !kvm_is_bsd(kd) ||
	    (k->arch != &arch_mips64 && k->arch != &arch_mips64el))
		return (addr);
	return (addr & (XKPHYS_WHICH | XKPHYS_BITS));
}

ssize_t
kvm_read2(kvm_t *kd, kvaddr_t addr, void *buf, size_t len)
{
	size_t done;
	int rc;

	if (len == 0)
		return (0);
	if (!kd->memory) {
		kvm_err_hard(kd, "short read");
		return (0);
	}
	if (len > SSIZE_MAX) {
		errno = EINVAL;
		kvm_err_keep(kd, "kvm_read: %s", strerror(errno));
		return (-1);
	}
	/* The engine's text is not wanted: scans of holes would pay for it. */
	kd->ctx.quiet = 1;
	if (kd->live)
		kernel_refresh(kd->kernel);
	rc = space_read_some(&kd->ctx, &kd->kernel->space,
	    of_segment(kd, addr), buf, len, &done);
	kd->ctx.quiet = 0;
	if (rc == 0)
		return ((ssize_t)len);
	return (failed(kd, rc, addr, done));
}

ssize_t
kvm_read(kvm_t *kd, unsigned long addr, void *buf, size_t len)
{
	return (kvm_read2(kd, addr, buf, len));
}

/*
 * Bytes of the medium itself: there is no journal, and none is staged.  What
 * was written before a failure counts, as write(2) has it.
 */
ssize_t
kvm_write(kvm_t *kd, unsigned long addr, const void *buf, size_t len)
{
	const struct err *e = &kd->ctx.err;
	size_t done;
	int rc;

	if (!kd->writable && !kd->live) {
		errno = EROFS;
		kvm_err_hard(kd, "kvm_write not implemented for dead kernels");
		return (-1);
	}
	if (!kd->writable || !kd->memory) {
		errno = kd->writable ? EPERM : EBADF;
		kvm_err_keep(kd, "kvm_write: %s", strerror(errno));
		return (-1);
	}
	if (len > SSIZE_MAX) {
		errno = EINVAL;
		kvm_err_keep(kd, "kvm_write: %s", strerror(errno));
		return (-1);
	}
	ctx_clear(&kd->ctx);
	rc = space_write(&kd->ctx, &kd->kernel->space, addr, buf, len, &done);
	if (rc == 0)
		return ((ssize_t)len);
	if (done > 0) {
		kvm_err_hard(kd, "short write");
		return ((ssize_t)done);
	}
	errno = e->sys_errno != 0 ? e->sys_errno : rc == E_UNSUPPORTED ? EROFS :
	    rc == E_RESTRICTED ? EPERM : rc == E_IO ? EIO : EFAULT;
	if (errno == EFAULT)
		kvm_err_keep(kd, "invalid address (0x%jx)", (uintmax_t)addr);
	else
		kvm_err_hard(kd, "kvm_write: %s", e->text);
	return (-1);
}
