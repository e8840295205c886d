/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver-plugins/abi/runner/runner.h"
#include "driver-plugins/abi/runner/session.h"
#include "driver-plugins/abi/runner/stand_in.h"

/* Matches the device and lets the plugin register. 0 or -errno; `score` 0: not its. */
static int find_offers(struct session* session, int* score) {
  int error;

  *score = session->plugin.match(&session->host, &session->device);
  if (*score <= 0) return *score;
  session->registering = 1;
  error = session->plugin.register_dumps(&session->host, &session->device, session->quota);
  session->registering = 0;
  return error < 0 ? error : 0;
}

static void send_offers(struct session* session, int score) {
  uint32_t i;

  for (i = 0; i < session->offer_count; i++) {
    const struct vmcoredd_dump* dump = &session->offers[i];
    frame_write_flat(&session->frames, VMCOREDD_FRAME_OFFER,
                     "index=%u\nwhat=%s\nsize=%llu\nclass=%u\npriority=%d\nscore=%d\nflags=%u\n", i,
                     dump->what ? dump->what : "", (unsigned long long)dump->size, dump->dump_class,
                     (int)dump->priority, score, dump->flags);
  }
}

static int collect(struct session* session, uint64_t index) {
  const struct vmcoredd_sink sink = session_sink(session);
  const struct vmcoredd_dump* dump;
  int error;

  if (index >= session->offer_count) {
    session->host.log(&session->host, VMCOREDD_LOG_ERROR, "the dump is no longer offered");
    return -ENOENT;
  }
  dump = &session->offers[index];
  session->room = dump->size ? dump->size : session->quota;
  frame_write_flat(&session->frames, VMCOREDD_FRAME_BEGIN, "index=%u\nsize=%llu\n", (unsigned)index,
                   (unsigned long long)dump->size);
  if (session->stand_in[0]) sink.warn(&sink, session->stand_in);
  session->collecting = dump;
  error = dump->collect(&session->host, &session->device, dump->cookie, &sink);
  session->collecting = NULL;
  if (error > 0) error = 0;
  frame_write_flat(&session->frames, VMCOREDD_FRAME_DONE, "error=%d\n", -error);
  return 0;
}

/* What the plugin answers to the request in `session`. 0 or -errno. */
static int answer(struct session* session) {
  const char* mode = request_text(&session->request, "mode");
  int score = 0;
  int error;

  stand_in_apply(session);
  error = find_offers(session, &score);
  if (error) return error;
  if (strcmp(mode, "collect") == 0) {
    return collect(session, request_number(&session->request, "dump"));
  }
  send_offers(session, score);
  return 0;
}

int vmcoredd_runner_serve(vmcoredd_entry_fn entry, int request_fd, int frames_fd) {
  struct session* session = calloc(1, sizeof *session);
  int error;

  if (!session) return 1;
  session->frames.fd = frames_fd;
  if (vmcoredd_runner_adopt(entry, &session->plugin) != NULL ||
      request_read(&session->request, request_fd) != 0) {
    free(session);
    return 1;
  }
  error = session_open(session);
  frame_write_flat(&session->frames, VMCOREDD_FRAME_HELLO, "protocol=%u\nplugin=%s\n",
                   VMCOREDD_FRAMES_PROTOCOL, session->plugin.name);
  if (!error) error = answer(session);
  frame_write_flat(&session->frames, VMCOREDD_FRAME_END, "error=%d\nreason=%s\n", -error,
                   error ? session->reason : "");
  error = session->frames.error;
  session_close(session);
  free(session);
  return error ? 1 : 0;
}
