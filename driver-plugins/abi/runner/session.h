/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of one served request, shared by the files of the runner. */
#ifndef VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_SESSION_H_
#define VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_SESSION_H_

#include <stdint.h>

#include "driver-plugins/abi/runner/bar_services.h"
#include "driver-plugins/abi/runner/frame_writer.h"
#include "driver-plugins/abi/runner/request.h"
#include "driver-plugins/abi/vmcoredd_plugin.h"

#define SESSION_REASON_BYTES 256

struct session {
  struct vmcoredd_plugin plugin;
  struct request request;
  struct frame_writer frames;
  struct vmcoredd_host host;
  struct vmcoredd_device device;
  uint64_t quota;       /* bytes a dump may have */
  uint64_t deadline_ms; /* CLOCK_MONOTONIC; 0: none */
  int config_fd;        /* -1 until the first read */
  int config_write_fd;  /* -1 until the first write */
  struct bar_state bars;

  int registering; /* inside register_dumps */
  struct vmcoredd_dump offers[VMCOREDD_MAX_OFFERS];
  uint32_t offer_count;
  const struct vmcoredd_dump* collecting; /* inside its collect() */

  uint64_t room;                     /* bytes that the dump being collected may still have */
  char reason[SESSION_REASON_BYTES]; /* the last error that the plugin logged */
  char stand_in[80];                 /* said in each dump of a device under other ids, or "" */
};

/* host_services.c: fills in host and device from the request. 0 or -errno. */
int session_open(struct session* session);
void session_close(struct session* session);

/* sink.c: a sink that writes the frames of one dump. */
struct vmcoredd_sink session_sink(struct session* session);

#endif /* VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_SESSION_H_ */
