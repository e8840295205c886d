/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver-plugins/abi/runner/rights.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "driver-plugins/abi/runner/session.h"

int refuse(struct session* session, int error, const char* format, ...) {
  char why[SESSION_REASON_BYTES];
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(why, sizeof why, format, arguments);
  va_end(arguments);
  if (strcmp(why, session->reason) != 0) {
    session->host.log(&session->host, VMCOREDD_LOG_ERROR, why);
  }
  return error;
}

/* The rights of the dump that is being collected: what it says itself, and no more
 * than what the collector agreed to. */
static uint32_t dump_flags(const struct session* session) {
  const uint32_t own = session->collecting ? session->collecting->flags : 0;
  uint32_t agreed;

  if (!session->collecting || !request_find(&session->request, "", "dump_flags")) return own;
  agreed = (uint32_t)request_number(&session->request, "dump_flags");
  return (own & agreed & VMCOREDD_DUMP_EARLY) | ((own | agreed) & VMCOREDD_DUMP_CONFIG_ONLY);
}

int may_write(struct session* session) {
  const struct vmcoredd_dump* dump = session->collecting;

  if (!dump || dump->dump_class == VMCOREDD_DUMP_PASSIVE) {
    return refuse(session, -EPERM, "only side-effect and intrusive dumps may write to the device");
  }
  if (request_find(&session->request, "", "class") &&
      request_number(&session->request, "class") < dump->dump_class) {
    return refuse(session, -EPERM, "a write of a class that is not allowed here");
  }
  return 0;
}

int may_touch_bars(struct session* session) {
  if (strcmp(session->device.bus, "pci") != 0) return -EOPNOTSUPP;
  if (!session->registering && !session->collecting) {
    return refuse(session, -EPERM, "match() must not touch the device");
  }
  if (dump_flags(session) & VMCOREDD_DUMP_CONFIG_ONLY) {
    return refuse(session, -EPERM, "the dump says that it reads configuration space only");
  }
  if (session->host.flags & VMCOREDD_HOST_EARLY && !(dump_flags(session) & VMCOREDD_DUMP_EARLY)) {
    return refuse(session, -EPERM, "no BAR is read before the vmcore is safe but by early dumps");
  }
  return 0;
}
