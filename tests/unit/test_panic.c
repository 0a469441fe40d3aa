/* SPDX-License-Identifier: BSD-2-Clause */
/* Which frame of a stack that panicked is shown first. */
#include "tests/unit/unit.h"

#include "engine/os/os_panic.h"

#include <string.h>

#define FRAMES_MAX	32

/* Names as stacks have them, "!" before what was interrupted. */
static const char *
first(const char *stack)
{
	static char text[1024];
	struct panic_frame f[FRAMES_MAX];
	char *p;
	size_t n = 0, i;

	snprintf(text, sizeof(text), "%s", stack);
	for (p = strtok(text, " "); p != NULL; p = strtok(NULL, " ")) {
		assert_true(n < FRAMES_MAX);
		f[n].exact = *p == '!';
		f[n++].name = p + (*p == '!');
	}
	i = panic_first(f, n);
	assert_true(i <= n);
	return (i < n ? f[i].name : "");
}

static void
shapes(void **state)
{
	static const struct {
		const char *stack, *first;
	} of[] = {
		/* Asked for, on both processors; with kexec. */
		{ "!delay_tsc panic sysrq_handle_crash __handle_sysrq.cold "
		    "write_sysrq_trigger", "sysrq_handle_crash" },
		{ "!__delay_cycles __delay __const_udelay panic "
		    "sysrq_handle_crash el0_svc el0t_64_sync",
		    "sysrq_handle_crash" },
		{ "!__crash_kexec panic sysrq_handle_crash", "sysrq_handle_crash" },
		{ "!delay_tsc vpanic panic sysrq_handle_crash",
		    "sysrq_handle_crash" },
		/* A fault, a BUG(); the caller's own fault below it is not meant. */
		{ "!delay_tsc panic oops_end page_fault_oops exc_page_fault "
		    "asm_exc_page_fault !sysrq_handle_crash __handle_sysrq",
		    "sysrq_handle_crash" },
		{ "!delay_tsc panic oops_end do_trap exc_invalid_op "
		    "asm_exc_invalid_op !handle_mm_fault do_user_addr_fault "
		    "exc_page_fault asm_exc_page_fault", "handle_mm_fault" },
		{ "!__delay panic die die_kernel_fault __do_kernel_fault "
		    "do_mem_abort el1_abort el1h_64_sync_handler el1h_64_sync "
		    "!driver_read vfs_read", "driver_read" },
		/* The panic itself is called below a fault of the user's. */
		{ "!delay_tsc panic out_of_memory __alloc_pages "
		    "handle_mm_fault exc_page_fault asm_exc_page_fault",
		    "out_of_memory" },
		{ "!delay_tsc panic out_of_memory.cold __alloc_pages "
		    "exc_page_fault asm_exc_page_fault !clear_user_erms "
		    "read_zero", "out_of_memory.cold" },
		/* A fault in what had interrupted something else. */
		{ "!delay_tsc panic oops_end exc_page_fault asm_exc_page_fault "
		    "!driver_irq common_interrupt asm_common_interrupt "
		    "!default_idle", "driver_irq" },
		/* A panic in an interrupt. */
		{ "!delay_tsc panic driver_irq common_interrupt "
		    "asm_common_interrupt !default_idle", "driver_irq" },
		/* Found by who looks after stuck CPUs and tasks. */
		{ "!delay_tsc panic watchdog_timer_fn __hrtimer_run_queues "
		    "hrtimer_interrupt asm_sysvec_apic_timer_interrupt "
		    "!spinning", "spinning" },
		{ "!delay_tsc panic nmi_panic watchdog_hardlockup_check "
		    "perf_event_nmi_handler exc_nmi end_repeat_nmi !spinning",
		    "spinning" },
		{ "!delay_tsc panic check_hung_uninterruptible_tasks.cold "
		    "watchdog kthread ret_from_fork",
		    "check_hung_uninterruptible_tasks.cold" },
		/* The registers of the fault itself; nothing known. */
		{ "!sysrq_handle_crash __handle_sysrq", "sysrq_handle_crash" },
		{ "", "" },
		{ "!delay_tsc panic", "" },
		/* FreeBSD's. */
		{ "doadump kern_reboot vpanic panic trap_fatal trap calltrap "
		    "!g_eli_read", "g_eli_read" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++)
		assert_string_equal(first(of[i].stack), of[i].first);
}

UNIT_MAIN(UNIT(shapes))
