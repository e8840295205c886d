/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host services for BARs. Who may, and when, is in rights.h; here it is checked
 * that the device can be touched at all.
 */
#ifndef VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_BAR_SERVICES_H_
#define VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_BAR_SERVICES_H_

#include "driver-plugins/abi/runner/bar_window.h"
#include "driver-plugins/abi/runner/pci_checks.h"
#include "driver-plugins/abi/vmcoredd_plugin.h"

struct session;

/* What is known of the device's BARs: part of the session. */
struct bar_state {
  int resources_read; /* 1, or -errno */
  struct bar_resource resources[BAR_COUNT];
  int device_checked; /* 1, or -errno: once refused, always refused */
  int is_virtual_function;
  uint8_t bar_checked[BAR_COUNT];
  uint8_t place[BAR_COUNT]; /* which BAR a plugin means by a number: stand_in.h */
  uint32_t open_bar;
  struct bar_window window;
  int vfio_is_told; /* the dump says what opening it with VFIO has changed */
  int write_fd;     /* configuration space for writing; -1 until the first write */
};

void bar_state_init(struct session* session);
void bar_state_close(struct session* session);

/* Puts the services into session->host. */
void bar_services_install(struct vmcoredd_host* host);

#endif /* VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_BAR_SERVICES_H_ */
