// SPDX-License-Identifier: BSD-2-Clause
// A client in C++: addresses and first bytes of the names given.  A resolver
// that knows "answer" alone serves the second handle.
#include <kvm.h>
#include <nlist.h>
#include <sys/proc.h>
#include <sys/sysctl.h>
#include <sys/user.h>

#include <fcntl.h>
#include <limits.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

struct closer {
	void operator()(kvm_t *kd) const { kvm_close(kd); }
};
using handle = std::unique_ptr<kvm_t, closer>;

static int
resolve(const char *name, kvaddr_t *addr)
{
	if (std::strcmp(name, "answer") != 0)
		return 1;
	*addr = 42;
	return 0;
}

int
main(int argc, char **argv)
{
	char errbuf[_POSIX2_LINE_MAX];

	if (argc < 2)
		return 2;
	handle kd(kvm_open2(nullptr, argv[1], O_RDONLY, errbuf, nullptr));
	if (!kd) {
		std::fprintf(stderr, "%s\n", errbuf);
		return 1;
	}
	std::vector<struct kvm_nlist> list;
	for (int i = 2; i < argc; i++)
		list.push_back({ argv[i], 0, 0 });
	list.push_back({ nullptr, 0, 0 });
	int missing = kvm_nlist2(kd.get(), list.data());
	for (const auto &n : list)
		if (n.n_name != nullptr)
			std::printf("%s 0x%jx\n", n.n_name,
			    static_cast<uintmax_t>(n.n_value));
	std::printf("missing %d\n", missing);

	handle other(kvm_open2(nullptr, argv[1], O_RDONLY, errbuf, resolve));
	struct kvm_nlist two[] = { { "answer", 0, 0 }, { "init_task", 0, 0 },
	    { nullptr, 0, 0 } };
	if (!other || ::kvm_nlist2(other.get(), two) != 1 ||
	    two[0].n_value != 42 || two[1].n_type != 0)
		return 1;
	int count = 0;
	kinfo_proc *p = kvm_getprocs(kd.get(), KERN_PROC_PROC, 0, &count);
	std::printf("processes %d\n", p == nullptr ? -1 : count);
	return 0;
}
