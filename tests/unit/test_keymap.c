/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"
#include "ui/keymap.h"

#include <string.h>

struct errors {
	int	n;
	char	last[400];
};

static bool
is_mode(void *arg, const char *name)
{
	(void)arg;
	return (strcmp(name, "hex") == 0);
}

static bool
is_command(void *arg, const char *name)
{
	(void)arg;
	return (strcmp(name, "nonsense") != 0);
}

static void
on_error(void *arg, const char *text)
{
	struct errors *e = arg;

	e->n++;
	snprintf(e->last, sizeof(e->last), "%s", text);
}

static int
parse(struct keymap *k, const char *text, struct errors *e)
{
	struct keymap_checks checks = { is_mode, is_command, on_error, e };

	memset(e, 0, sizeof(*e));
	return (keymap_parse(k, "test.keys", text, strlen(text), &checks));
}

/* What a sequence, written as in a keymap, does in a mode; NULL: nothing. */
static const char *
does(const struct keymap *k, const char *mode, const char *seq)
{
	const struct binding *b;
	uint32_t keys[KEYMAP_SEQ_MAX];
	unsigned n;
	size_t len;

	for (n = 0; *seq != '\0'; seq += len) {
		while (*seq == ' ')
			seq++;
		len = strcspn(seq, " ");
		assert_true(key_parse(seq, len, &keys[n++]));
	}
	switch (keymap_lookup(k, mode, keys, n, &b)) {
	case KEYMAP_FOUND:
		return (b->command);
	case KEYMAP_PREFIX:
		return ("...");
	case KEYMAP_NONE:
		break;
	}
	return (NULL);
}

static void
names_keys(void **state)
{
	static const struct {
		const char	*name;
		uint32_t	 key;
		const char	*shown;
	} good[] = {
		{ "a", 'a', "a" }, { "A", 'A', "A" }, { "=", '=', "=" },
		{ "-", '-', "-" }, { "Space", ' ', "Space" },
		{ "C-x", UKEY_CTRL | 'x', "C-x" },
		{ "C-X", UKEY_CTRL | 'x', "C-x" },
		{ "C-Space", UKEY_CTRL | ' ', "C-Space" },
		{ "M-x", UKEY_META | 'x', "M-x" },
		{ "C-M-x", UKEY_CTRL | UKEY_META | 'x', "C-M-x" },
		{ "M-C-x", UKEY_CTRL | UKEY_META | 'x', "C-M-x" },
		{ "M--", UKEY_META | '-', "M--" },
		{ "C--", UKEY_CTRL | '-', "C--" },
		{ "Enter", UKEY_ENTER, "Enter" },
		{ "return", UKEY_ENTER, "Enter" },
		{ "C-m", UKEY_ENTER, "Enter" }, { "C-i", UKEY_TAB, "Tab" },
		{ "C-[", UKEY_ESC, "Esc" },
		{ "C-h", UKEY_BACKSPACE, "Backspace" },
		{ "S-Tab", UKEY_BACKTAB, "S-Tab" },
		{ "M-Left", UKEY_META | UKEY_LEFT, "M-Left" },
		{ "F1", UKEY_F1, "F1" }, { "F12", UKEY_F12, "F12" },
		{ "PgDn", UKEY_PGDN, "PgDn" },
		{ "\xc3\xa4", 0xe4, "\xc3\xa4" },
	};
	static const char *const bad[] = { "", "F0", "F13", "F1x", "C-", "M-",
	    "ab", "\x01", "C-\xc3\xa4", "\xff", "Entr" };
	char shown[KEY_NAME_MAX];
	uint32_t key;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(key_parse(good[i].name, strlen(good[i].name), &key));
		assert_int_equal(key, good[i].key);
		key_format(key, shown);
		assert_string_equal(shown, good[i].shown);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(key_parse(bad[i], strlen(bad[i]), &key));
	assert_int_equal(key_from_char(1), UKEY_CTRL | 'a');
	assert_int_equal(key_from_char(0x1d), UKEY_CTRL | ']');
	assert_int_equal(key_from_char('\r'), UKEY_ENTER);
	assert_int_equal(key_from_char(0x7f), UKEY_BACKSPACE);
}

