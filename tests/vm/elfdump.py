"""A second, independent reader of an ELF dump: physical memory, and kernel
addresses through the page tables of x86-64 and of arm64 with 4K pages. Slow
and plain on purpose; it is what kpeek's own answers are held against."""

import mmap
import re
import struct

PRESENT, HUGE = 1, 0x80
FRAME = 0x000ffffffffff000
ARM_VALID, ARM_TABLE = 1, 2
EM_AARCH64 = 183


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
        self.arm = struct.unpack_from("<H", self.data, 18)[0] == EM_AARCH64
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
        self.bits = 48         # of an address that the tables translate

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

    def use_vmcoreinfo(self):
        """Take the kernel's table from VMCOREINFO (arm64 says where its image
        lies); gives SYMBOL(init_uts_ns), where "Linux" was found with it."""
        for at, length in self.vmcoreinfo_copies():
            lines = dict(line.split("=", 1) for line in
                         self.data[at:at + length].decode().split("\n")
                         if "=" in line)
            try:
                offset = int(lines["NUMBER(kimage_voffset)"], 16)
                table = int(lines["SYMBOL(swapper_pg_dir)"], 16)
                system = int(lines["SYMBOL(init_uts_ns)"], 16)
                name = int(lines["OFFSET(uts_namespace.name)"])
                self.bits = 64 - int(lines["NUMBER(TCR_EL1_T1SZ)"], 16)
            except (KeyError, ValueError):
                continue
            self.root = (table - offset) % 2 ** 64
            self.levels = (self.bits - 12 + 8) // 9
            try:
                if self.read(system + name, 6) == b"Linux\0":
                    return system
            except Unmapped:
                pass
        raise Unmapped("no VMCOREINFO tells a table that maps its symbols")

    def decode_x86(self, level, entry):
        """What an entry is, and the address in it."""
        if not entry & PRESENT:
            return None, 0
        leaf = level == 1 or (level < 4 and entry & HUGE)
        return "page" if leaf else "table", entry & FRAME

    def decode_arm(self, level, entry):
        """Arm ARM, D8.3; over 48 bits the tables are of LPA2: bits 9:8 are
        those of the address above bit 49."""
        if not entry & ARM_VALID or (level == 1 and not entry & ARM_TABLE):
            return None, 0
        if self.bits > 48:
            frame = entry & (2 ** 50 - 4096) | (entry >> 8 & 3) << 50
        else:
            frame = entry & (2 ** 48 - 4096)
        leaf = level == 1 or not entry & ARM_TABLE
        return "page" if leaf else "table", frame

    def steps(self, address):
        """Walk; yield (level, entry address, entry), then ("page", physical
        address, page size)."""
        decode = self.decode_arm if self.arm else self.decode_x86
        table = self.root
        for level in range(self.levels, 0, -1):
            shift = 12 + 9 * (level - 1)
            # The first table of 52 bits has 16 entries.
            count = 1 << (min(9, self.bits - shift) if self.arm else 9)
            where = table + (address >> shift & count - 1) * 8
            entry, = struct.unpack("<Q", self.read_phys(where, 8))
            yield level, where, entry
            kind, frame = decode(level, entry)
            if kind is None:
                raise Unmapped("%#x: not present at level %d"
                               % (address, level))
            if kind == "page":
                size = 1 << shift
                frame &= ~(size - 1)
                yield "page", frame | (address & (size - 1)), size
                return
            table = frame

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
