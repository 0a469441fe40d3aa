/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model: windows, each with a history of open documents (panes), a prompt
 * line, a keymap and what was typed so far.  It knows no terminal: keys go in
 * by ui_key(), ui_draw() fills the grid, ui_step() does a slice of whatever is
 * not finished.
 */
#ifndef UI_MODEL_H
#define UI_MODEL_H

#include "base/vec.h"
#include "engine/kernel.h"
#include "engine/os/os.h"
#include "engine/view/row.h"
#include "ui/grid.h"
#include "ui/job.h"
#include "ui/keymap.h"
#include "ui/prompt.h"
#include "ui/state.h"
#include "ui/term.h"
#include "ui/ui.h"

struct frozen;
struct ui;
struct pane;
struct record;
struct cast;

/* What a key or a command asks of the pane that has the focus. */
enum verb {
	VERB_DOWN, VERB_UP, VERB_LEFT, VERB_RIGHT,
	VERB_PAGE_DOWN, VERB_PAGE_UP, VERB_HALF_DOWN, VERB_HALF_UP,
	VERB_SCROLL_DOWN, VERB_SCROLL_UP,
	VERB_TOP, VERB_BOTTOM, VERB_HOME, VERB_END,
	VERB_SCREEN_TOP, VERB_SCREEN_MIDDLE, VERB_SCREEN_BOTTOM, VERB_CENTER,
	VERB_ROW_ON_TOP, VERB_ROW_AT_BOTTOM,
	VERB_NEXT_LINK, VERB_PREV_LINK, VERB_NEXT_PART, VERB_PREV_PART,
	VERB_OPEN, VERB_CLOSE, VERB_TOGGLE,
	VERB_SORT, VERB_REVERSE, VERB_UNIT, VERB_OPTION,
	VERB_CLICK,			/* count = row << 16 | column */
};

/* A cursor in a list of n rows of which h are on the screen from top on. */
struct list {
	size_t	 n, cur, top;
	int	 h;
	size_t	 want;		/* row + 1 to go to once it is there, 0 = none */
	size_t	 want_top;	/* and top + 1 as it is to be then, 0 = any */
};

struct hint {
	const char *command, *label;
};

struct pane_ops {
	const char *name;		/* the mode of its keys */
	void	(*close)(struct pane *);
	void	(*draw)(struct pane *, const struct region *, bool focus);
	/* False: not mine.  count is 0 when none was typed. */
	bool	(*verb)(struct pane *, enum verb, int count, const char *arg);
	/* What is under the cursor; false: nothing to follow. */
	bool	(*link)(struct pane *, struct link *);
	/* Enter where there is more to do than to follow a link; may be NULL. */
	bool	(*enter)(struct pane *);
	/* The text of one of list.n rows, for searches; NULL: cannot be searched. */
	void	(*row_text)(struct pane *, size_t row, struct buf *);
	/* Where bytes are searched, not rows: from the cursor on. */
	int	(*search)(struct pane *, const char *pattern, int direction);
	/* Show only rows that match; "" shows all.  NULL: has no filter. */
	int	(*filter)(struct pane *, const char *regex);
	bool	filter_on_search;	/* "/" filters as well */
	int	(*refresh)(struct pane *);
	/* The same as time goes by: what is shown stays until it is read. */
	int	(*reread)(struct pane *);
	/* A slice of work: true when there is more. */
	bool	(*step)(struct pane *);
	void	(*cancel)(struct pane *);
	/*
	 * The container that the cursor is on as a command that lists its
	 * elements; false: there is none.  *whole: nothing is left to type.
	 */
	bool	(*elements)(struct pane *, struct buf *, bool *whole);
	/* The address that the cursor is on; NULL: that of the link. */
	bool	(*address)(struct pane *, uint64_t *);
	/* What the cursor is on alone, without the rest of its row. */
	void	(*word)(struct pane *, struct buf *);
	/* Everything as rows, those that are shown and in their order. */
	int	(*rows)(struct pane *, struct row_sink *);
	/* "12/94", "0x1f8": for the status line. */
	void	(*position)(struct pane *, struct buf *);
	/* What the cursor is on, for the line below. */
	void	(*detail)(struct pane *, struct buf *);
	/* A command line that opens the same document again. */
	void	(*where)(struct pane *, struct buf *);
	/*
	 * What the cursor is on can be changed: its name, and its value as it
	 * would be typed; and a value that was typed for it.  NULL: nothing can.
	 */
	bool	(*changes)(struct pane *, struct buf *name, struct buf *now);
	int	(*change)(struct pane *, const char *text);
	const struct hint *hints;	/* ended by a NULL command */
};

