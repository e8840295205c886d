// SPDX-License-Identifier: GPL-2.0-only
/* The parameters of devlinksim: a generic one, and one of each type of its own.
 */
#include <linux/kernel.h>
#include <linux/netlink.h>
#include <linux/string.h>

#include "devlinksim.h"

enum {
	SIM_PARAM_U8 = DEVLINK_PARAM_GENERIC_ID_MAX + 1,
	SIM_PARAM_U32,
	SIM_PARAM_BOOL,
	SIM_PARAM_STRING,
};

static int sim_param_get(struct devlink *devlink, u32 id,
			 struct devlink_param_gset_ctx *context)
{
	struct sim *sim = devlink_priv(devlink);

	switch (id) {
	case DEVLINK_PARAM_GENERIC_ID_REGION_SNAPSHOT:
		context->val.vbool = sim->region_snapshot_enable;
		return 0;
	case SIM_PARAM_U8:
		context->val.vu8 = sim->param_u8;
		return 0;
	case SIM_PARAM_U32:
		context->val.vu32 = sim->param_u32;
		return 0;
	case SIM_PARAM_BOOL:
		context->val.vbool = sim->param_bool;
		return 0;
	case SIM_PARAM_STRING:
		strscpy(context->val.vstr, sim->param_string,
			sizeof(context->val.vstr));
		return 0;
	}
	return -EINVAL;
}

static int sim_param_set(struct devlink *devlink, u32 id,
			 struct devlink_param_gset_ctx *context)
{
	struct sim *sim = devlink_priv(devlink);

	switch (id) {
	case DEVLINK_PARAM_GENERIC_ID_REGION_SNAPSHOT:
		sim->region_snapshot_enable = context->val.vbool;
		return 0;
	case SIM_PARAM_U8:
		sim->param_u8 = context->val.vu8;
		return 0;
	case SIM_PARAM_U32:
		sim->param_u32 = context->val.vu32;
		return 0;
	case SIM_PARAM_BOOL:
		sim->param_bool = context->val.vbool;
		return 0;
	case SIM_PARAM_STRING:
		strscpy(sim->param_string, context->val.vstr,
			sizeof(sim->param_string));
		return 0;
	}
	return -EINVAL;
}

static int sim_param_validate(struct devlink *devlink, u32 id,
			      union devlink_param_value value,
			      struct netlink_ext_ack *extack)
{
	if (value.vu32 <= 1000000)
		return 0;
	NL_SET_ERR_MSG(extack, "more than a million");
	return -ERANGE;
}

#define RUNTIME BIT(DEVLINK_PARAM_CMODE_RUNTIME)
#define PERMANENT BIT(DEVLINK_PARAM_CMODE_PERMANENT)

static const struct devlink_param sim_params[] = {
	DEVLINK_PARAM_GENERIC(REGION_SNAPSHOT, RUNTIME, sim_param_get,
			      sim_param_set, NULL),
	DEVLINK_PARAM_DRIVER(SIM_PARAM_U8, "sim_u8", DEVLINK_PARAM_TYPE_U8,
			     RUNTIME, sim_param_get, sim_param_set, NULL),
	DEVLINK_PARAM_DRIVER(SIM_PARAM_U32, "sim_u32", DEVLINK_PARAM_TYPE_U32,
			     RUNTIME, sim_param_get, sim_param_set,
			     sim_param_validate),
	DEVLINK_PARAM_DRIVER(SIM_PARAM_BOOL, "sim_bool",
			     DEVLINK_PARAM_TYPE_BOOL, PERMANENT, sim_param_get,
			     sim_param_set, NULL),
	DEVLINK_PARAM_DRIVER(SIM_PARAM_STRING, "sim_string",
			     DEVLINK_PARAM_TYPE_STRING, RUNTIME | PERMANENT,
			     sim_param_get, sim_param_set, NULL),
};

int sim_params_register(struct sim *sim)
{
	return devlink_params_register(sim->devlink, sim_params,
				       ARRAY_SIZE(sim_params));
}

void sim_params_unregister(struct sim *sim)
{
	devlink_params_unregister(sim->devlink, sim_params,
				  ARRAY_SIZE(sim_params));
}
