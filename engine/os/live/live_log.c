/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /dev/kmsg (Documentation/ABI/testing/dev-kmsg): each read gives one record,
 * "PRIORITY,SEQUENCE,MICROSECONDS,FLAGS[,caller=T1];TEXT", then lines that
 * begin with a blank.  What is not printable comes as \xHH.
 */
#include "engine/os/live/live.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD_MAX	65536
#define RECORDS_MAX	(1u << 22)

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return (c - '0');
	return (c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1);
}

static size_t
unescape(char *p)
{
	char *out, *start = p;

	for (out = p; *p != '\0'; p++)
		if (p[0] == '\\' && p[1] == 'x' && nibble(p[2]) >= 0 &&
		    nibble(p[3]) >= 0) {
			*out++ = (char)(nibble(p[2]) << 4 | nibble(p[3]));
			p += 3;
		} else {
			*out++ = *p;
		}
	*out = '\0';
	return ((size_t)(out - start));
}

static bool
parse(char *p, struct os_log *log, char caller[16])
{
	unsigned long long seq, usec;
	unsigned priority;
	const char *c;
	char *text;

	text = strchr(p, ';');
	if (text == NULL)
		return (false);
	*text++ = '\0';
	if (sscanf(p, "%u,%llu,%llu", &priority, &seq, &usec) != 3)
		return (false);
	caller[0] = '\0';
	c = strstr(p, ",caller=");
	if (c != NULL)
		snprintf(caller, 16, "%s", c + strlen(",caller="));
	caller[strcspn(caller, ",")] = '\0';
	text[strcspn(text, "\n")] = '\0';
	*log = (struct os_log){ .seq = seq, .ns = usec * 1000,
	    .level = (int)(priority & 7), .facility = (int)(priority >> 3),
	    .caller = caller, .text = text, .len = unescape(text) };
	while (log->len > 0 && text[log->len - 1] == '\n')
		log->len--;
	return (true);
}

static int
records(struct ctx *ctx, int fd, char *record,
    int (*fn)(void *, struct ctx *, const struct os_log *), void *arg)
{
	struct os_log log;
	char caller[16];
	unsigned n;
	ssize_t got;
	int rc;

	if (lseek(fd, 0, SEEK_SET) == -1)
		return (ctx_fail_errno(ctx, live_status(errno), "/dev/kmsg"));
	for (n = 0, rc = 0; rc == 0 && n < RECORDS_MAX; n++) {
		got = read(fd, record, RECORD_MAX - 1);
		if (got == 0 || (got == -1 && errno == EAGAIN))
			break;
		/* Overwritten before it was read: on with what follows. */
		if (got == -1 && (errno == EPIPE || errno == EINTR))
			continue;
		if (got == -1)
			return (ctx_fail_errno(ctx, live_status(errno),
			    "/dev/kmsg"));
		record[got] = '\0';
		if (parse(record, &log, caller))
			rc = fn(arg, ctx, &log);
		if (rc == 0 && n % 1024 == 1023)
			rc = ctx_check(ctx);
	}
	return (rc);
}

int
live_log(struct ctx *ctx, struct kernel *k,
    int (*fn)(void *, struct ctx *, const struct os_log *), void *arg)
{
	struct live_os *l = live_of(k);
	char *record;
	int rc;

	if (l->kmsg == -1) {
		errno = l->kmsg_errno;
		rc = live_status(errno);
		return (rc == E_RESTRICTED ? ctx_fail_errno(ctx, rc,
		    "/dev/kmsg: only root may read the log here (sysctl "
		    "kernel.dmesg_restrict)") :
		    ctx_fail_errno(ctx, E_RESTRICTED, "/dev/kmsg"));
	}
	record = malloc(RECORD_MAX);
	if (record == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	pthread_mutex_lock(&l->kmsg_lock);
	rc = records(ctx, l->kmsg, record, fn, arg);
	pthread_mutex_unlock(&l->kmsg_lock);
	free(record);
	return (rc);
}
