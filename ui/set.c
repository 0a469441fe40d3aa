/* SPDX-License-Identifier: BSD-2-Clause */
/* The settings: one table. */
#include "ui/moving.h"
#include "ui/model.h"
#include "ui/term.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct setting {
	const char	*name;
	const char	*brief;		/* as vi has it, or NULL */
	const char	*values;	/* that it may have, NULL: no few words */
	bool		*(*flag)(struct ui *);	/* on or off; NULL: has a value */
	int		(*set)(struct ui *, const char *value);
	const char	*(*get)(struct ui *);
};

static bool *
flag_ascii(struct ui *ui)
{
	return (&ui->ascii);
}

static bool *
flag_ignorecase(struct ui *ui)
{
	return (&ui->ignorecase);
}

static bool *
flag_linked(struct ui *ui)
{
	return (&ui->linked);
}

static bool *
flag_mouse(struct ui *ui)
{
	return (&ui->mouse);
}

static bool *
flag_wrapscan(struct ui *ui)
{
	return (&ui->wrapscan);
}

static int
set_theme(struct ui *ui, const char *value)
{
	enum theme t, shown;

	t = theme_by_name(value);
	if (t == THEME_COUNT)
		return (ctx_fail(ui->ctx, E_USAGE, "set: there is no theme "
		    "\"%s\"; dark, light, 16 and mono are there", value));
	shown = ui->term != NULL ? ui->term->use_theme(t) : t;
	ui->theme = shown;
	if (shown != t)
		ui_say(ui, STYLE_WARN, "this terminal has too few colours for "
		    "theme %s: theme %s", theme_names[t], theme_names[shown]);
	return (0);
}

static const char *
get_theme(struct ui *ui)
{
	return (theme_names[ui->theme]);
}

static const struct setting settings[] = {
	{ "ascii", NULL, NULL, flag_ascii, NULL, NULL },
	{ "ignorecase", "ic", NULL, flag_ignorecase, NULL, NULL },
	{ "linked", NULL, NULL, flag_linked, NULL, NULL },
	{ "mouse", NULL, NULL, flag_mouse, NULL, NULL },
	{ "refresh", NULL, "1 2 5 off", NULL, moving_set_rate, moving_rate },
	{ "theme", "colorscheme", "dark light 16 mono", NULL, set_theme,
	    get_theme },
	{ "wrapscan", "ws", NULL, flag_wrapscan, NULL, NULL },
};
#define NSETTINGS	(sizeof(settings) / sizeof(settings[0]))

static bool
is_word(const char *word, const char *name, size_t n)
{
	return (word != NULL && strlen(word) == n && memcmp(word, name, n) == 0);
}

static const struct setting *
setting_by_name(const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < NSETTINGS; i++) {
		if (is_word(settings[i].name, name, n) ||
		    is_word(settings[i].brief, name, n))
			return (&settings[i]);
	}
	return (NULL);
}

void
ui_set_words(const char *typed, void (*word)(void *arg, const char *), void *arg)
{
	const size_t n = strcspn(typed, "=");
	const struct setting *s;
	const char *p;
	char text[64];
	size_t i, k;

	if (typed[n] == '=') {
		s = setting_by_name(typed, n);
		for (p = s != NULL && s->values != NULL ? s->values : "";
		    *p != '\0'; p += k + strspn(p + k, " ")) {
			k = strcspn(p, " ");
			snprintf(text, sizeof(text), "%.*s=%.*s", (int)n, typed,
			    (int)k, p);
			word(arg, text);
		}
		return;
	}
	for (i = 0; i < NSETTINGS; i++) {
		snprintf(text, sizeof(text), "%s%s", settings[i].name,
		    settings[i].flag == NULL ? "=" : "");
		word(arg, text);
		snprintf(text, sizeof(text), "no%s", settings[i].name);
		if (settings[i].flag != NULL)
			word(arg, text);
	}
}

static void
tell(struct ui *ui, const struct setting *s, struct buf *b)
{
	buf_puts(b, b->len > 0 ? "  " : "");
	if (s->flag != NULL)
		buf_printf(b, "%s%s", *s->flag(ui) ? "" : "no", s->name);
	else
		buf_printf(b, "%s=%s", s->name, s->get(ui));
}

static int
turn(struct ui *ui, const struct setting *s, bool on)
{
	if (s->flag == flag_ascii && !on && ui->only_ascii)
		return (ctx_fail(ui->ctx, E_UNSUPPORTED, "set: this locale has "
		    "ASCII only; LC_ALL=C.UTF-8 kpeek ... has more"));
	*s->flag(ui) = on;
	return (0);
}

static int
set_one(struct ui *ui, const char *word, size_t n)
{
	const struct setting *s;
	struct buf b = { 0 };
	size_t name;
	char *value;
	int rc;

	for (name = 0; name < n && word[name] != '='; name++)
		;
	s = setting_by_name(word, name);
	if (s != NULL && s->flag != NULL && name == n)
		return (turn(ui, s, true));
	if (s != NULL && s->flag == NULL && name < n) {
		value = strndup(word + name + 1, n - name - 1);
		if (value == NULL)
			return (ctx_fail(ui->ctx, E_NOMEM, "no memory"));
		rc = s->set(ui, value);
		free(value);
		return (rc);
	}
	/* "theme?", or "theme" alone: which is it? */
	if (s == NULL && n > 0 && word[n - 1] == '?')
		s = setting_by_name(word, n - 1);
	if (s != NULL && name >= n) {
		tell(ui, s, &b);
		ui_say(ui, STYLE_NORMAL, "%s", buf_text(&b));
		buf_fini(&b);
		return (0);
	}
	if (s != NULL)
		return (ctx_fail(ui->ctx, E_USAGE, "set: %s is on or off: "
		    "set %s, set no%s", s->name, s->name, s->name));
	if (n > 2 && memcmp(word, "no", 2) == 0) {
		s = setting_by_name(word + 2, n - 2);
		if (s != NULL && s->flag != NULL)
			return (turn(ui, s, false));
	}
	/* "ascii!", "invascii": the other way round. */
	if (n > 1 && word[n - 1] == '!')
		s = setting_by_name(word, n - 1);
	else if (n > 3 && memcmp(word, "inv", 3) == 0)
		s = setting_by_name(word + 3, n - 3);
	if (s != NULL && s->flag != NULL) {
		rc = turn(ui, s, !*s->flag(ui));
		if (rc != 0)
			return (rc);
		tell(ui, s, &b);
		ui_say(ui, STYLE_NORMAL, "%s", buf_text(&b));
		buf_fini(&b);
		return (0);
	}
	return (ctx_fail(ui->ctx, E_USAGE, "set: there is no \"%.*s\"; set "
	    "alone lists what there is", (int)n, word));
}

int
ui_set(struct ui *ui, const char *args)
{
	struct buf b = { 0 };
	size_t i, n;
	int rc;

	if (args[0] == '\0' || strcmp(args, "all") == 0) {
		for (i = 0; i < NSETTINGS; i++)
			tell(ui, &settings[i], &b);
		ui_say(ui, STYLE_NORMAL, "%s", buf_text(&b));
		buf_fini(&b);
		return (0);
	}
	for (rc = 0; rc == 0 && *args != '\0'; args += n) {
		while (isspace((unsigned char)*args))
			args++;
		n = strcspn(args, " \t");
		if (n > 0)
			rc = set_one(ui, args, n);
	}
	return (rc);
}
