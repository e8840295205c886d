/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The gateway in configuration space of ConnectX devices: the registers of their
 * vendor-specific capability lead to address spaces inside the device. It works
 * without BARs, DMA and firmware. Registers and order of accesses are those of the
 * kernel's drivers/net/ethernet/mellanox/mlx5/core/lib/pci_vsc.c.
 *
 * Everything returns 0 or -errno; after an error, mlx5_vsc.why has the reason.
 */
#ifndef VMCOREDD_DRIVER_PLUGINS_MLX5_MLX5_VSC_H_
#define VMCOREDD_DRIVER_PLUGINS_MLX5_MLX5_VSC_H_

#include <stdint.h>

#include "driver-plugins/abi/vmcoredd_plugin.h"

#define MLX5_VSC_SPACE_SEMAPHORES 0x0au
#define MLX5_VSC_SPACE_CRSPACE 0x07u

#define MLX5_VSC_WHY_BYTES 160

struct mlx5_vsc {
  const struct vmcoredd_host* host;
  const struct vmcoredd_device* device;
  uint32_t offset; /* of the capability */
  char why[MLX5_VSC_WHY_BYTES];
};

/* Finds the capability: -ENOENT when there is none. Only reads. */
int mlx5_vsc_find(struct mlx5_vsc* vsc,
                  const struct vmcoredd_host* host,
                  const struct vmcoredd_device* device);

/* Takes the gateway. -EBUSY: someone has it, maybe the kernel that crashed. */
int mlx5_vsc_lock(struct mlx5_vsc* vsc);
int mlx5_vsc_unlock(struct mlx5_vsc* vsc);

/* Chooses an address space, and tells its size in bytes, or 0 when the device does not. */
int mlx5_vsc_set_space(struct mlx5_vsc* vsc, uint16_t space, uint32_t* size);

/* A unique number: what a semaphore is taken with. */
int mlx5_vsc_ticket(struct mlx5_vsc* vsc, uint32_t* ticket);

int mlx5_vsc_read(struct mlx5_vsc* vsc, uint32_t address, uint32_t* value);
int mlx5_vsc_write(struct mlx5_vsc* vsc, uint32_t address, uint32_t value);

/*
 * After mlx5_vsc_read() of `address` in a space that can be scanned: the next
 * address that exists, above `address`.
 */
int mlx5_vsc_next(struct mlx5_vsc* vsc, uint32_t address, uint32_t* next);

#endif /* VMCOREDD_DRIVER_PLUGINS_MLX5_MLX5_VSC_H_ */
