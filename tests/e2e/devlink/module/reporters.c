// SPDX-License-Identifier: GPL-2.0-only
/*
 * The health reporters of devlinksim. messages.c has what they say; here is
 * what they do: which operations there are, and what goes wrong.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "devlinksim.h"

#define SIM_GRACE_MS 60000

static struct devlink_health_reporter **sim_reporter_slot(struct sim *sim,
							  const char *name)
{
	unsigned int i;

	for (i = 0; sim_reporter_ops[i]; i++)
		if (!strcmp(sim_reporter_ops[i]->name, name))
			return &sim->reporters[i];
	return NULL;
}

/* Reporters whose name starts with "port_" are those of port 1. */
static bool sim_reporter_of_port(unsigned int i)
{
	return !strncmp(sim_reporter_ops[i]->name, "port_", 5);
}

int sim_reporters_create(struct sim *sim)
{
	struct devlink_health_reporter *reporter;
	unsigned int i;

	for (i = 0; sim_reporter_ops[i]; i++) {
		u64 grace = strcmp(sim_reporter_ops[i]->name, "grace")
				    ? 0
				    : SIM_GRACE_MS;

		if (WARN_ON(i >= SIM_REPORTERS_MAX))
			return -ENOSPC;
		if (sim_reporter_of_port(i))
			reporter = devlink_port_health_reporter_create(
				&sim->ports[1], sim_reporter_ops[i], grace,
				sim);
		else
			reporter = devlink_health_reporter_create(
				sim->devlink, sim_reporter_ops[i], grace, sim);
		if (IS_ERR(reporter)) {
			sim_reporters_destroy(sim);
			return PTR_ERR(reporter);
		}
		sim->reporters[i] = reporter;
	}
	return 0;
}

void sim_reporters_destroy(struct sim *sim)
{
	unsigned int i;

	for (i = 0; sim_reporter_ops[i]; i++) {
		if (!sim->reporters[i])
			continue;
		if (sim_reporter_of_port(i))
			devlink_port_health_reporter_destroy(sim->reporters[i]);
		else
			devlink_health_reporter_destroy(sim->reporters[i]);
		sim->reporters[i] = NULL;
	}
}

int sim_reporter_report(struct sim *sim, const char *name, const char *message)
{
	struct devlink_health_reporter **slot = sim_reporter_slot(sim, name);

	if (!slot || !*slot)
		return -ENOENT;
	return devlink_health_report(*slot, message, (void *)message);
}
