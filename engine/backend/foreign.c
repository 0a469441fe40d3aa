/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/foreign.h"

#include "base/bytes.h"

#include <string.h>

#define EXPAND		"expand it first"
#define RAW_FIRST	"convert it to an ELF or a raw file first"
#define NO_IMAGE	"a dump needs no kernel beside it; to look at a kernel " \
			"alone, name its vmlinux"
#define DUMP_GUEST	"load it and take a dump with dump-guest-memory"

/* By the first bytes that are enough; "at" is where they lie. */
static const struct {
	const char *magic;
	uint8_t	    len;
	uint16_t    at;
	const char *what, *how;
} known[] = {
	/* Dumps and saved machines that others read. */
	{ "PAGEDU64", 8, 0, "a Windows crash dump", "use WinDbg" },
	{ "PAGEDUMP", 8, 0, "a Windows crash dump", "use WinDbg" },
	{ "MDMP", 4, 0, "a Windows minidump", "use WinDbg" },
	{ "hibr", 4, 0, "a Windows hibernation file", RAW_FIRST },
	{ "HIBR", 4, 0, "a Windows hibernation file", RAW_FIRST },
	{ "wake", 4, 0, "a Windows hibernation file", RAW_FIRST },
	{ "WAKE", 4, 0, "a Windows hibernation file", RAW_FIRST },
	{ "LinuxGuestRecord", 16, 0, "a saved Xen guest",
	    "restore it and use xl dump-core" },
	{ "LibxlFmt", 8, 0, "a saved Xen guest",
	    "restore it and use xl dump-core" },
	{ "\xff\xff\xff\xff\xff\xff\xff\xff" "XENF", 12, 0, "a saved Xen guest",
	    "restore it and use xl dump-core" },
	{ "\xed\xeb\x0f\xf0", 4, 0, "an old Xen core", RAW_FIRST },
	{ "\xee\xeb\x0f\xf0", 4, 0, "an old Xen core", RAW_FIRST },
	{ "\xa8\x19\x01\x73\x61\x8f\x23\xfd", 8, 0, "an s390 stand-alone dump",
	    "convert it with zgetdump -f elf" },
	{ "\xa8\x19\x01\x73\x61\x8f\x23\xfe", 8, 0, "an s390 stand-alone dump",
	    "convert it with zgetdump -f elf" },
	{ "\xed\x23\x8f\x61\x73\x01\x19\xa8", 8, 0, "an LKCD dump", RAW_FIRST },
	{ "\xa8\x19\x01\x73\x61\x8f\x23\xed", 8, 0, "an LKCD dump", RAW_FIRST },
	{ "QEVM", 4, 0, "a QEMU migration stream (savevm, migrate)",
	    DUMP_GUEST },
	{ "LibvirtQemudSave", 16, 0, "a guest saved by libvirt",
	    "restore it and use virsh dump --memory-only" },
	{ "LibvirtQemudPart", 16, 0, "a guest that libvirt saved in part",
	    "save it anew, or use virsh dump --memory-only" },
	{ "\177VirtualBox SavedState", 22, 0, "a saved VirtualBox machine",
	    "restore it and use VBoxManage debugvm NAME dumpvmcore" },
	{ "\x01\x28\x20\x14", 4, 0, "a saved Hyper-V machine (.vmrs)",
	    "convert it to a raw file first" },
	{ "S1SUSPEND", 9, 4086, "a swap device with a hibernated Linux in it",
	    "its memory is compressed and in pieces: resume it instead" },
	{ "S2SUSPEND", 9, 4086, "a swap device with a hibernated Linux in it",
	    "its memory is compressed and in pieces: resume it instead" },
	{ "ULSUSPEND", 9, 4086, "a swap device with a hibernated Linux in it",
	    "its memory is compressed and in pieces: resume it instead" },
	{ "LINHIB0001", 10, 4086, "a swap device with a hibernated Linux in it",
	    "its memory is compressed and in pieces: resume it instead" },
	{ "SWAPSPACE2", 10, 4086, "a swap device", "no kernel is in it" },
	{ "\xed\xc8\xfe\xde", 4, 0, "an illumos crash dump", "use mdb" },
	{ "\xcf\xfa\xed\xfe", 4, 0, "a Mach-O file", "use lldb" },
	{ "\xce\xfa\xed\xfe", 4, 0, "a Mach-O file", "use lldb" },
	{ "\xfe\xed\xfa\xcf", 4, 0, "a Mach-O file", "use lldb" },
	{ "\xfe\xed\xfa\xce", 4, 0, "a Mach-O file", "use lldb" },
	{ "\xca\xfe\xba\xbe", 4, 0, "a Mach-O file", "use lldb" },
	{ "EVF\x09\x0d\x0a\xff", 7, 0, "an EnCase image",
	    "convert it to a raw file first" },
	/* Packed by what nothing here expands. */
	{ "\x04\x22\x4d\x18", 4, 0, "compressed with lz4", EXPAND " (unlz4)" },
	{ "\x89LZO\0\r\n\x1a\n", 9, 0, "compressed with lzop",
	    EXPAND " (lzop -d)" },
	{ "\x1f\x9d", 2, 0, "compressed with compress", EXPAND " (uncompress)" },
	{ "PK\3\4", 4, 0, "a zip archive", EXPAND " (unzip)" },
	{ "7z\xbc\xaf\x27\x1c", 6, 0, "a 7z archive", EXPAND " (7z x)" },
	{ "ustar", 5, 257, "a tar archive", EXPAND " (tar xf)" },
	/* Neither memory nor a way to it. */
	{ "QFI\xfb", 4, 0, "a qcow2 disk image",
	    "of a machine saved in it take a dump with dump-guest-memory" },
	{ "KDMV", 4, 0, "a VMware disk image", "the memory is in a .vmem" },
	{ "vhdxfile", 8, 0, "a Hyper-V disk image", "that is no memory" },
	{ "conectix", 8, 0, "a Hyper-V disk image", "that is no memory" },
	{ "HdrS", 4, 0x202, "a Linux boot image (bzImage)", NO_IMAGE },
	{ "zimg", 4, 4, "a Linux boot image (EFI)", NO_IMAGE },
	{ "!<arch>", 7, 0, "an archive of object files", "name a dump" },
};

/*
 * Documentation/arch/arm64/booting.rst.  In memory the same header has more
 * behind it than the image, which ends with its zeros.
 */
static bool
is_arm64_image(const struct file *f, const uint8_t *head, size_t n)
{
	return (n >= 64 && memcmp(head + 56, "ARM\x64", 4) == 0 &&
	    file_size(f) <= load_u64(head + 16, false));
}

static int
foreign_probe(struct ctx *ctx, struct file *f)
{
	uint8_t head[4096];
	size_t i, n;
	int rc;

	n = file_size(f) < sizeof(head) ? (size_t)file_size(f) : sizeof(head);
	rc = file_read(ctx, f, 0, head, n);
	if (rc != 0)
		return (rc);
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].at + (size_t)known[i].len <= n && memcmp(head +
		    known[i].at, known[i].magic, known[i].len) == 0)
			return (ctx_fail(ctx, E_UNSUPPORTED, "%s is %s, which "
			    "kpeek does not read: %s", file_name(f),
			    known[i].what, known[i].how));
	if (is_arm64_image(f, head, n))
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is a Linux boot image "
		    "(arm64 Image), which kpeek does not read: " NO_IMAGE,
		    file_name(f)));
	return (E_NOT_MINE);
}

const struct backend backend_foreign = {
	.name = "foreign",
	.probe = foreign_probe,
};
