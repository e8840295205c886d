// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/devlinksim/devlinksim.N: how a test makes things happen.
 * README.md lists the files.
 */
#include <linux/debugfs.h>
#include <linux/devcoredump.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "devlinksim.h"

#define SIM_COREDUMP_MAX (64 << 20)

static int region_present_get(void *data, u64 *value)
{
	struct sim *sim = data;

	*value = !!sim->regions[SIM_REGION_BIG];
	return 0;
}

static int region_present_set(void *data, u64 value)
{
	return sim_region_set_present(data, value);
}
DEFINE_DEBUGFS_ATTRIBUTE(region_present_fops, region_present_get,
			 region_present_set, "%llu\n");

static int region_event_set(void *data, u64 value)
{
	return sim_region_event(data);
}
DEFINE_DEBUGFS_ATTRIBUTE(region_event_fops, NULL, region_event_set, "%llu\n");

/* A devcoredump of so many bytes, its content that of a first snapshot. */
static int coredump_set(void *data, u64 size)
{
	struct sim *sim = data;
	void *dump;

	if (!size || size > SIM_COREDUMP_MAX)
		return -EINVAL;
	dump = vmalloc(size);
	if (!dump)
		return -ENOMEM;
	sim_fill(dump, size, 0);
	dev_coredumpv(sim->dev, dump, size, GFP_KERNEL); /* frees it */
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(coredump_fops, NULL, coredump_set, "%llu\n");

/* One line of a write, without its end. */
static int sim_copy_line(char *out, size_t size, const char __user *data,
			 size_t count)
{
	if (count >= size)
		return -EINVAL;
	if (copy_from_user(out, data, count))
		return -EFAULT;
	out[count] = '\0';
	strim(out);
	return 0;
}

/* "REPORTER MESSAGE": the driver reports an error. */
static ssize_t report_write(struct file *file, const char __user *data,
			    size_t count, loff_t *ppos)
{
	struct sim *sim = file->private_data;
	char line[256];
	char *message = line;
	const char *reporter;
	int err;

	err = sim_copy_line(line, sizeof(line), data, count);
	if (err)
		return err;
	reporter = strsep(&message, " ");
	err = sim_reporter_report(sim, reporter, message ?: "no message");
	return err ? err : count;
}

static const struct file_operations report_fops = {
	.open = simple_open,
	.write = report_write,
	.llseek = no_llseek,
	.owner = THIS_MODULE,
};

static ssize_t fw_running_write(struct file *file, const char __user *data,
				size_t count, loff_t *ppos)
{
	struct sim *sim = file->private_data;
	int err = sim_copy_line(sim->fw_running, sizeof(sim->fw_running), data,
				count);

	return err ? err : count;
}

static const struct file_operations fw_running_fops = {
	.open = simple_open,
	.write = fw_running_write,
	.llseek = no_llseek,
	.owner = THIS_MODULE,
};

static ssize_t fw_stored_write(struct file *file, const char __user *data,
			       size_t count, loff_t *ppos)
{
	struct sim *sim = file->private_data;
	int err = sim_copy_line(sim->fw_stored, sizeof(sim->fw_stored), data,
				count);

	return err ? err : count;
}

static const struct file_operations fw_stored_fops = {
	.open = simple_open,
	.write = fw_stored_write,
	.llseek = no_llseek,
	.owner = THIS_MODULE,
};

void sim_debugfs_create(struct sim *sim, struct dentry *root)
{
	struct dentry *dir = debugfs_create_dir(dev_name(sim->dev), root);

	sim->debugfs = dir;
	debugfs_create_file("region_present", 0600, dir, sim,
			    &region_present_fops);
	debugfs_create_file("region_event", 0200, dir, sim, &region_event_fops);
	debugfs_create_file("coredump", 0200, dir, sim, &coredump_fops);
	debugfs_create_file("report", 0200, dir, sim, &report_fops);
	debugfs_create_file("fw_running", 0200, dir, sim, &fw_running_fops);
	debugfs_create_file("fw_stored", 0200, dir, sim, &fw_stored_fops);
	debugfs_create_u32("binary_len", 0600, dir, &sim->binary_len);
	debugfs_create_u32("slow_ms", 0600, dir, &sim->slow_ms);
	debugfs_create_bool("fail_recover", 0600, dir, &sim->fail_recover);
	debugfs_create_bool("fail_test", 0600, dir, &sim->fail_test);
}

void sim_debugfs_remove(struct sim *sim)
{
	debugfs_remove_recursive(sim->debugfs);
}
