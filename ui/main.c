/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "engine/edit.h"
#include "ui/options.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void
complain(const struct ctx *ctx)
{
	fprintf(stderr, "kpeek: %s\n", ctx->err.text);
}

static enum exit_status
print(void (*fn)(struct out *))
{
	struct out out;

	out_init(&out, out_write_fd, (void *)(intptr_t)STDOUT_FILENO);
	fn(&out);
	return (out_flush(&out) == 0 ? EXIT_OK : EXIT_FAILED);
}

static void
version(struct out *out)
{
	out_puts(out, "kpeek " KPEEK_VERSION "\n");
}

static void
banners(const struct kernel *k, size_t from)
{
	size_t i;

	for (i = from; i < k->nwarnings; i++)
		fprintf(stderr, "kpeek: warning: %s\n", k->warnings[i]);
}

static enum exit_status
run(struct ctx *ctx, struct options *o)
{
	enum exit_status status;
	struct progress progress;
	struct kernel *k;
	pid_t keeper = 0;
	size_t told;
	int error;

	o->kernel.faults = fault_install();
	o->kernel.dump.ahead = true;
	/* Commands are done before memory comes or goes. */
	if (o->live && !o->batch && o->convert == NULL && !o->kernel.has_core_fd)
		o->ui.nudge = privileges_keeper(&keeper);
	progress_start(&progress, ctx, o->ui.quiet);
	error = target_open(ctx, o, &k);
	progress_end(&progress, ctx);
	if (o->ui.nudge > 0 && (error != OK || !k->dump->complete)) {
		privileges_keeper_end(o->ui.nudge, keeper);
		o->ui.nudge = 0;
	}
	if (error != OK) {
		complain(ctx);
		return (exit_of(error));
	}
	if (o->batch) {
		if (!o->ui.quiet)
			banners(k, 0);
		status = batch_run(ctx, &k, o);
	} else if (o->convert != NULL) {
		/* There is something to do: no screen. */
		status = EXIT_OK;
		if (!o->ui.quiet)
			banners(k, 0);
	} else {
		o->ui.reopen = target_reopen;
		o->ui.reopen_arg = o;
		status = (enum exit_status)ui_run(ctx, &k, &o->ui);
	}
	if (o->convert != NULL) {
		told = k->nwarnings;
		error = kernel_convert(ctx, k, o->convert);
		if (!o->ui.quiet)
			banners(k, told);
		if (error != OK)
			complain(ctx);
		else if (!k->dump->complete || k->nwarnings > told)
			status = exit_worse(status, EXIT_PARTIAL);
		if (error != OK)
			status = exit_worse(status, exit_of(error));
	}
	if (o->capture != NULL) {
		error = kernel_capture(ctx, k, o->capture);
		if (error != OK) {
			complain(ctx);
			status = exit_worse(status, exit_of(error));
		}
	}
	kernel_close(k);
	if (o->ui.nudge > 0)
		privileges_keeper_end(o->ui.nudge, keeper);
	return (status);
}

int
main(int argc, char **argv)
{
	enum exit_status status;
	struct options o;
	struct ctx ctx;
	int error;

	signal(SIGPIPE, SIG_IGN);
	/* A file that may not grow is an error like a full disk, no death. */
	signal(SIGXFSZ, SIG_IGN);
	ctx_init(&ctx);
	error = options_parse(&ctx, &o, argc, argv);
	if (error != OK) {
		complain(&ctx);
		status = exit_of(error);
	} else if (o.help) {
		status = print(options_help);
	} else if (o.version) {
		status = print(version);
	} else {
		status = run(&ctx, &o);
	}
	options_fini(&o);
	ctx_fini(&ctx);
	return (status);
}