struct pane {			/* the first member of every pane's own struct */
	const struct pane_ops *ops;
	struct ui	*ui;
	char		 title[160];
	struct list	 list;
	const char	*busy;		/* what it works on, or NULL */
	bool		 useless;	/* nothing came of it: it may go */
	bool		 misused;	/* since its words were wrong */
	bool		 again;		/* and that is only what it shows, anew */
	struct frozen	*frozen;	/* it stays as it is; or NULL */
};

extern const struct pane_ops *const panes[];	/* NULL-ended: modes of keymaps */

#define HISTORY_MAX	100
#define MARKS_MAX	64

struct window {
	struct pane	*docs[HISTORY_MAX];
	size_t		 ndocs, at;
};

/* The layout: a binary tree of frames; a leaf holds a window. */
struct frame {
	struct frame	*parent, *a, *b;	/* a above or left of b */
	bool		 side_by_side;
	int		 share;		/* of a, in thousandths; 0 = half */
	struct window	 win;		/* of a leaf */
	int		 x, y, w, h;	/* as laid out last, status line included */
};

struct mark {
	uint32_t	 name;
	char		*command;
	size_t		 row;
};

/* How a running kernel was doing lately (history.c). */
#define HISTORY_LEN	120

enum history_of {
	HISTORY_LOAD,			/* the load average of a minute */
	HISTORY_CPU,			/* the rest as fractions of what there is */
	HISTORY_MEMORY,
	HISTORY_SWAP,
	HISTORY_KINDS,
};

struct history {
	double		 v[HISTORY_LEN];	/* a ring */
	size_t		 n;			/* values ever */
	uint64_t	 last;			/* ui_now() of the newest */
};

struct proc_space {
	int		 pid;
	struct space	 space;
};

struct ui {
	struct ctx	*ctx;
	struct kernel	*kernel;
	const struct ui_options *opt;
	struct tables	*tables;	/* those that are data */
	bool		 sync;		/* no terminal: finish everything at once */
	struct grid	 grid;
	struct keymap	 keymap;
	const char	*keymap_name;
	uint32_t	 pending[KEYMAP_SEQ_MAX];
	unsigned	 npending;
	int		 count;		/* typed before a command; 0 = none */
	/* The next key names a mark ('m', '\''), or says yes or no ('w', 'q'). */
	uint32_t	 await;
	struct frame	*root, *focus;
	bool		 zoomed, alone;	/* asked for; in force */
	bool		 linked;	/* what is followed opens in the next window */
	struct prompt	 prompt;
	struct state	 state;
	char		 message[ERR_TEXT_MAX];
	enum style	 message_style;
	struct buf	 messages;	/* all of them, a line each */
	struct mark	 marks[MARKS_MAX];
	size_t		 nmarks;
	struct proc_space **spaces;
	size_t		 nspaces, spaces_cap;

	/* Search in the rows of a pane. */
	char		*last_command;	/* typed on the prompt */
	char		*pattern;
	struct sym_filter *matcher;	/* of pattern, or NULL */
	int		 direction;
	struct {
		struct pane	*pane;	/* NULL: no search is under way */
		size_t		 at, left, origin, origin_top;
		int		 direction;
		bool		 quiet;
	}		 scan;

