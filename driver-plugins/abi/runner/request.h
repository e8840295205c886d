/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A request: lines of key=value, read until the end of the pipe.
 *
 *   protocol=1 mode=offer|collect dump=INDEX sysroot=DIR crash_kernel=0|1
 *   phase=early|late|all class=N dump_flags=N vfio=0|1 vfio_fd=N
 *   quota=BYTES deadline_ms=N bus= address= driver= vendor_id= device_id=
 *   subsystem_vendor_id= subsystem_device_id= class_code= revision= config_size=
 *   option.KEY=VALUE
 *
 * Numbers are C literals (0x8086). A key that is absent reads as "" or 0; an absent
 * class or dump_flags (of the dump to collect, as it was offered) asks for no less
 * than what the plugin says itself.
 */
#ifndef VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_REQUEST_H_
#define VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_REQUEST_H_

#include <stddef.h>
#include <stdint.h>

struct request {
  char* text; /* "key\0value\0key\0value\0" */
  size_t size;
};

/* 0 or -errno: -EMSGSIZE above VMCOREDD_REQUEST_MAX_BYTES, -EINVAL for a bad line. */
int request_read(struct request* request, int fd);
void request_free(struct request* request);

/* The value of the first `prefix``key`, or NULL. */
const char* request_find(const struct request* request, const char* prefix, const char* key);
const char* request_text(const struct request* request, const char* key);
uint64_t request_number(const struct request* request, const char* key);

#endif /* VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_REQUEST_H_ */
