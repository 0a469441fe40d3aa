/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef UI_USER_TABLES_H
#define UI_USER_TABLES_H

#include "engine/view/tables.h"

/*
 * Add the user's tables: $XDG_CONFIG_HOME/kpeek/views/NAME.view, else those
 * below $HOME/.config.  A file that cannot be read, or says nonsense, is among
 * the complaints of the tables and changes nothing else.
 */
int	user_tables_load(struct ctx *, struct tables *);

#endif
