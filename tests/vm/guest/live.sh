#!/bin/sh
# live OUT: run kpeek on the kernel that runs here, as root and not, and keep
# what it says in the folder OUT: NAME.commands, NAME.json, NAME.err,
# NAME.status.
out=$1
mkdir -p "$out" /etc
echo 'user:x:1001:1001::/:/bin/sh' >>/etc/passwd
echo 'user:x:1001:' >>/etc/group

# keep NAME COMMAND...: run it with the commands of NAME.commands
keep()
{
	name=$1
	shift
	chmod 644 "$out/$name.commands"
	"$@" >"$out/$name.json" 2>"$out/$name.err"
	echo $? >"$out/$name.status"
}

# What the kernel has, and everything about every process that rests; while
# other processes start and end all the time.
banner=$(grep ' linux_banner$' /proc/kallsyms)
{
	printf '%s\n' info ps 'ps -t' swap mod log 'sym .' \
	    'hex linux_banner 64' 'print init_task.comm' 'print -n jiffies' \
	    'type struct list_head' 'vtop init_task' 'whatis do_exit' \
	    'dis schedule 4' "find \"Linux version \" \
0x${banner%% *}-0x${banner%%?? *}ff" 'tele init_task 4' 'bt cpu 0' \
	    mounts net tcp udp unix filesystems misc consoles majors crypto \
	    iomem lsof namespaces cgroups kprobes bpf notifiers ftrace pci \
	    clocksources ioports irqs softirqs slabs zones buddy timers \
	    hrtimers runq workers workqueues works disks vmalloc
	for folder in /proc/[0-9]*; do
		pid=${folder#/proc/}
		# Files of /proc have no size.
		grep -q . "$folder/cmdline" || continue
		printf '%s\n' "argv $pid" "env $pid" "maps $pid" "files $pid"
	done
	for folder in /proc/[0-9]*; do
		echo "bt ${folder#/proc/}"
	done
	printf '%s\n' ps 'ps -t' ps 'ps -t'
} >"$out/root.commands"
(while :; do /bin/true | /bin/true; done) &
churn=$!
keep root kpeek -f json -i "$out/root.commands"
printf '%s\n' load 'write panic_timeout 5' >"$out/load.commands"
cat /proc/loadavg >"$out/loadavg.before"
keep load kpeek -w --yes -f json -i "$out/load.commands"
cat /proc/loadavg >"$out/loadavg.after"
kill $churn
wait $churn 2>/dev/null

printf '%s\n' info ps load swap mod log 'sym ^schedule$' \
    'type struct list_head' 'hex 0xffffffff81000000 16' 'argv 1' 'env 1' \
    >"$out/user.commands"
keep user su user -c "kpeek -f json -i $out/user.commands live"
cat /proc/loadavg >"$out/loadavg.user"

# A descriptor from root is all that a user needs.
printf '%s\n' info ps 'print init_task.comm' 'sym ^schedule$' \
    >"$out/fd.commands"
keep fd su user -c "kpeek -f json --core-fd 3 -i $out/fd.commands" \
    3</proc/kcore

# Names in memory, where the file hides their addresses.
echo 2 >/proc/sys/kernel/kptr_restrict
echo 'sym .' >"$out/hidden.commands"
keep hidden kpeek -f json -i "$out/hidden.commands"
echo 0 >/proc/sys/kernel/kptr_restrict

# By the other way: firmware's page is open, System RAM closed.
if [ -c /dev/mem ]; then
	printf '%s\n' 'hex 0x10 1' 'write *(unsigned char *)0x10 0x77' \
	    'hex 0x10 1' 'hex 0x1000 16' 'hex 0x200000 16' \
	    >"$out/devmem.commands"
	keep devmem kpeek -q -w --yes -f json -i "$out/devmem.commands" /dev/mem
	# The kernel takes this one, and drops it; that one it refuses.
	printf '%s\n' 'write *(unsigned char *)0x1000 0x77' \
	    'write *(unsigned char *)0x200000 0x77' >"$out/drops.commands"
	keep drops kpeek -q -w --yes -f json -i "$out/drops.commands" /dev/mem
	# And instead of kcore, where that is hidden as containers do it.
	mount --bind /dev/null /proc/kcore
	printf '%s\n' info ps 'hex 0x10 1' 'hex 0x200000 16' \
	    'hex 0xffffffff81000000 16' 'sym ^schedule$' >"$out/masked.commands"
	keep masked kpeek -f json -i "$out/masked.commands"
	umount /proc/kcore
fi

# What it is once all is open: it waits for keys that do not come.
sleep 60 | SUDO_UID=1001 SUDO_GID=1001 kpeek --headless 80x24 &
i=0
while [ $i -lt 60 ]; do
	sleep 1
	for folder in /proc/[0-9]*; do
		[ "$(cat "$folder/comm" 2>/dev/null)" = kpeek ] || continue
		cat "$folder/status" >"$out/dropped"
	done
	grep -q '^NoNewPrivs:.*1' "$out/dropped" 2>/dev/null && break
	i=$((i + 1))
done
killall kpeek

# What a user sees: a process that starts and ends, a module.
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
screen watch made-here ':set refresh=5\n:ps ^made\n' \
    'actor rename made-here >/dev/null 2>&1 &' 'killall made-here' kpeek \
    >"$out/watch.process" 2>"$out/watch.err" &
one=$!
rmmod overlay
screen watch overlay ':set refresh=5\n:mod\n&^over.ay\n' \
    "insmod $(echo /modules/overlay.ko*)" 'rmmod overlay' kpeek \
    >"$out/watch.module" 2>"$out/watch.err2"
wait $one

# Memory that comes and goes, above the 4 GiB mark: the host plugs it.
echo online_movable >/sys/devices/system/memory/auto_online_blocks
screen watch 0x108000000 ':set refresh=5\n:ranges\n' \
    'echo MORE MEMORY >/dev/console' 'echo LESS MEMORY >/dev/console' kpeek \
    >"$out/watch.memory" 2>"$out/watch.err3"

# What that costs, beside the two tops.
mkdir /run/cost
measure() {
	name=$1
	shift
	screen cost /run/cost 3 20 "$@" >"$out/cost.$name" &
}
measure kpeek ':ps\n' kpeek
measure procps '' procps-top -d 1
measure busybox '' busybox top -d 1
wait
set -- /proc/[0-9]*
echo $# >"$out/cost.tasks"

# Lockdown has no way back, so it comes last.
mount -t securityfs securityfs /sys/kernel/security 2>/dev/null
printf '%s\n' info ps 'hex linux_banner 16' >"$out/lockdown.commands"
if echo confidentiality >/sys/kernel/security/lockdown 2>/dev/null; then
	keep lockdown kpeek -f json -i "$out/lockdown.commands"
fi
