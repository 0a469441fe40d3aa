/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line, read. */
#ifndef UI_OPTIONS_H
#define UI_OPTIONS_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/out.h"
#include "engine/kernel.h"
#include "engine/view/sink.h"
#include "ui/ui.h"

enum exit_status {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_PARTIAL = 3,	/* rows printed, but memory was unavailable */
};

struct options {
	struct ui_options	 ui;
	struct kernel_options	 kernel;
	const char		*capture;	/* file for the pages used */
	const char		*convert;	/* file for all, as an ELF core */
	const struct sink_ops	*format;
	bool			 write;		/* -w */
	bool			 yes;		/* write what was staged at once */
	const char		*patch, *undo;	/* files, or NULL */
	bool			 batch;		/* -c or -i was given */
	const char		**commands;	/* in the order given */
	size_t			 ncommands, commands_cap;
	const char *const	*files;		/* of argv */
	size_t			 nfiles;
	bool			 live;		/* no file, or the word "live" */
	bool			 help, version;
	struct arena		 arena;
};

/* E_USAGE, or the failure of a file of commands, with a message. */
int	options_parse(struct ctx *, struct options *, int argc, char **argv);
void	options_fini(struct options *);
/* What --help prints, from the tables of options and views. */
void	options_help(struct out *);

/* Worst first: usage, failed, partial. */
enum exit_status exit_worse(enum exit_status, enum exit_status);
/* For a failure of opening or of a command. */
enum exit_status exit_of(int status);

/* Run the commands and print, or what --undo says; see batch.c. */
enum exit_status batch_run(struct ctx *, struct kernel **,
		    const struct options *);

/*
 * Once all that takes root is open: never again more than an ordinary user
 * (privileges.c).  What reads /proc by name on behalf of root keeps the right
 * to read.
 */
int	privileges_drop(struct ctx *, bool reads_proc);
/*
 * The kernel lists its memory anew only when somebody opens /proc/kcore
 * (kcore_update_ram of fs/proc/kcore.c, Linux 6.12), which takes a right that is
 * given up.  A process that stays behind does that, and nothing else, for each
 * byte written to the descriptor that is returned, until it is closed; 0 where
 * there is no right to keep.  Before anything is opened.
 */
int	privileges_keeper(pid_t *);
void	privileges_keeper_end(int nudge, pid_t);

/* A bar on stderr while something long is done, if that is a terminal. */
struct progress {
	uint64_t next;			/* when to show it again, ms */
	bool	 shown;
};

void	progress_start(struct progress *, struct ctx *, bool quiet);
void	progress_end(struct progress *, struct ctx *);

/* target.c: open what is named; open it anew, see ui_options.reopen. */
int	target_open(struct ctx *, const struct options *, struct kernel **ret);
int	target_reopen(void *options, struct ctx *, struct kernel *old,
	    struct kernel **ret);

/* Survive a dump that shrinks while it is mapped; for kernel_options.faults. */
struct file_faults *fault_install(void);

#endif
