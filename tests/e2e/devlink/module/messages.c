// SPDX-License-Identifier: GPL-2.0-only
/* What the reporters of devlinksim say: the shapes that real drivers send, and
 * worse. */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/netlink.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "devlinksim.h"

/* Goes on only while nothing has failed; fmsg calls return errors up to 6.6. */
#define PUT(call)                                                              \
	do {                                                                   \
		if (!err)                                                      \
			err = (call);                                          \
	} while (0)

#define DUMP(name)                                                             \
	static int name(struct devlink_health_reporter *reporter,              \
			struct devlink_fmsg *fmsg, void *context,              \
			struct netlink_ext_ack *extack)
#define DIAGNOSE(name)                                                         \
	static int name(struct devlink_health_reporter *reporter,              \
			struct devlink_fmsg *fmsg,                             \
			struct netlink_ext_ack *extack)

/* The message of a report; a dump that a person asked for has none. */
static int put_message(struct devlink_fmsg *fmsg, void *context)
{
	return context ? devlink_fmsg_string_pair_put(fmsg, "message", context)
		       : 0;
}

/* bnxt's "core": pairs directly in a pair, without an object. */
DUMP(dump_bnxt)
{
	u8 data[40];
	int err = 0;

	sim_fill(data, sizeof(data), 0);
	PUT(devlink_fmsg_pair_nest_start(fmsg, "core"));
	PUT(devlink_fmsg_binary_pair_put(fmsg, "data", data, sizeof(data)));
	PUT(devlink_fmsg_u32_pair_put(fmsg, "size", sizeof(data)));
	PUT(devlink_fmsg_pair_nest_end(fmsg));
	return err;
}

DUMP(dump_duplicates)
{
	int err = 0, i;

	for (i = 0; i < 3; i++) {
		PUT(devlink_fmsg_u32_pair_put(fmsg, "register", i));
		PUT(devlink_fmsg_pair_nest_start(fmsg, "queue"));
		PUT(devlink_fmsg_obj_nest_start(fmsg));
		PUT(devlink_fmsg_u32_pair_put(fmsg, "index", i));
		PUT(devlink_fmsg_u32_pair_put(fmsg, "index", i + 10));
		PUT(devlink_fmsg_obj_nest_end(fmsg));
		PUT(devlink_fmsg_pair_nest_end(fmsg));
	}
	return err;
}

DUMP(dump_strings)
{
	static const char *const pairs[][2] = {
		{ "HW state", "two words" },
		{ "colon: name", "a: b: c" },
		{ "quotes", "say \"hello\" and 'bye'" },
		{ "backslash", "a\\b\\n" },
		{ "empty", "" },
		{ "lines", "one\ntwo" },
		{ "\n Overflow_flag", "as hinic" },
		{ "control", "tab\there, bell\a, escape\x1b[31mred" },
		{ "utf8", "\xc3\xa9t\xc3\xa9" },
		{ "not_utf8", "\xff\xfe\x80 end" },
	};
	int err = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++)
		PUT(devlink_fmsg_string_pair_put(fmsg, pairs[i][0],
						 pairs[i][1]));
	return err;
}

/* Every type with its extremes, arrays of all kinds, objects in objects. */
DUMP(dump_types)
{
	int err = 0, i;

	PUT(put_message(fmsg, context));
	PUT(devlink_fmsg_bool_pair_put(fmsg, "false", false));
	PUT(devlink_fmsg_u8_pair_put(fmsg, "u8", 255));
	PUT(devlink_fmsg_u32_pair_put(fmsg, "u32", U32_MAX));
	PUT(devlink_fmsg_u64_pair_put(fmsg, "u64", U64_MAX));
	PUT(devlink_fmsg_u64_pair_put(fmsg, "beyond_double", (1ULL << 53) + 1));
	PUT(devlink_fmsg_binary_pair_put(fmsg, "no_binary", NULL, 0));
	PUT(devlink_fmsg_arr_pair_nest_start(fmsg, "no_array"));
	PUT(devlink_fmsg_arr_pair_nest_end(fmsg));
	PUT(devlink_fmsg_arr_pair_nest_start(fmsg, "strings"));
	PUT(devlink_fmsg_string_put(fmsg, "first"));
	PUT(devlink_fmsg_string_put(fmsg, "second one"));
	PUT(devlink_fmsg_arr_pair_nest_end(fmsg));
	PUT(devlink_fmsg_arr_pair_nest_start(fmsg, "objects"));
	for (i = 0; i < 2; i++) {
		PUT(devlink_fmsg_obj_nest_start(fmsg));
		PUT(devlink_fmsg_u32_pair_put(fmsg, "index", i));
		PUT(devlink_fmsg_pair_nest_start(fmsg, "inner"));
		PUT(devlink_fmsg_obj_nest_start(fmsg));
		PUT(devlink_fmsg_string_pair_put(fmsg, "name", "nested"));
		PUT(devlink_fmsg_obj_nest_end(fmsg));
		PUT(devlink_fmsg_pair_nest_end(fmsg));
		PUT(devlink_fmsg_obj_nest_end(fmsg));
	}
	PUT(devlink_fmsg_arr_pair_nest_end(fmsg));
	/* ice's tx_hang: an object directly in the object around everything. */
	PUT(devlink_fmsg_obj_nest_start(fmsg));
	PUT(devlink_fmsg_u32_pair_put(fmsg, "in_object", 1));
	PUT(devlink_fmsg_obj_nest_end(fmsg));
	return err;
}

