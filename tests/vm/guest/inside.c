/*
 * inside: tasks that sleep in the code of modules for ever, called by it and
 * calling it. Prints a line "COMM MODULE" for each, threads of the kernel that
 * a module starts included. What the machine lacks is left out, and said.
 */
#define _GNU_SOURCE
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/kvm.h>
#include <linux/nbd.h>
#include <linux/vm_sockets.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
give_up(const char *what)
{
	perror(what);
	exit(1);
}

static int
open_device(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd == -1)
		give_up(path);
	return fd;
}

/* A network device's other end, where no packet ever comes. */
static void
tun(void)
{
	struct ifreq r = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	char packet[2048];
	int fd = open_device("/dev/net/tun");

	strcpy(r.ifr_name, "inside");
	if (ioctl(fd, TUNSETIFF, &r) == -1)
		give_up("TUNSETIFF");
	(void)!read(fd, packet, sizeof(packet));
}

/* A disk whose server never says a word. */
static void
nbd(void)
{
	int fd = open_device("/dev/nbd0"), ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
		give_up("socketpair");
	if (ioctl(fd, NBD_SET_BLKSIZE, 4096UL) == -1 ||
	    ioctl(fd, NBD_SET_SIZE, 1UL << 20) == -1 ||
	    ioctl(fd, NBD_SET_SOCK, (long)ends[0]) == -1)
		give_up("nbd");
	ioctl(fd, NBD_DO_IT);
}

/* Nobody calls. */
static void
vsock(void)
{
	struct sockaddr_vm at = {
		.svm_family = AF_VSOCK,
		.svm_cid = VMADDR_CID_ANY,
		.svm_port = 4242,
	};
	int fd = socket(AF_VSOCK, SOCK_STREAM, 0);

	if (fd == -1 || bind(fd, (void *)&at, sizeof(at)) == -1 ||
	    listen(fd, 1) == -1)
		give_up("vsock");
	accept(fd, NULL, NULL);
}

#ifdef __x86_64__
/* A second processor that the first one never starts: it waits in the kernel,
 * no guest's code runs. The machine has a thread of the kernel besides. */
static void
kvm(void)
{
	int fd = open_device("/dev/kvm"), vm, cpu;

	vm = ioctl(fd, KVM_CREATE_VM, 0UL);
	if (vm == -1 || ioctl(vm, KVM_CREATE_IRQCHIP) == -1 ||
	    ioctl(vm, KVM_CREATE_VCPU, 0UL) == -1 ||
	    (cpu = ioctl(vm, KVM_CREATE_VCPU, 1UL)) == -1)
		give_up("kvm");
	ioctl(cpu, KVM_RUN, 0);
}
#endif

static const struct {
	const char *comm, *module;
	void (*sleep)(void);
} all[] = {
	{ "in-tun", "tun", tun },
	{ "in-nbd", "nbd", nbd },
	{ "in-vsock", "vsock", vsock },
#ifdef __x86_64__
	{ "in-kvm", "kvm", kvm },
#endif
};

int
main(void)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		int pid = fork();

		if (pid == 0) {
			prctl(PR_SET_NAME, all[i].comm);
			all[i].sleep();
			fprintf(stderr, "%s came back\n", all[i].comm);
			return 1;
		}
		printf("%s %s\n", all[i].comm, all[i].module);
	}
	fflush(stdout);
	for (;;)
		pause();
}
