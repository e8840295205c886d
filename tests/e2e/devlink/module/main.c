// SPDX-License-Identifier: GPL-2.0-only
/*
 * devlinksim: the devices platform/devlinksim.N. Unbinding one takes its
 * devlink instance away, binding it again makes a new one with the module's
 * parameters of that moment.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/string.h>

#include "devlinksim.h"

#define SIM_DEVICES 2

static unsigned long region_size = 1 << 20;
module_param(region_size, ulong, 0644);
MODULE_PARM_DESC(region_size,
		 "bytes of the region \"big\" of devices bound from now on");

static struct platform_device *sim_devices[SIM_DEVICES];
static struct dentry *sim_debugfs_root;

static int sim_info_get(struct devlink *devlink, struct devlink_info_req *req,
			struct netlink_ext_ack *extack)
{
	struct sim *sim = devlink_priv(devlink);
	int err;

	err = devlink_info_driver_name_put(req, SIM_NAME);
	if (!err)
		err = devlink_info_serial_number_put(req, "SIM-0001");
	if (!err)
		err = devlink_info_board_serial_number_put(req, "BOARD \"7\"");
	if (!err)
		err = devlink_info_version_fixed_put(req, "board.id", "SIM1");
	if (!err)
		err = devlink_info_version_fixed_put(req, "asic.rev", "b0");
	if (!err)
		err = devlink_info_version_running_put(req, "fw",
						       sim->fw_running);
	if (!err)
		err = devlink_info_version_stored_put(req, "fw",
						      sim->fw_stored);
	return err;
}

static const struct devlink_ops sim_devlink_ops = {
	.info_get = sim_info_get,
};

static void sim_ports_unregister(struct sim *sim)
{
	while (sim->ports_registered)
		devlink_port_unregister(&sim->ports[--sim->ports_registered]);
}

static int sim_ports_register(struct sim *sim)
{
	int err;

	while (sim->ports_registered < SIM_PORTS) {
		unsigned int i = sim->ports_registered;
		struct devlink_port_attrs attrs = {
			.flavour = DEVLINK_PORT_FLAVOUR_PHYSICAL,
			.phys.port_number = i,
		};

		devlink_port_attrs_set(&sim->ports[i], &attrs);
		err = devlink_port_register(sim->devlink, &sim->ports[i], i);
		if (err) {
			sim_ports_unregister(sim);
			return err;
		}
		sim->ports_registered++;
	}
	return 0;
}

static int sim_probe(struct platform_device *pdev)
{
	struct devlink *devlink;
	struct sim *sim;
	int err;

	devlink = devlink_alloc(&sim_devlink_ops, sizeof(*sim), &pdev->dev);
	if (!devlink)
		return -ENOMEM;
	sim = devlink_priv(devlink);
	sim->dev = &pdev->dev;
	sim->devlink = devlink;
	sim->big_size = region_size;
	sim->binary_len = 16;
	strscpy(sim->param_string, "default", sizeof(sim->param_string));
	strscpy(sim->fw_running, "1.0.0", sizeof(sim->fw_running));
	strscpy(sim->fw_stored, "1.0.0", sizeof(sim->fw_stored));

	err = sim_params_register(sim);
	if (err)
		goto free;
	err = sim_ports_register(sim);
	if (err)
		goto params;
	err = sim_regions_create(sim);
	if (err)
		goto ports;
	err = sim_reporters_create(sim);
	if (err)
		goto regions;
	platform_set_drvdata(pdev, sim);
	sim_debugfs_create(sim, sim_debugfs_root);
	devlink_register(devlink);
	return 0;

regions:
	sim_regions_destroy(sim);
ports:
	sim_ports_unregister(sim);
params:
	sim_params_unregister(sim);
free:
	devlink_free(devlink);
	return err;
}

static int sim_remove(struct platform_device *pdev)
{
	struct sim *sim = platform_get_drvdata(pdev);

	sim_debugfs_remove(sim);
	devlink_unregister(sim->devlink);
	sim_reporters_destroy(sim);
	sim_regions_destroy(sim);
	sim_ports_unregister(sim);
	sim_params_unregister(sim);
	devlink_free(sim->devlink);
	return 0;
}

static struct platform_driver sim_driver = {
	.driver.name = SIM_NAME,
	.probe = sim_probe,
	.remove = sim_remove,
};

static void sim_devices_remove(void)
{
	unsigned int i;

	for (i = 0; i < SIM_DEVICES; i++)
		platform_device_unregister(sim_devices[i]);
	platform_driver_unregister(&sim_driver);
	debugfs_remove_recursive(sim_debugfs_root);
}

static int __init sim_init(void)
{
	unsigned int i;
	int err;

	sim_fill_init();
	sim_debugfs_root = debugfs_create_dir(SIM_NAME, NULL);
	err = platform_driver_register(&sim_driver);
	if (err) {
		debugfs_remove_recursive(sim_debugfs_root);
		return err;
	}
	for (i = 0; i < SIM_DEVICES; i++) {
		struct platform_device *pdev =
			platform_device_register_simple(SIM_NAME, i, NULL, 0);

		if (IS_ERR(pdev)) {
			sim_devices_remove(); /* takes NULL for those to come */
			return PTR_ERR(pdev);
		}
		sim_devices[i] = pdev;
	}
	return 0;
}

static void __exit sim_exit(void)
{
	sim_devices_remove();
}

module_init(sim_init);
module_exit(sim_exit);
MODULE_DESCRIPTION("vmcoredd test: devlink instances that netdevsim cannot be");
MODULE_LICENSE("GPL");
