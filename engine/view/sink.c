/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/view/sink.h"

#include <string.h>

const struct sink_ops *const sinks[] = {
	&sink_text,
	&sink_json,
	&sink_jsonl,
	&sink_csv,
	NULL
};

const struct sink_ops *
sink_by_name(const char *name)
{
	size_t i;

	for (i = 0; sinks[i] != NULL; i++)
		if (strcmp(sinks[i]->name, name) == 0)
			return (sinks[i]);
	return (NULL);
}

int
sink_status(struct ctx *ctx, const struct out *out)
{
	if (out->error == 0)
		return (OK);
	return (ctx_fail(ctx, E_IO, "cannot write: %s", strerror(out->error)));
}
