/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The CR space, BAR 0 of a ConnectX-3. Some of it is volatile: a read would change it.
 * Firmware blocks those reads while a lock behind the health buffer is set, which only
 * firmware knows the place of. The steps are those of the kernel's
 * drivers/net/ethernet/mellanox/mlx4/crdump.c.
 */
#ifndef VMCOREDD_DRIVER_PLUGINS_MLX4_MLX4_CRSPACE_H_
#define VMCOREDD_DRIVER_PLUGINS_MLX4_MLX4_CRSPACE_H_

#include "driver-plugins/abi/vmcoredd_plugin.h"

#define MLX4_HEALTH_BYTES 0x40u

/*
 * Where the health buffer is, from the options. 0; -ENOENT: they do not say;
 * -EINVAL: not a place in a BAR of `bar_size` bytes. *why has the reason.
 */
int mlx4_health_offset(const struct vmcoredd_host* host,
                       const struct vmcoredd_device* device,
                       uint64_t bar_size,
                       uint64_t* offset,
                       const char** why);

int mlx4_collect_health(const struct vmcoredd_host* host,
                        const struct vmcoredd_device* device,
                        void* cookie,
                        const struct vmcoredd_sink* sink);
int mlx4_collect_crspace(const struct vmcoredd_host* host,
                         const struct vmcoredd_device* device,
                         void* cookie,
                         const struct vmcoredd_sink* sink);

#endif /* VMCOREDD_DRIVER_PLUGINS_MLX4_MLX4_CRSPACE_H_ */
