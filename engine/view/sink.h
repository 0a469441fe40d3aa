/* SPDX-License-Identifier: BSD-2-Clause */
/* Sinks: rows to text. */
#ifndef ENGINE_VIEW_SINK_H
#define ENGINE_VIEW_SINK_H

#include "base/out.h"
#include "engine/view/row.h"

struct sink_ops {
	const char *name;		/* as -f names it */
	int	(*create)(struct ctx *, struct out *, struct row_sink **);
	/* After the last row: closes the array; ok false = the command failed. */
	int	(*end)(struct row_sink *, struct ctx *, bool ok);
	void	(*destroy)(struct row_sink *);
};

extern const struct sink_ops *const sinks[];	/* NULL-ended: text json jsonl csv */
const struct sink_ops *sink_by_name(const char *);

extern const struct sink_ops sink_text, sink_json, sink_jsonl, sink_csv;
/* OK, or E_IO once a write has failed: what a sink returns for a row. */
int	sink_status(struct ctx *, const struct out *);

#endif
