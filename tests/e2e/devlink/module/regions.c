// SPDX-License-Identifier: GPL-2.0-only
/* The regions of devlinksim, and what their snapshots hold. */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <asm/unaligned.h>

#include "devlinksim.h"

static const u64 sim_small_sizes[SIM_REGIONS] = {
	[SIM_REGION_ODD] = 333,
	[SIM_REGION_EVENTS] = 600,
	[SIM_REGION_PORT] = 64,
};

static u8 sim_page[SZ_4K];

void sim_fill_init(void)
{
	u32 seed = 1;
	size_t at;

	for (at = 0; at < sizeof(sim_page); at++) {
		seed = seed * 1664525u + 1013904223u;
		sim_page[at] = seed >> 24;
	}
}

/*
 * Every 4096 bytes: the address as 64-bit little-endian, with the number of the
 * snapshot in its lower 12 bits, then bytes of a pattern that does not repeat
 * in them. Cheap for a GiB, and a byte at a wrong place shows. ../content.py
 * computes the same.
 */
void sim_fill(void *buffer, size_t size, u32 generation)
{
	size_t at;

	for (at = 0; at < size; at += sizeof(sim_page)) {
		size_t left = size - at;
		u8 address[8];

		put_unaligned_le64(at + (generation & 0xfff), address);
		memcpy(buffer + at, sim_page, min(left, sizeof(sim_page)));
		memcpy(buffer + at, address, min(left, sizeof(address)));
	}
}

static u8 *sim_snapshot(struct sim *sim, u64 size)
{
	u8 *data = vmalloc(size);

	if (data)
		sim_fill(data, size, sim->snapshots++);
	return data;
}

static int sim_region_snapshot(struct devlink *devlink,
			       const struct devlink_region_ops *ops,
			       struct netlink_ext_ack *extack, u8 **data)
{
	struct sim *sim = devlink_priv(devlink);
	enum sim_region region = (uintptr_t)ops->priv;

	*data = sim_snapshot(sim, region == SIM_REGION_BIG
					  ? sim->big_size
					  : sim_small_sizes[region]);
	return *data ? 0 : -ENOMEM;
}

static int sim_port_region_snapshot(struct devlink_port *port,
				    const struct devlink_port_region_ops *ops,
				    struct netlink_ext_ack *extack, u8 **data)
{
	struct sim *sim = devlink_priv(port->devlink);

	*data = sim_snapshot(sim, sim_small_sizes[SIM_REGION_PORT]);
	return *data ? 0 : -ENOMEM;
}

static const struct devlink_region_ops sim_big_ops = {
	.name = "big",
	.destructor = vfree,
	.snapshot = sim_region_snapshot,
	.priv = (void *)SIM_REGION_BIG,
};

static const struct devlink_region_ops sim_odd_ops = {
	.name = "odd",
	.destructor = vfree,
	.snapshot = sim_region_snapshot,
	.priv = (void *)SIM_REGION_ODD,
};

static const struct devlink_region_ops sim_events_ops = {
	.name = "events",
	.destructor = vfree,
};

static const struct devlink_port_region_ops sim_port_ops = {
	.name = "port",
	.destructor = vfree,
	.snapshot = sim_port_region_snapshot,
};

static struct devlink_region *sim_region_create_one(struct sim *sim,
						    enum sim_region region)
{
	switch (region) {
	case SIM_REGION_BIG:
		return devlink_region_create(sim->devlink, &sim_big_ops, 4,
					     sim->big_size);
	case SIM_REGION_ODD:
		return devlink_region_create(sim->devlink, &sim_odd_ops, 2,
					     sim_small_sizes[region]);
	case SIM_REGION_EVENTS:
		return devlink_region_create(sim->devlink, &sim_events_ops, 8,
					     sim_small_sizes[region]);
	default:
		return devlink_port_region_create(&sim->ports[1], &sim_port_ops,
						  1, sim_small_sizes[region]);
	}
}

int sim_regions_create(struct sim *sim)
{
	unsigned int i;

	for (i = 0; i < SIM_REGIONS; i++) {
		struct devlink_region *region = sim_region_create_one(sim, i);

		if (IS_ERR(region)) {
			sim_regions_destroy(sim);
			return PTR_ERR(region);
		}
		sim->regions[i] = region;
	}
	return 0;
}

void sim_regions_destroy(struct sim *sim)
{
	unsigned int i;

	for (i = 0; i < SIM_REGIONS; i++) {
		if (!sim->regions[i])
			continue;
		devlink_region_destroy(sim->regions[i]);
		sim->regions[i] = NULL;
	}
}

/* Takes the region "big" away, also while someone reads it, or brings it back.
 */
int sim_region_set_present(struct sim *sim, bool present)
{
	struct devlink_region *region = sim->regions[SIM_REGION_BIG];

	if (present == !!region)
		return -EALREADY;
	if (!present) {
		sim->regions[SIM_REGION_BIG] = NULL;
		devlink_region_destroy(region);
		return 0;
	}
	region = sim_region_create_one(sim, SIM_REGION_BIG);
	if (IS_ERR(region))
		return PTR_ERR(region);
	sim->regions[SIM_REGION_BIG] = region;
	return 0;
}

/* What mlx4 does when firmware dies: a snapshot that nobody has asked for. */
int sim_region_event(struct sim *sim)
{
	u8 *data;
	u32 id;
	int err;

	if (!sim->region_snapshot_enable)
		return -EOPNOTSUPP;
	data = sim_snapshot(sim, sim_small_sizes[SIM_REGION_EVENTS]);
	if (!data)
		return -ENOMEM;
	err = devlink_region_snapshot_id_get(sim->devlink, &id);
	if (!err) {
		err = devlink_region_snapshot_create(
			sim->regions[SIM_REGION_EVENTS], data, id);
		devlink_region_snapshot_id_put(sim->devlink, id);
	}
	if (err)
		vfree(data);
	return err;
}
