#!/bin/sh
# live OUT: run kpeek on the kernel that runs here, as root and not, and keep
# what it says in the folder OUT: NAME.commands, NAME.json, NAME.err,
# NAME.status.
out=$1
mkdir -p "$out" /etc
echo 'user:x:1001:1001::/:/bin/sh' >>/etc/passwd
echo 'user:x:1001:' >>/etc/group
mount -t securityfs securityfs /sys/kernel/security 2>/dev/null

# keep NAME COMMAND...: run it with the commands of NAME.commands
keep()
{
	name=$1
	shift
	chmod 644 "$out/$name.commands"
	"$@" >"$out/$name.json" 2>"$out/$name.err"
	echo $? >"$out/$name.status"
}

# Everything about every process that rests.
{
	printf '%s\n' info ps 'ps -t' swap load mod log 'sym .' \
	    'hex linux_banner 64' 'print init_task.comm' 'print -n jiffies' \
	    'type struct list_head' 'vtop init_task' 'whatis do_exit'
	for folder in /proc/[0-9]*; do
		pid=${folder#/proc/}
		# Files of /proc have no size.
		grep -q . "$folder/cmdline" || continue
		printf '%s\n' "argv $pid" "env $pid" "maps $pid" "files $pid"
	done
	for folder in /proc/[0-9]*; do
		echo "bt ${folder#/proc/}"
	done
} >"$out/root.commands"
keep root kpeek -f json -i "$out/root.commands"

printf '%s\n' info ps load swap mod log 'sym ^schedule$' \
    'type struct list_head' 'hex 0xffffffff81000000 16' 'argv 1' 'env 1' \
    >"$out/user.commands"
keep user su user -c "kpeek -f json -i $out/user.commands live"

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

# The lists change while they are walked.
printf '%s\n' ps 'ps -t' ps 'ps -t' ps 'ps -t' >"$out/churn.commands"
(while :; do /bin/true; done) &
one=$!
(while :; do /bin/true | /bin/true; done) &
two=$!
keep churn kpeek -f json -i "$out/churn.commands"
kill $one $two
wait $one $two 2>/dev/null

# By the other way: firmware's page is open, System RAM closed.
if [ -c /dev/mem ]; then
	printf '%s\n' 'hex 0x10 1' 'write *(unsigned char *)0x10 0x77' \
	    'hex 0x10 1' 'hex 0x1000 16' 'hex 0x200000 16' \
	    >"$out/devmem.commands"
	keep devmem kpeek -q -w --yes -f json -i "$out/devmem.commands" /dev/mem
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

# Lockdown has no way back, so it comes last.
printf '%s\n' info ps 'hex linux_banner 16' >"$out/lockdown.commands"
if echo confidentiality >/sys/kernel/security/lockdown 2>/dev/null; then
	keep lockdown kpeek -f json -i "$out/lockdown.commands"
fi
