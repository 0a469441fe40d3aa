#!/bin/sh
# The first process after a panic: writes what /proc/vmcore holds to the
# disks, in every form that makedumpfile knows.
export PATH=/bin
/bin/busybox --install -s /bin
mkdir -p /proc /sys /dev /out /tmp
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs -o size=90% tmpfs /out
while read -r module options; do
	# The options are words, so they stay unquoted.
	# shellcheck disable=SC2086
	insmod "/modules/$module" $options
done </modules/order
# make NAME ...: what the options say goes into a slot of the disk, as an
# archive: this kernel has no memory to keep them all.
slot=0
make() {
	names=$1
	shift
	makedumpfile --message-level 4 "$@" >/out/flat ||
	    echo "makedumpfile $* failed"
	# Only the flattened form goes to the standard output.
	[ -s /out/flat ] && mv /out/flat "/out/$names"
	# The names are words, so they stay unquoted.
	# shellcheck disable=SC2086
	(cd /out && tar -cf - $names && rm -f $names) |
	    dd of=/dev/vdb bs=1M seek=$((slot * 128)) conv=notrunc 2>/dev/null
	slot=$((slot + 1))
}
make filtered.zlib -c -d 31 /proc/vmcore /out/filtered.zlib
make filtered.lzo -l -d 31 /proc/vmcore /out/filtered.lzo
make filtered.plain -d 31 /proc/vmcore /out/filtered.plain
make filtered.elf -E -d 31 /proc/vmcore /out/filtered.elf
make "split.1 split.2" -c -d 31 --split /proc/vmcore /out/split.1 /out/split.2
make filtered.flat -c -d 31 -F /proc/vmcore
make full.zlib -c -d 0 /proc/vmcore /out/full.zlib
# Slow, page by page as the other kernel's memory is mapped: large blocks.
dd if=/proc/vmcore of=/dev/vdc bs=1M 2>/dev/null || echo "dd failed"
sync
echo CAPTURED
sleep 100000
