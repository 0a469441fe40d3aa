/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that tell of kpeek itself. */
#include "ui/command.h"

#include "config.h"
#include "engine/view/tables.h"

#include <string.h>

/* "sort [COLUMN]: sort by this column ...; key s" */
static void
tell(struct ui *ui, const char *name, const char *args, const char *help)
{
	const struct binding *b;
	char keys[96] = "";

	b = keymap_key_of(&ui->keymap, ui_pane(ui)->ops->name, name);
	if (b != NULL)
		keymap_format(b, keys, sizeof(keys));
	ui_say(ui, STYLE_NORMAL, "%s%s%s: %s%s%s", name,
	    args[0] != '\0' ? " " : "", args, help,
	    b != NULL ? "; key " : "", keys);
}

/* Of a command, a table or keys; without one of them the whole. */
int
command_help(struct ui *ui, const struct command *c, const char *args)
{
	const struct command *of;
	const struct view *v;
	uint32_t key;

	(void)c;
	if (args[0] == '\0')
		return (pane_help_open(ui));
	args += args[0] == ':' && args[1] != '\0';
	of = command_by_name(args, strlen(args));
	if (of != NULL) {
		tell(ui, of->name, of->args, of->help);
		return (0);
	}
	v = tables_view(ui->ctx, ui->tables, args);
	if (v != NULL) {
		tell(ui, v->name, v->args != NULL ? v->args : "", v->help);
		return (0);
	}
	ctx_clear(ui->ctx);
	if (key_parse(args, strcspn(args, " "), &key))
		return (command_map(ui, c, args));
	return (ctx_fail(ui->ctx, E_NOT_FOUND, "help: %s is no command, table "
	    "or key; help alone lists them", args));
}

int
command_open(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	if (args[0] == '\0')
		return (ui_command(ui, "refresh"));
	return (ctx_fail(ui->ctx, E_UNSUPPORTED, "open: this kpeek stays with "
	    "its kernel; :!kpeek %s browses another one until you leave it",
	    args));
}

int
command_version(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	(void)args;
	ui_say(ui, STYLE_NORMAL, "kpeek " KPEEK_VERSION);
	return (0);
}
