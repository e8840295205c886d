/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a plugin may do to the device, by the callback and the dump that it is in. */
#ifndef VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_RIGHTS_H_
#define VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_RIGHTS_H_

struct session;

/* Says why, once while it stays the same, and returns `error`. */
int refuse(struct session* session, int error, const char* format, ...)
    __attribute__((format(printf, 3, 4)));

/* 0, or -errno, and why is said. */
int may_write(struct session* session);
int may_touch_bars(struct session* session);

#endif /* VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_RIGHTS_H_ */
