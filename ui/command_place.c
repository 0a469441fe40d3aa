/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that go to a place: the one under the cursor, or one that is named. */
#include "ui/command.h"

#include "ui/containers.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of what the cursor is on, instead of its typed form. */
int
command_bytes(struct ui *ui, const struct command *c, const char *args)
{
	struct pane *p = ui_pane(ui);
	struct link l = { .pid = 0 };
	uint64_t addr;

	(void)c;
	(void)args;
	if (!ui_address(ui, &addr))
		return (ctx_fail(ui->ctx, E_NOT_FOUND,
		    "nothing here has an address"));
	/* A process is seen from the kernel, its memory from itself. */
	if (p->ops->address == NULL && (!p->ops->link(p, &l) ||
	    l.kind == LINK_PROCESS))
		l.pid = 0;
	return (pane_hex_open(ui, addr, l.pid));
}

/* A container as a table; where only the user knows of what, that is asked. */
int
command_elements(struct ui *ui, const struct command *c, const char *args)
{
	struct pane *p = ui_pane(ui);
	struct buf line = { 0 };
	bool whole;
	int rc;

	(void)c;
	(void)args;
	rc = 0;
	if (p->ops->elements == NULL || !p->ops->elements(p, &line, &whole))
		rc = ctx_fail(ui->ctx, E_NOT_FOUND, "there is no list or tree "
		    "under the cursor");
	else if (whole)
		rc = ui_command(ui, buf_text(&line));
	else
		prompt_open(ui, PROMPT_COMMAND, buf_text(&line));
	buf_fini(&line);
	return (rc);
}

/*
 * What is under the cursor as a structure of that type.  Without one it is
 * asked for; what memory tells of the object there is the line to edit.
 */
int
command_as(struct ui *ui, const struct command *c, const char *args)
{
	struct pane *p = ui_pane(ui);
	struct link l = { .kind = LINK_MEMORY };
	struct buf where = { 0 };
	const char *pid;
	char type[128];
	uint64_t addr, base;
	int rc;

	if (!ui_address(ui, &addr))
		return (ctx_fail(ui->ctx, E_NOT_FOUND,
		    "nothing here has an address"));
	if (args[0] == '\0') {
		buf_printf(&where, "%s %s", c->name, container_object(ui, addr,
		    type, sizeof(type), &base) && base == addr ? type :
		    "struct ");
		prompt_open(ui, PROMPT_COMMAND, buf_text(&where));
		buf_fini(&where);
		return (0);
	}
	if (ui->kernel->types == NULL)
		return (ctx_fail(ui->ctx, E_NO_TYPE, "as: no types were found "
		    "in this memory"));
	rc = type_find(ui->ctx, ui->kernel->types, args, &l.type);
	if (rc != 0) {
		ctx_clear(ui->ctx);
		rc = type_parse(ui->ctx, ui->kernel->types, args, &l.type);
	}
	if (rc != 0)
		return (ctx_chain(ui->ctx, "as"));
	/* In a process's memory its own is meant. */
	p->ops->where(p, &where);
	pid = strcmp(p->ops->name, "hex") == 0 ?
	    strstr(buf_text(&where), " pid ") : NULL;
	l.pid = pid != NULL ? atoi(pid + 5) : 0;
	buf_fini(&where);
	l.addr = addr;
	return (ui_follow(ui, &l));
}

/* What the address under the cursor is. */
int
command_identify(struct ui *ui, const struct command *c, const char *args)
{
	uint64_t addr;
	char line[48];

	(void)c;
	(void)args;
	if (!ui_address(ui, &addr))
		return (ctx_fail(ui->ctx, E_NOT_FOUND,
		    "nothing here has an address"));
	snprintf(line, sizeof(line), "whatis 0x%llx", (unsigned long long)addr);
	return (pane_table_open(ui, line));
}

/* "EXPR", "EXPR pid N" */
static int
parse_place(struct ui *ui, const char *args, uint64_t *addr, int *ret)
{
	struct err err;
	char *text, *word, *end;
	long pid;
	int rc;

	text = strdup(args);
	if (text == NULL)
		return (ctx_fail(ui->ctx, E_NOMEM, "no memory"));
	pid = 0;
	for (word = text; (word = strstr(word, " pid ")) != NULL; word += 5) {
		pid = strtol(word + 5, &end, 10);
		if (*end == '\0' && end > word + 5 && pid > 0) {
			*word = '\0';
			break;
		}
		pid = 0;
	}
	rc = value_eval_addr(ui->ctx, &ui->kernel->env, text, addr, NULL);
	/* -c takes a length, too; a pane goes on without end. */
	word = strrchr(text, ' ');
	if (rc != 0 && word != NULL) {
		err = ui->ctx->err;
		*word = '\0';
		rc = value_eval_addr(ui->ctx, &ui->kernel->env, text, addr,
		    NULL);
		if (rc != 0)
			ui->ctx->err = err;
	}
	free(text);
	*ret = (int)pid;
	return (rc);
}

int
command_hex(struct ui *ui, const struct command *c, const char *args)
{
	uint64_t addr;
	int pid, rc;

	if (args[0] == '\0')
		return (ctx_fail(ui->ctx, E_USAGE, "%s: of which address? "
		    "hex EXPR, or hex EXPR pid N", c->name));
	rc = parse_place(ui, args, &addr, &pid);
	return (rc != 0 ? ctx_chain(ui->ctx, "hex") :
	    pane_hex_open(ui, addr, pid));
}

