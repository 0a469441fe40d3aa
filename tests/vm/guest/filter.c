/*
 * filter: load a smallest BPF program and hold on to it: kallsyms then lists
 * a function that lies in no module.
 */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include <linux/bpf.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
main(void)
{
	static const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (uintptr_t)program;
	attr.insn_cnt = sizeof(program) / sizeof(program[0]);
	attr.license = (uintptr_t)"Dual BSD/GPL";
	strcpy(attr.prog_name, "kpeek_filter");
	if (syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)) == -1)
		perror("filter: bpf");
	for (;;)
		pause();
}