static void
binds(void **state)
{
	struct keymap k;
	struct errors e;

	(void)state;
	keymap_init(&k);
	assert_int_equal(parse(&k,
	    "# comment\n"
	    "\n"
	    "key j = down\n"
	    "  key  g   g =  top \t\r\n"
	    "key g e=x = hex a = b\n"
	    "key = = command =\n"
	    "mode hex\n"
	    "key j = unit 8\n"
	    "mode prompt\n"
	    "key Enter = accept", &e), 1);
	/* "e=x" is no key: that line alone is lost. */
	assert_string_equal(e.last, "test.keys:5:7: \"e=x\" is not a key");
	assert_string_equal(does(&k, "all", "j"), "down");
	assert_string_equal(does(&k, "struct", "j"), "down");
	assert_string_equal(does(&k, "hex", "j"), "unit 8");
	assert_string_equal(does(&k, "hex", "g"), "...");
	assert_string_equal(does(&k, "hex", "g g"), "top");
	assert_string_equal(does(&k, "hex", "="), "command =");
	assert_null(does(&k, "hex", "g x"));
	assert_string_equal(does(&k, "prompt", "Enter"), "accept");
	/* Letters are text on the prompt, whatever they do elsewhere. */
	assert_null(does(&k, "prompt", "j"));
	keymap_fini(&k);
}

static void
overrides(void **state)
{
	const struct binding *b;
	struct keymap k;
	struct errors e;

	(void)state;
	keymap_init(&k);
	assert_int_equal(parse(&k, "key j = down\nkey n = down\nkey g g = top\n"
	    "key x = follow\nmode hex\nkey x = bytes\n", &e), 0);
	assert_int_equal(parse(&k, "key j = up\nkey g = bottom\n"
	    "unkey n\nmode hex\nunkey x\n", &e), 0);
	assert_string_equal(does(&k, "all", "j"), "up");
	/* A single key of one's own hides the sequences that began with it. */
	assert_string_equal(does(&k, "all", "g"), "bottom");
	assert_null(does(&k, "all", "n"));
	assert_string_equal(does(&k, "struct", "x"), "follow");
	assert_null(does(&k, "hex", "x"));
	b = keymap_key_of(&k, "all", "up");
	assert_non_null(b);
	assert_int_equal(b->keys[0], 'j');
	assert_null(keymap_key_of(&k, "all", "down"));
	assert_null(keymap_key_of(&k, "all", "top"));
	/* ... and a later sequence brings its prefix back. */
	assert_int_equal(parse(&k, "key g t = top\n", &e), 0);
	assert_string_equal(does(&k, "all", "g"), "...");
	assert_string_equal(does(&k, "all", "g t"), "top");
	keymap_fini(&k);
}

static void
names_errors(void **state)
{
	static const struct {
		const char *text, *error;
	} bad[] = {
		{ "bind j = down", ":1:1: \"bind\" is not key, unkey or mode" },
		{ "\n  key", ":2:6: a key is missing" },
		{ "key j", ":1:6: \"=\" and a command are missing" },
		{ "key j =", ":1:8: a command is missing after \"=\"" },
		{ "key j = nonsense 1",
		    ":1:9: no command is called \"nonsense\"" },
		{ "key \xc3\xa4 Foo = down", ":1:7: \"Foo\" is not a key" },
		{ "key 1 2 3 4 5 6 7 = down",
		    ":1:17: more than 6 keys in a sequence" },
		{ "mode", ":1:5: \"mode\" wants a name" },
		{ "mode tab\nkey j = up", ":1:6: no mode or pane is called "
		    "\"tab\"" },
	};
	struct keymap k;
	struct errors e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		keymap_init(&k);
		assert_int_equal(parse(&k, bad[i].text, &e), 1);
		assert_string_equal(e.last + strlen("test.keys"), bad[i].error);
		/* The rest of the file counts. */
		assert_int_equal(parse(&k, "key z = down\n", &e), 0);
		assert_string_equal(does(&k, "all", "z"), "down");
		assert_null(does(&k, "all", "j"));
		keymap_fini(&k);
	}
}

