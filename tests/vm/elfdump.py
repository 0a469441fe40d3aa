"""A second, independent reader of an ELF dump: physical memory, and kernel
addresses through the x86-64 page tables. Slow and plain on purpose; it is
what kpeek's own answers are held against."""

import mmap
import re
import struct

PRESENT, HUGE = 1, 0x80
FRAME = 0x000ffffffffff000


class Unmapped(Exception):
    pass


class Dump:
    def __init__(self, path, writable=False):
        self.file = open(path, "r+b" if writable else "rb")
        self.data = mmap.mmap(self.file.fileno(), 0, access=mmap.ACCESS_WRITE
                              if writable else mmap.ACCESS_READ)
        self.segments = []     # (physical address, length, file offset)
        self.virtual = []      # (virtual address, length, physical address)
        self.note_area = []    # (file offset, length)
        phoff, = struct.unpack_from("<Q", self.data, 32)
        size, count = struct.unpack_from("<HH", self.data, 54)
        for i in range(count):
            kind, _, offset, virt, phys, length, _, _ = struct.unpack_from(
                "<IIQQQQQQ", self.data, phoff + i * size)
            if kind == 1:
                self.segments.append((phys, length, offset))
                # Only /proc/vmcore knows where the kernel mapped them.
                if virt >> 63:
                    self.virtual.append((virt, length, phys))
            elif kind == 4:
                self.note_area.append((offset, length))
        self.root = self.levels = None

    def close(self):
        self.data.close()
        self.file.close()

    def notes(self):
        """Yield (name, type, file offset of the content, its length)."""
        for start, length in self.note_area:
            at = start
            while at + 12 <= start + length:
                n, d, kind = struct.unpack_from("<III", self.data, at)
                name = self.data[at + 12:at + 12 + n].rstrip(b"\0")
                body = at + 12 + (n + 3) // 4 * 4
                yield name, kind, body, d
                at = body + (d + 3) // 4 * 4

    def cpus(self):
        """Each processor's (cr3, cr4), as QEMU's own notes say."""
        found = []
        for name, _, at, length in self.notes():
            # struct qemu CPU state: version, size, 18 registers, then ten
            # segments of 24 bytes, then cr0 to cr4.
            if name == b"QEMU" and length >= 432:
                crs = struct.unpack_from("<5Q", self.data,
                                         at + 8 + 18 * 8 + 10 * 24)
                found.append((crs[3], crs[4]))
        return found

    def offsets(self, phys):
        """Every place in the file that holds this byte: /proc/vmcore has the
        kernel's image twice."""
        found = [at + phys - start for start, length, at in self.segments
                 if start <= phys < start + length]
        if not found:
            raise Unmapped("physical %#x is not in the dump" % phys)
        return found

    def read_phys(self, phys, length):
        at = self.offsets(phys)[0]
        return self.data[at:at + length]

    def roots(self, tables):
        """Yield (root, levels) that may be the kernel's: from QEMU's notes,
        or, in a dump by kexec, where the kernel's first table lies."""
        for cr3, cr4 in self.cpus():
            levels = 5 if cr4 & (1 << 12) else 4
            # Under PTI bit 12 tells the user's half, which lacks the kernel,
            # of a pair of pages from the kernel's.
            yield cr3 & FRAME, levels
            yield cr3 & FRAME & ~0x1000, levels
        for virt, length, phys in self.virtual:
            if virt <= tables < virt + length:
                yield tables - virt + phys, 4
                yield tables - virt + phys, 5

    def use_root(self, banner, tables):
        """Find the page table that maps the kernel's banner, whose address is
        given, as is that of the kernel's first table."""
        for self.root, self.levels in self.roots(tables):
            try:
                if self.read(banner, 14) == b"Linux version ":
                    return
            except Unmapped:
                continue
        raise Unmapped("no page table maps the banner")

    def steps(self, address):
        """Walk; yield (level, entry address, entry), then ("page", physical
        address, page size)."""
        table = self.root
        for level in range(self.levels, 0, -1):
            shift = 12 + 9 * (level - 1)
            where = table + (address >> shift & 511) * 8
            entry, = struct.unpack("<Q", self.read_phys(where, 8))
            yield level, where, entry
            if not entry & PRESENT:
                raise Unmapped("%#x: not present at level %d"
                               % (address, level))
            if level == 1 or (level < 4 and entry & HUGE):
                size = 1 << shift
                frame = entry & FRAME & ~(size - 1)
                yield "page", frame | (address & (size - 1)), size
                return
            table = entry & FRAME

    def phys(self, address):
        return list(self.steps(address))[-1][1]

    def read(self, address, length):
        out = b""
        while length:
            n = min(length, 4096 - (address & 4095))
            out += self.read_phys(self.phys(address), n)
            address += n
            length -= n
        return out

    def vmcoreinfo_copies(self):
        """Yield (file offset, length) of each text of VMCOREINFO: in the
        notes, and wherever in memory."""
        line = rb"[!-~][ -~]*\n"
        for m in re.finditer(rb"OSRELEASE=[^%\n]{3,64}\n(?:" + line + rb")+",
                             self.data):
            if b"PAGESIZE=" in m.group():
                yield m.start(), m.end() - m.start()
