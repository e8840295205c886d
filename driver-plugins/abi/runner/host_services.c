/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "driver-plugins/abi/runner/bar_services.h"
#include "driver-plugins/abi/runner/config_services.h"
#include "driver-plugins/abi/runner/runner.h"
#include "driver-plugins/abi/runner/session.h"

static struct session* session_of(const struct vmcoredd_host* host) { return host->context; }

static uint64_t now_ms(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

static void host_log(const struct vmcoredd_host* host, uint32_t level, const char* text) {
  struct session* session = session_of(host);
  unsigned char head[4];
  size_t i;

  if (!text) return;
  if (level == VMCOREDD_LOG_ERROR) {
    snprintf(session->reason, sizeof session->reason, "%s", text);
    for (i = 0; session->reason[i]; i++) {
      if ((unsigned char)session->reason[i] < 0x20) session->reason[i] = '?';
    }
  }
  vmcoredd_frame_put_u32(head, level);
  frame_write_text(&session->frames, VMCOREDD_FRAME_LOG, head, sizeof head, text);
}

static uint64_t host_remaining_ms(const struct vmcoredd_host* host) {
  const uint64_t deadline = session_of(host)->deadline_ms;
  const uint64_t now = now_ms();

  if (deadline == 0) return UINT64_MAX;
  return deadline > now ? deadline - now : 0;
}

static const char* host_option(const struct vmcoredd_host* host, const char* key) {
  return request_find(&session_of(host)->request, "option.", key);
}

static int host_register_dump(const struct vmcoredd_host* host, const struct vmcoredd_dump* dump) {
  struct session* session = session_of(host);
  struct vmcoredd_dump copy;
  uint32_t i;

  if (!session->registering) return -EINVAL;
  vmcoredd_struct_copy(&copy, sizeof copy, dump);
  if (!VMCOREDD_HAS(&copy, collect) || !copy.collect) return -EINVAL;
  if (copy.dump_class > VMCOREDD_DUMP_INTRUSIVE) return -EINVAL;
  if (copy.what && !vmcoredd_is_dump_suffix(copy.what)) return -EINVAL;
  if (copy.size > session->quota || session->offer_count == VMCOREDD_MAX_OFFERS) return -ENOSPC;
  for (i = 0; i < session->offer_count; i++) {
    const char* taken = session->offers[i].what;
    if (strcmp(taken ? taken : "", copy.what ? copy.what : "") == 0) return -EEXIST;
  }
  session->offers[session->offer_count++] = copy;
  return 0;
}

int session_open(struct session* session) {
  const struct request* request = &session->request;
  const uint64_t deadline = request_number(request, "deadline_ms");
  struct vmcoredd_device* device = &session->device;
  struct vmcoredd_host* host = &session->host;

  /* Before anything fails: session_close() closes what is not -1. */
  config_state_init(session);
  bar_state_init(session);
  if (request_number(request, "protocol") != VMCOREDD_FRAMES_PROTOCOL) return -EPROTO;
  session->quota = request_number(request, "quota");
  session->deadline_ms = deadline ? now_ms() + deadline : 0;

  device->struct_size = sizeof *device;
  device->bus = request_text(request, "bus");
  device->address = request_text(request, "address");
  device->driver = request_find(request, "", "driver");
  device->vendor_id = (uint16_t)request_number(request, "vendor_id");
  device->device_id = (uint16_t)request_number(request, "device_id");
  device->subsystem_vendor_id = (uint16_t)request_number(request, "subsystem_vendor_id");
  device->subsystem_device_id = (uint16_t)request_number(request, "subsystem_device_id");
  device->class_code = (uint32_t)request_number(request, "class_code");
  device->revision = (uint32_t)request_number(request, "revision");
  device->config_size = (uint32_t)request_number(request, "config_size");
  if (!device->bus[0] || !device->address[0]) return -EINVAL;

  host->struct_size = sizeof *host;
  host->abi_version = VMCOREDD_PLUGIN_ABI_VERSION;
  host->context = session;
  host->flags = request_number(request, "crash_kernel") ? VMCOREDD_HOST_CRASH_KERNEL : 0;
  if (strcmp(request_text(request, "phase"), "early") == 0) host->flags |= VMCOREDD_HOST_EARLY;
  host->log = host_log;
  host->remaining_ms = host_remaining_ms;
  host->option = host_option;
  host->register_dump = host_register_dump;
  config_services_install(host);
  bar_services_install(host);
  return 0;
}

void session_close(struct session* session) {
  bar_state_close(session);
  config_state_close(session);
  request_free(&session->request);
}
