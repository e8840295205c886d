/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The mlx4 plugin: ConnectX-3 and its family. Ids and which are virtual functions are
 * mlx4_pci_table in the kernel's drivers/net/ethernet/mellanox/mlx4/main.c; those before
 * ConnectX-3 are left out, since nothing says that their CR space has the same filter.
 */
#include <errno.h>
#include <string.h>

#include "driver-plugins/abi/vmcoredd_plugin.h"
#include "driver-plugins/mlx4/mlx4_crspace.h"

#define VENDOR_MELLANOX 0x15b3

static int match(const struct vmcoredd_host* host, const struct vmcoredd_device* device) {
  const uint16_t id = device->device_id;

  (void)host;
  if (strcmp(device->bus, "pci") != 0 || device->vendor_id != VENDOR_MELLANOX) return 0;
  /* 0x1002 and 0x1004 are virtual functions: they have no CR space. */
  return id == 0x1003 || (id >= 0x1005 && id <= 0x1010) ? 100 : 0;
}

static int register_dumps(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          uint64_t quota) {
  struct vmcoredd_bar bar = {sizeof bar, 0, 0};
  struct vmcoredd_dump dump;
  const char* why = "";
  uint64_t health;
  int error;

  if (!VMCOREDD_HAS(host, write_register)) return 0;
  error = host->describe_bar(host, device, 0, &bar);
  if (error) {
    host->log(host, VMCOREDD_LOG_ERROR, "BAR 0 is not there");
    return error;
  }
  error = mlx4_health_offset(host, device, bar.size, &health, &why);
  if (error) {
    /* Without the option there is nothing to offer, which is no failure. */
    host->log(host, error == -ENOENT ? VMCOREDD_LOG_INFO : VMCOREDD_LOG_ERROR, why);
    return error == -ENOENT ? 0 : error;
  }
  memset(&dump, 0, sizeof dump);
  dump.struct_size = sizeof dump;
  dump.dump_class = VMCOREDD_DUMP_SIDE_EFFECT;
  dump.what = "fw-health";
  dump.size = MLX4_HEALTH_BYTES;
  dump.collect = mlx4_collect_health;
  dump.priority = 10;
  error = host->register_dump(host, &dump);
  if (error) return error;
  if (bar.size > quota) {
    host->log(host, VMCOREDD_LOG_WARNING, "the CR space is larger than what a device may have");
    return 0;
  }
  dump.what = "cr-space";
  dump.size = bar.size & ~(uint64_t)3;
  dump.collect = mlx4_collect_crspace;
  dump.priority = -50;
  return host->register_dump(host, &dump);
}

static const struct vmcoredd_plugin mlx4_plugin = {
    .struct_size = sizeof mlx4_plugin,
    .abi_version = VMCOREDD_PLUGIN_ABI_VERSION,
    .name = "mlx4",
    .match = match,
    .register_dumps = register_dumps,
    .version = "1",
    .description = "firmware health and CR space of ConnectX-3, where the user says where",
    .license = "LGPL-2.1-or-later",
};

VMCOREDD_PLUGIN_DEFINE(mlx4_plugin);