DUMP(dump_fails)
{
	NL_SET_ERR_MSG(extack, "the firmware does not answer");
	return -EIO;
}

DIAGNOSE(diagnose_fails)
{
	NL_SET_ERR_MSG(extack, "the firmware is busy");
	return -EBUSY;
}

DUMP(dump_nothing)
{
	return 0;
}

DIAGNOSE(diagnose_nothing)
{
	return 0;
}

DUMP(dump_binary)
{
	struct sim *sim = devlink_health_reporter_priv(reporter);
	u32 size = min_t(u32, sim->binary_len, SIM_BINARY_MAX);
	void *data = vmalloc(size ?: 1);
	int err = 0;

	if (!data)
		return -ENOMEM;
	sim_fill(data, size, 0);
	PUT(devlink_fmsg_u32_pair_put(fmsg, "size", size));
	PUT(devlink_fmsg_binary_pair_put(fmsg, "binary", data, size));
	PUT(devlink_fmsg_string_pair_put(fmsg, "after", "the end"));
	vfree(data);
	return err;
}

DUMP(dump_slow)
{
	struct sim *sim = devlink_health_reporter_priv(reporter);

	if (msleep_interruptible(sim->slow_ms))
		return -EINTR;
	return devlink_fmsg_u32_pair_put(fmsg, "slept_ms", sim->slow_ms);
}

DUMP(dump_message)
{
	int err = 0;

	PUT(put_message(fmsg, context));
	PUT(devlink_fmsg_u32_pair_put(fmsg, "syndrome", 8));
	return err;
}

DIAGNOSE(diagnose_state)
{
	struct sim *sim = devlink_health_reporter_priv(reporter);
	int err = 0;

	PUT(devlink_fmsg_string_pair_put(fmsg, "firmware", sim->fw_running));
	PUT(devlink_fmsg_u32_pair_put(fmsg, "tests", sim->tests));
	PUT(devlink_fmsg_bool_pair_put(fmsg, "fail_recover",
				       sim->fail_recover));
	return err;
}

static int sim_recover(struct devlink_health_reporter *reporter, void *context,
		       struct netlink_ext_ack *extack)
{
	struct sim *sim = devlink_health_reporter_priv(reporter);

	if (!sim->fail_recover)
		return 0;
	NL_SET_ERR_MSG(extack, "the device stays dead");
	return -EIO;
}

static int sim_test(struct devlink_health_reporter *reporter,
		    struct netlink_ext_ack *extack)
{
	struct sim *sim = devlink_health_reporter_priv(reporter);

	if (sim->fail_test) {
		NL_SET_ERR_MSG(extack, "the test did not start");
		return -EBUSY;
	}
	sim->tests++;
	return 0;
}

static const struct devlink_health_reporter_ops bnxt_ops = {
	.name = "bnxt",
	.dump = dump_bnxt,
};
static const struct devlink_health_reporter_ops duplicates_ops = {
	.name = "duplicates",
	.dump = dump_duplicates,
};
static const struct devlink_health_reporter_ops strings_ops = {
	.name = "strings",
	.dump = dump_strings,
};
static const struct devlink_health_reporter_ops types_ops = {
	.name = "types",
	.dump = dump_types,
	.diagnose = diagnose_state,
};
static const struct devlink_health_reporter_ops fails_ops = {
	.name = "fails",
	.dump = dump_fails,
	.diagnose = diagnose_fails,
};
static const struct devlink_health_reporter_ops nothing_ops = {
	.name = "nothing",
	.dump = dump_nothing,
	.diagnose = diagnose_nothing,
};
static const struct devlink_health_reporter_ops binary_ops = {
	.name = "binary",
	.dump = dump_binary,
};
static const struct devlink_health_reporter_ops test_ops = {
	.name = "test",
	.test = sim_test,
	.diagnose = diagnose_state,
};
static const struct devlink_health_reporter_ops grace_ops = {
	.name = "grace",
	.recover = sim_recover,
	.dump = dump_message,
	.diagnose = diagnose_state,
};
static const struct devlink_health_reporter_ops recover_ops = {
	.name = "recover",
	.recover = sim_recover,
	.dump = dump_message,
};
static const struct devlink_health_reporter_ops slow_ops = {
	.name = "slow",
	.dump = dump_slow,
};
static const struct devlink_health_reporter_ops port_rx_ops = {
	.name = "port_rx",
	.recover = sim_recover,
	.dump = dump_message,
	.diagnose = diagnose_state,
};

const struct devlink_health_reporter_ops *const sim_reporter_ops[] = {
	&bnxt_ops,    &duplicates_ops, &strings_ops, &types_ops, &fails_ops,
	&nothing_ops, &binary_ops,     &test_ops,    &grace_ops, &recover_ops,
	&slow_ops,    &port_rx_ops,    NULL,
};