	/* For the title. */
	struct arena	 info_arena;
	struct os_info	 info;
	bool		 has_info;

	/* A kernel that runs (moving.c). */
	double		 rate;		/* seconds between readings, 0 = never */
	uint64_t	 next;		/* ui_now() of the next */
	uint64_t	 all_news;	/* and of when modules are asked for */
	char		 rate_text[16];
	const char	*lost;		/* "LOST", "CONNECTING", or NULL */
	bool		 owed;		/* the target owes an answer, */
	bool		 silent;	/* and has for long */
	struct {
		bool	 known, still;
		uint64_t ticks;		/* as read last, */
		uint64_t moved;		/* and ui_now() when they were others */
	}		 pace;		/* of the kernel's own clock */
	struct dump_state target;	/* as heard of last */
	struct job	 opening;	/* it is opened anew */
	struct kernel	*opened;
	struct history	 history[HISTORY_KINDS];

	struct record	*record;
	struct cast	*cast;		/* NULL: no film is made */
	uint64_t	 clock;		/* ns; of a replay, which does not wait */
	const struct term_ops *term;	/* NULL: headless */
	int		 wake[2];	/* a pipe that jobs and signals write to */
	char		*later;		/* a command that waits for all rows */
	const struct pane *later_of;
	bool		 quit;
	bool		 replaying;	/* a recording presses the keys */
	bool		 hurry;		/* without pauses, from here on */
	bool		 wants_suspend, wants_repaint;
	/* What :set changes (set.c). */
	enum theme	 theme;
	bool		 ascii, ignorecase, wrapscan;
	bool		 only_ascii;	/* the terminal shows no more */
	struct frame	*dragged;	/* the split whose line the mouse holds */
	bool		 mouse;		/* clicks are ours, not the terminal's */
	int		 status;	/* exit status */
};

/* ui.c */
int	ui_create(struct ctx *, struct kernel *, const struct ui_options *,
	    struct ui **ret);
