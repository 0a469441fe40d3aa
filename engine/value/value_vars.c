/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What expressions keep: variables ("" is the last value), and the names of the
 * frame that was chosen.  Threads share them.
 */
#include "engine/value/value_int.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define VARS_MAX	4096
#define VAR_NAME_MAX	64

struct value_vars {
	pthread_mutex_t	 lock;
	struct value_var {
		char	     name[VAR_NAME_MAX];
		struct value v;
	}	*v;
	size_t	 n, cap;
	struct value_frame frame;
	struct value_vars *names;	/* of the frame; NULL: none was chosen */
};

struct value_vars *
value_vars_create(void)
{
	struct value_vars *vars = calloc(1, sizeof(*vars));

	if (vars != NULL)
		pthread_mutex_init(&vars->lock, NULL);
	return (vars);
}

void
value_vars_destroy(struct value_vars *vars)
{
	if (vars == NULL)
		return;
	value_vars_destroy(vars->names);
	pthread_mutex_destroy(&vars->lock);
	free(vars->v);
	free(vars);
}

static struct value_var *
var_find(const struct value_vars *vars, const char *name)
{
	size_t i;

	for (i = 0; i < vars->n; i++) {
		if (strcmp(vars->v[i].name, name) == 0)
			return (&vars->v[i]);
	}
	return (NULL);
}

bool
value_vars_get(struct value_vars *vars, const char *name, struct value *ret)
{
	const struct value_var *var;

	if (vars == NULL)
		return (false);
	pthread_mutex_lock(&vars->lock);
	var = var_find(vars, name);
	if (var != NULL)
		*ret = var->v;
	pthread_mutex_unlock(&vars->lock);
	return (var != NULL);
}

/* The variable of that name, made when there is none; under the lock. */
static int
var_make(struct ctx *ctx, struct value_vars *vars, const char *name,
    struct value_var **ret)
{
	struct value_var *var = var_find(vars, name);

	if (var == NULL) {
		if (strlen(name) >= VAR_NAME_MAX || vars->n >= VARS_MAX)
			return (ctx_fail(ctx, E_LIMIT,
			    "$%s: too many variables or too long a name", name));
		if (!vec_room(vars->v, vars->cap, vars->n + 1))
			return (ctx_fail(ctx, E_NOMEM, "$%s: out of memory",
			    name));
		var = &vars->v[vars->n++];
		memcpy(var->name, name, strlen(name) + 1);
	}
	*ret = var;
	return (OK);
}

int
value_vars_set(struct ctx *ctx, struct value_vars *vars, const char *name,
    const struct value *v)
{
	struct value_var *var;
	int r;

	if (v->place == VALUE_TEXT)
		return (ctx_fail(ctx, E_USAGE, "a text cannot be kept"));
	pthread_mutex_lock(&vars->lock);
	r = var_make(ctx, vars, name, &var);
	if (r == OK)
		var->v = *v;
	pthread_mutex_unlock(&vars->lock);
	return (r);
}

void
value_frame_choose(struct value_vars *vars, const struct value_frame *frame,
    struct value_vars *names)
{
	struct value_vars *old;

	pthread_mutex_lock(&vars->lock);
	old = vars->names;
	vars->names = names;
	vars->frame = *frame;
	pthread_mutex_unlock(&vars->lock);
	value_vars_destroy(old);
}

bool
value_frame_chosen(struct value_vars *vars, struct value_frame *frame)
{
	bool chosen;

	if (vars == NULL)
		return (false);
	pthread_mutex_lock(&vars->lock);
	chosen = vars->names != NULL;
	if (chosen)
		*frame = vars->frame;
	pthread_mutex_unlock(&vars->lock);
	return (chosen);
}

bool
value_frame_get(struct value_vars *vars, const char *name, struct value *ret)
{
	bool found;

	if (vars == NULL)
		return (false);
	pthread_mutex_lock(&vars->lock);
	found = vars->names != NULL && value_vars_get(vars->names, name, ret);
	pthread_mutex_unlock(&vars->lock);
	return (found);
}
