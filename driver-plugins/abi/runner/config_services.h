/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host services for configuration space, and where the device's files are. */
#ifndef VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_CONFIG_SERVICES_H_
#define VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_CONFIG_SERVICES_H_

#include <stddef.h>

#include "driver-plugins/abi/vmcoredd_plugin.h"

struct session;

void config_state_init(struct session* session);
void config_state_close(struct session* session);

/* Puts the services into session->host. */
void config_services_install(struct vmcoredd_host* host);

/* The path of a file of the device in sysfs. 0 or -errno. */
int session_device_path(const struct session* session, const char* file, char* path, size_t size);
/* The descriptor of the device's configuration space, opened once, or -errno. */
int session_config_fd(struct session* session);

#endif /* VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_CONFIG_SERVICES_H_ */