/* Word by word from here, or from there, with what each points to. */
int
command_telescope(struct ui *ui, const struct command *c, const char *args)
{
	struct pane *p = ui_pane(ui);
	struct link l = { .pid = 0 };
	uint64_t addr;
	int pid, rc;

	(void)c;
	if (args[0] == '\0' && strcmp(p->ops->name, "hex") == 0)
		return (p->ops->verb(p, VERB_UNIT, 0, "chain") ? 0 : E_USAGE);
	if (args[0] == '\0') {
		if (!ui_address(ui, &addr))
			return (ctx_fail(ui->ctx, E_NOT_FOUND,
			    "nothing here has an address"));
		if (p->ops->address == NULL)
			p->ops->link(p, &l);
		pid = l.pid;
	} else {
		rc = parse_place(ui, args, &addr, &pid);
		if (rc != 0)
			return (ctx_chain(ui->ctx, "telescope"));
	}
	rc = pane_hex_open(ui, addr, pid);
	if (rc == 0)
		(void)ui_pane(ui)->ops->verb(ui_pane(ui), VERB_UNIT, 0,
		    "chain");
	return (rc);
}

/* To so many percent of the rows, as less and vi count them. */
static int
go_percent(struct ui *ui, unsigned long long percent)
{
	struct list *l = &ui_pane(ui)->list;

	if (ui_pane(ui)->ops->row_text == NULL)
		return (ctx_fail(ui->ctx, E_UNSUPPORTED, "percent: memory is no "
		    "list of rows; goto EXPR"));
	if (percent > 100)
		percent = 100;
	ui_remember(ui);
	list_go(l, (l->n * (size_t)percent + 99) / 100 > 0 ?
	    (l->n * (size_t)percent + 99) / 100 - 1 : 0);
	return (0);
}

int
command_percent(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	(void)args;
	if (ui->count <= 0)
		return (ctx_fail(ui->ctx, E_USAGE, "percent: of how many? 50%% "
		    "goes to the middle of the rows"));
	return (go_percent(ui, (unsigned long long)ui->count));
}

int
command_goto(struct ui *ui, const struct command *c, const char *args)
{
	struct pane *p = ui_pane(ui);
	unsigned long long row;
	uint64_t addr;
	char *end;
	int rc, pid;

	(void)c;
	row = strtoull(args, &end, 10);
	if (end > args && strcmp(end, "%") == 0)
		return (go_percent(ui, row));
	if (p->ops->row_text != NULL && args[0] != '\0' && *end == '\0') {
		ui_remember(ui);
		/* Of one row that stands upright the lines are counted. */
		if (!p->ops->verb(p, VERB_TOP, row < INT_MAX ? (int)row :
		    INT_MAX, ""))
			list_go(&p->list, row > 0 ? (size_t)row - 1 : 0);
		return (0);
	}
	rc = value_eval_addr(ui->ctx, &ui->kernel->env, args, &addr, NULL);
	if (rc != 0)
		return (ctx_chain(ui->ctx, "goto"));
	pid = 0;
	if (p->ops->search != NULL && p->ops->link != NULL) {
		/* From a process's memory the same space is meant. */
		struct buf b = { 0 };

		p->ops->where(p, &b);
		if (strstr(buf_text(&b), " pid ") != NULL)
			pid = atoi(strstr(buf_text(&b), " pid ") + 5);
		buf_fini(&b);
	}
	return (pane_hex_open(ui, addr, pid));
}

/* The task structure of the process that is meant here. */
int
command_task(struct ui *ui, const struct command *c, const char *args)
{
	struct pane *p = ui_pane(ui);
	struct buf where = { 0 };
	struct link l = { .kind = LINK_NONE };
	char line[48];
	int pid = -1;

	(void)c;
	p->ops->where(p, &where);
	if (args[0] != '\0')
		snprintf(line, sizeof(line), "*task(%.30s)", args);
	else if (sscanf(buf_text(&where), "process %d", &pid) == 1)
		;
	else if (p->ops->link != NULL && p->ops->link(p, &l) &&
	    l.kind == LINK_PROCESS)
		pid = l.pid;
	buf_fini(&where);
	if (args[0] == '\0' && pid < 0)
		return (ctx_fail(ui->ctx, E_NOT_FOUND,
		    "task: there is no process here; task PID"));
	if (args[0] == '\0')
		snprintf(line, sizeof(line), "*task(%d)", pid);
	return (ui_expression(ui, line));
}

/* The stacks of all tasks that a table shows, or of a process. */
int
command_stacks(struct ui *ui, const struct command *c, const char *args)
{
	struct pane *p = ui_pane(ui);
	struct buf line = { 0 }, where = { 0 };
	int pid, rc;

	(void)c;
	(void)args;
	buf_puts(&line, "bt");
	p->ops->where(p, &where);
	if (sscanf(buf_text(&where), "process %d", &pid) == 1)
		buf_printf(&line, " %d", pid);
	else
		pane_table_tasks(p, &line);
	if (line.len > 2)
		rc = pane_table_open(ui, buf_text(&line));
	else
		rc = ctx_fail(ui->ctx, E_NOT_FOUND, "stacks: there are no "
		    "tasks here; bt PID, bt REGEX");
	buf_fini(&where);
	buf_fini(&line);
	return (rc);
}