void	ui_destroy(struct ui *);
void	ui_resize(struct ui *, int w, int h);
void	ui_key(struct ui *, uint32_t key);
/* mouse.c */
void	ui_mouse(struct ui *, enum mouse, int x, int y);
void	ui_draw(struct ui *);
/* Some milliseconds of unfinished work; true when there is more. */
bool	ui_step(struct ui *);
/* Is anything unfinished whose end will be announced on the wake pipe? */
bool	ui_busy(struct ui *);
/* Is all that it works on what it shows anyway, as time goes by? */
bool	ui_busy_again(struct ui *);
void	ui_say(struct ui *, enum style, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* Say what the ctx failed with. */
void	ui_say_error(struct ui *);
/* What the title says of the kernel. */
void	ui_read_info(struct ui *);
uint64_t ui_now(void);			/* monotonic ns */
/* Keep where one is now as the mark ', before a jump. */
void	ui_remember(struct ui *);
/* The address that the cursor is on; false: there is none. */
bool	ui_address(struct ui *, uint64_t *);
/*
 * The screen as drawn last goes to the terminal and the film.  In a replay
 * "ms" pass before what follows; false: the user has seen enough.
 */
bool	ui_present(struct ui *, unsigned ms);
/* Run one line: a command, a view or an expression (command.c). */
int	ui_command(struct ui *, const char *line);
/* A line that is wrong as a view's: another debugger may have it. */
void	ui_misused(struct ui *, const char *line);

/* set.c: "NAME", "noNAME", "NAME=VALUE"; all of them without arguments */
int	ui_set(struct ui *, const char *args);
/* What may follow in place of a word typed so far, to be completed. */
void	ui_set_words(const char *typed, void (*word)(void *arg, const char *),
	    void *arg);

/* output.c: to files, other programs, the clipboard */
int	ui_save(struct ui *, const char *args, bool replace);
int	ui_pipe(struct ui *, const char *command);
int	ui_shell(struct ui *, const char *command);
/* What waited for a pane whose rows are all there now; after each step. */
void	ui_do_later(struct ui *);
/* It is gone, or its rows are not wanted any more. */
void	ui_forget_later(struct ui *, const struct pane *);
int	ui_yank(struct ui *, const char *what);
/*
 * A recording is somebody else's file: while it runs it may neither write
 * files nor start programs.  E_RESTRICTED says so.
 */
int	ui_may_act(struct ui *, const char *what);
/* What the cursor is on, as short as it goes: a word, a name, an address. */
void	ui_word(struct ui *, struct buf *);

/* window.c: history and layout */
struct window *ui_window(struct ui *);
struct pane *ui_pane(struct ui *);	/* the one with the focus */
/* Take a new document into the window, after the current one. */
void	ui_show(struct ui *, struct pane *);
bool	ui_back(struct ui *, int n);
bool	ui_forward(struct ui *, int n);
/* Take the document that is shown away again; the first one stays. */
void	window_give_up(struct window *);
void	ui_layout(struct ui *);
int	ui_close_window(struct ui *);
void	ui_next_window(struct ui *, int direction);
/*
 * The split whose line is at a place of the screen, or NULL; and where that
 * line is to go.
 */
struct frame *ui_split_at(struct ui *, int x, int y);
void	ui_move_split(struct ui *, struct frame *, int x, int y);
void	frame_destroy(struct frame *);
/* Every leaf in order: NULL to start. */
struct frame *frame_next_leaf(struct frame *root, struct frame *);

/* follow.c: links, expressions, spaces */
int	ui_follow(struct ui *, const struct link *);
int	ui_expression(struct ui *, const char *text);
/* The space of a process, kept as long as the ui; 0 = the kernel's. */
int	ui_space(struct ui *, int pid, const struct space **ret);
/* The process that a space belongs to, 0 for the kernel's. */
int	ui_space_pid(struct ui *, const struct space *);

/* search.c */
int	ui_search(struct ui *, const char *pattern, int direction);
int	ui_search_next(struct ui *, int direction);
/* While a pattern is typed: show the first match from where it began. */
void	ui_search_preview(struct ui *, const char *pattern);
bool	ui_search_step(struct ui *, uint64_t until);
void	ui_search_highlight(struct ui *, const struct region *);
void	ui_search_stop(struct ui *);

/* list.c */
bool	list_verb(struct list *, enum verb, int count);
/* After n or h changed: the cursor in range and on the screen. */
void	list_fit(struct list *, size_t n, int h);
void	list_go(struct list *, size_t row);
/* The same in a list that may not be read yet. */
void	list_want(struct list *, size_t row);
/* The rows will be read again: be where one is now once they are there. */
void	list_keep(struct list *);
void	list_position(const struct list *, struct buf *);

/* Panes: constructors.  0, or an error and nothing shown. */
int	pane_overview_open(struct ui *);
int	pane_help_open(struct ui *);
int	pane_messages_open(struct ui *);
int	pane_notes_open(struct ui *);
int	pane_symbols_open(struct ui *, const char *regex);
int	pane_hex_open(struct ui *, uint64_t addr, int pid);
int	pane_struct_open(struct ui *, const struct value *, const char *title);
int	pane_process_open(struct ui *, int pid);
int	pane_table_open(struct ui *, const char *line);
/* The tasks of the rows that a table shows, " TID TID ..."; none: "". */
void	pane_table_tasks(struct pane *, struct buf *);
int	pane_meters_open(struct ui *);
int	pane_changes_open(struct ui *);
/* The change under the cursor of that pane, SIZE_MAX: none. */
size_t	pane_changes_here(struct pane *);

void   *pane_new(struct ui *, const struct pane_ops *, size_t size);
void	pane_destroy(struct pane *);

#endif
