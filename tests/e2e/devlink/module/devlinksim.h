/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * devlinksim: devlink instances that do what netdevsim cannot: regions up to 1
 * GiB, without snapshots, on ports, and gone in mid-read; reporters whose
 * messages are as odd as those of real drivers, fail, are slow, or refuse to
 * recover; parameters; firmware versions that change; devcoredumps. README.md
 * has the list.
 */
#ifndef DEVLINKSIM_H
#define DEVLINKSIM_H

#include <linux/types.h>
#include <net/devlink.h>

#define SIM_NAME "devlinksim"
#define SIM_PORTS 2
#define SIM_REPORTERS_MAX 16
#define SIM_BINARY_MAX (16 << 20)

enum sim_region {
	SIM_REGION_BIG,	   /* of any size, with snapshots */
	SIM_REGION_ODD,	   /* 333 bytes: no multiple of a line or a chunk */
	SIM_REGION_EVENTS, /* snapshots only by the driver, as mlx4 */
	SIM_REGION_PORT,   /* of port 1 */
	SIM_REGIONS,
};

struct dentry;
struct device;

struct sim {
	struct device *dev;
	struct devlink *devlink;
	struct dentry *debugfs;

	struct devlink_port ports[SIM_PORTS];
	unsigned int ports_registered;

	struct devlink_region *regions[SIM_REGIONS];
	u64 big_size;
	u32 snapshots; /* taken so far: part of their content */

	struct devlink_health_reporter *reporters[SIM_REPORTERS_MAX];
	u32 binary_len; /* of the reporter "binary" */
	u32 slow_ms;	/* how long the reporter "slow" takes */
	bool fail_recover;
	bool fail_test;
	u32 tests; /* made so far */

	bool region_snapshot_enable;
	u8 param_u8;
	u32 param_u32;
	bool param_bool;
	char param_string[__DEVLINK_PARAM_MAX_STRING_VALUE];

	char fw_running[32];
	char fw_stored[32];
};

void sim_fill_init(void);
void sim_fill(void *buffer, size_t size, u32 generation);

int sim_regions_create(struct sim *sim);
void sim_regions_destroy(struct sim *sim);
int sim_region_set_present(struct sim *sim, bool present);
int sim_region_event(struct sim *sim);

int sim_reporters_create(struct sim *sim);
void sim_reporters_destroy(struct sim *sim);
int sim_reporter_report(struct sim *sim, const char *name, const char *message);
extern const struct devlink_health_reporter_ops *const sim_reporter_ops[];

int sim_params_register(struct sim *sim);
void sim_params_unregister(struct sim *sim);

void sim_debugfs_create(struct sim *sim, struct dentry *root);
void sim_debugfs_remove(struct sim *sim);

#endif