static void
survives_garbage(void **state)
{
	struct keymap k;
	struct errors e;
	char text[512];
	unsigned seed, i, n;

	(void)state;
	for (seed = 1; seed < 2000; seed++) {
		unsigned r = seed * 2654435761u;

		for (i = 0; i < sizeof(text) - 1; i++) {
			r = r * 1103515245u + 12345u;
			text[i] = "key mode=\n\tC-M- \xc3#\x01"[(r >> 16) % 19];
		}
		text[i] = '\0';
		keymap_init(&k);
		assert_true(parse(&k, text, &e) >= 0);
		for (n = 0; n < k.n; n++)
			assert_in_range(k.v[n].nkeys, 1, KEYMAP_SEQ_MAX);
		keymap_fini(&k);
	}
}

/* The keymaps of the program itself have no errors. */
static void
builtins_are_clean(void **state)
{
	const struct keymap_builtin *b;
	struct keymap k;
	struct errors e;
	int n;

	(void)state;
	for (b = keymap_builtins, n = 0; b->name != NULL; b++, n++) {
		struct keymap_checks checks = { NULL, NULL, on_error, &e };

		memset(&e, 0, sizeof(e));
		keymap_init(&k);
		assert_int_equal(keymap_parse(&k, b->name, b->text,
		    strlen(b->text), &checks), 0);
		assert_true(k.n > 30);
		assert_non_null(keymap_key_of(&k, "hex", "follow"));
		assert_non_null(keymap_key_of(&k, "hex", "back"));
		assert_non_null(keymap_key_of(&k, "hex", "help"));
		assert_non_null(keymap_key_of(&k, "hex", "command"));
		keymap_fini(&k);
	}
	assert_true(n >= 2);
}

/* Each map that comes along does all of this, whatever its hands know. */
static void
complete(void **state)
{
	static const char *const wanted[] = { "down", "up", "left", "right",
	    "page-down", "page-up", "half-down", "half-up", "scroll-down",
	    "scroll-up", "top", "bottom", "home", "end", "next-link",
	    "prev-link", "next-part", "prev-part", "follow", "bytes", "back",
	    "forward", "mark", "jump", "search", "search-back", "next", "prev",
	    "filter", "cancel", "sort", "reverse", "refresh", "yank row",
	    "yank address", "again", "overview", "ps", "symbols", "log", "mod",
	    "info", "help", "split", "vsplit", "next-window", "zoom", "taller",
	    "shorter", "equal", "swap-window", "linked", "close-window", "only",
	    "command", "palette", "close", "quit", "suspend", "redraw" };
	static const char *const prompt[] = { "accept", "cancel",
	    "edit complete", "edit left", "edit right", "edit start", "edit end",
	    "edit backspace", "edit delete", "edit kill-word", "edit older",
	    "edit newer" };
	const struct keymap_builtin *b;
	struct keymap_checks checks = { .mode = NULL };
	struct keymap k;
	size_t i;
	int n;

	(void)state;
	for (b = keymap_builtins, n = 0; b->name != NULL; b++, n++) {
		keymap_init(&k);
		assert_int_equal(keymap_parse(&k, b->name, b->text,
		    strlen(b->text), &checks), 0);
		for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
			if (keymap_key_of(&k, "overview", wanted[i]) == NULL &&
			    keymap_key_of(&k, "table", wanted[i]) == NULL)
				fail_msg("%s has no key for %s", b->name,
				    wanted[i]);
		}
		for (i = 0; i < sizeof(prompt) / sizeof(prompt[0]); i++) {
			if (keymap_key_of(&k, "prompt", prompt[i]) == NULL)
				fail_msg("%s has no key for %s on the prompt",
				    b->name, prompt[i]);
		}
		keymap_fini(&k);
	}
	assert_int_equal(n, 4);
}

static void
equals_sign(void **state)
{
	struct keymap k;
	struct errors e;

	(void)state;
	keymap_init(&k);
	assert_int_equal(parse(&k, "key C-w = = equal\nkey = = info\n", &e), 0);
	assert_string_equal(does(&k, "all", "="), "info");
	assert_string_equal(does(&k, "all", "C-w ="), "equal");
	keymap_fini(&k);
}

UNIT_MAIN(UNIT(complete), UNIT(equals_sign), UNIT(names_keys), UNIT(binds), UNIT(overrides), UNIT(names_errors),
    UNIT(survives_garbage), UNIT(builtins_are_clean))
