/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The mlx5 plugin: ConnectX-4 and later, Connect-IB and BlueField. Which function has
 * which id is mlx5_core_pci_table in the kernel's
 * drivers/net/ethernet/mellanox/mlx5/core/main.c.
 */
#include <errno.h>
#include <string.h>

#include "driver-plugins/abi/vmcoredd_plugin.h"
#include "driver-plugins/mlx5/mlx5_dumps.h"
#include "driver-plugins/mlx5/mlx5_vsc.h"
#include "mlx5_registers.h"

#define VENDOR_MELLANOX 0x15b3

struct mlx5_id {
  uint16_t device;
  uint16_t is_vf;
};

static const struct mlx5_id kIds[] = {
    {0x1011, 0},              /* Connect-IB */
    {0x1012, 1}, {0x1013, 0}, /* ConnectX-4 */
    {0x1014, 1}, {0x1015, 0}, /* ConnectX-4 Lx */
    {0x1016, 1}, {0x1017, 0}, /* ConnectX-5, PCIe 3.0 */
    {0x1018, 1}, {0x1019, 0}, /* ConnectX-5 Ex */
    {0x101a, 1}, {0x101b, 0}, /* ConnectX-6 */
    {0x101c, 1}, {0x101d, 0}, /* ConnectX-6 Dx */
    {0x101e, 1},              /* virtual function, from ConnectX-6 Dx on */
    {0x101f, 0},              /* ConnectX-6 Lx */
    {0x1021, 0},              /* ConnectX-7 */
    {0x1023, 0},              /* ConnectX-8 */
    {0x1025, 0},              /* ConnectX-9 */
    {0x1027, 0},              /* ConnectX-10 */
    {0x2101, 0},              /* ConnectX-10, NVLink-C2C */
    {0xa2d2, 0},              /* BlueField */
    {0xa2d3, 1}, {0xa2d6, 0}, /* BlueField-2 */
    {0xa2dc, 0},              /* BlueField-3 */
    {0xa2df, 0},              /* BlueField-4 */
};

static const struct mlx5_id* find_id(const struct vmcoredd_device* device) {
  size_t i;

  if (strcmp(device->bus, "pci") != 0 || device->vendor_id != VENDOR_MELLANOX) return NULL;
  for (i = 0; i < sizeof kIds / sizeof kIds[0]; i++) {
    if (kIds[i].device == device->device_id) return &kIds[i];
  }
  return NULL;
}

static int match(const struct vmcoredd_host* host, const struct vmcoredd_device* device) {
  (void)host;
  return find_id(device) ? 100 : 0;
}

static const struct vmcoredd_register_dump kIseg = {
    .what = "iseg",
    .list = &mlx5_iseg_registers,
    .bar = 0,
    .flags = VMCOREDD_DUMP_EARLY,
    .priority = 50,
};

static int register_dumps(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          uint64_t quota) {
  const struct mlx5_id* id = find_id(device);
  struct vmcoredd_dump dump;
  struct mlx5_vsc vsc;
  const int no_gateway = mlx5_vsc_find(&vsc, host, device);
  int error;

  (void)quota;
  if (no_gateway == -ENODEV) {
    host->log(host, VMCOREDD_LOG_ERROR, vsc.why);
    return no_gateway;
  }
  error = vmcoredd_register_list_dump(host, &kIseg);
  if (error) return error;
  memset(&dump, 0, sizeof dump);
  dump.struct_size = sizeof dump;
  dump.dump_class = VMCOREDD_DUMP_PASSIVE;
  dump.what = "health";
  dump.size = MLX5_HEALTH_BYTES;
  dump.collect = mlx5_collect_health;
  error = host->register_dump(host, &dump);
  if (error || !id || id->is_vf || !VMCOREDD_HAS(host, write_config)) return error;

  if (no_gateway) {
    host->log(host, VMCOREDD_LOG_INFO, vsc.why);
    return 0;
  }
  dump.dump_class = VMCOREDD_DUMP_SIDE_EFFECT;
  dump.what = "crspace";
  dump.size = 0; /* the gateway tells, and it has to be taken to ask */
  dump.collect = mlx5_collect_crspace;
  dump.priority = -50;
  return host->register_dump(host, &dump);
}

static const struct vmcoredd_plugin mlx5_plugin = {
    .struct_size = sizeof mlx5_plugin,
    .abi_version = VMCOREDD_PLUGIN_ABI_VERSION,
    .name = "mlx5",
    .match = match,
    .register_dumps = register_dumps,
    .version = "1",
    .description = "initialisation segment, health and CR space of ConnectX-4 and later",
    .license = "LGPL-2.1-or-later",
};

VMCOREDD_PLUGIN_DEFINE(mlx5_plugin);
