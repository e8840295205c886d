/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The dumps of the mlx5 plugin that are more than an image by allow-list. */
#ifndef VMCOREDD_DRIVER_PLUGINS_MLX5_MLX5_DUMPS_H_
#define VMCOREDD_DRIVER_PLUGINS_MLX5_MLX5_DUMPS_H_

#include "driver-plugins/abi/vmcoredd_plugin.h"

/* Two readings of the health counter: see README.md for the 16 bytes. */
#define MLX5_HEALTH_BYTES 16u
int mlx5_collect_health(const struct vmcoredd_host* host,
                        const struct vmcoredd_device* device,
                        void* cookie,
                        const struct vmcoredd_sink* sink);

/* An image of the device's CR space, through the gateway. */
int mlx5_collect_crspace(const struct vmcoredd_host* host,
                         const struct vmcoredd_device* device,
                         void* cookie,
                         const struct vmcoredd_sink* sink);

#endif /* VMCOREDD_DRIVER_PLUGINS_MLX5_MLX5_DUMPS_H_ */
