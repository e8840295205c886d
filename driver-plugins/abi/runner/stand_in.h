/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A device that stands in for another: options let plugins see other ids and other
 * BARs than it has. For tests with simulated devices, and for adapters whose ids no
 * plugin knows yet.
 *
 *   id.ADDRESS=VENDOR:DEVICE   hexadecimal, 4 digits each
 *   bar.ADDRESS=A:B[,A:B]...   what plugins take for BAR A is BAR B
 *
 * Configuration space stays what it is, and so do the ids in plan and manifest.
 */
#ifndef VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_STAND_IN_H_
#define VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_STAND_IN_H_

struct session;

/*
 * Before the plugin sees the device. An option that makes no sense is a warning and
 * changes nothing: it must not cost what can be read of the device under its own ids.
 */
void stand_in_apply(struct session* session);

#endif /* VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_STAND_IN_H_ */
