/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "driver-plugins/abi/runner/session.h"

static struct session* session_of(const struct vmcoredd_sink* sink) { return sink->context; }

/* Takes up to `size` bytes off the room that is left; -ENOSPC when that is less. */
static int take_room(struct session* session, uint64_t size, uint64_t* taken) {
  *taken = size < session->room ? size : session->room;
  session->room -= *taken;
  return *taken == size ? 0 : -ENOSPC;
}

static int sink_write(const struct vmcoredd_sink* sink, const void* buf, size_t size) {
  struct session* session = session_of(sink);
  const unsigned char* bytes = buf;
  uint64_t left;
  const int full = take_room(session, size, &left);

  while (left > 0) {
    const size_t chunk =
        left < VMCOREDD_FRAME_MAX_PAYLOAD ? (size_t)left : VMCOREDD_FRAME_MAX_PAYLOAD;
    const int error = frame_write(&session->frames, VMCOREDD_FRAME_DATA, NULL, 0, bytes, chunk);
    if (error) return error;
    bytes += chunk;
    left -= chunk;
  }
  return full;
}

static int sink_hole(const struct vmcoredd_sink* sink, uint64_t size, const char* reason) {
  struct session* session = session_of(sink);
  unsigned char head[8];
  uint64_t taken;
  const int full = take_room(session, size, &taken);
  int error;

  if (taken == 0) return full;
  vmcoredd_frame_put_u32(head, (uint32_t)taken);
  vmcoredd_frame_put_u32(head + 4, (uint32_t)(taken >> 32));
  error = frame_write_text(&session->frames, VMCOREDD_FRAME_HOLE, head, sizeof head, reason);
  return error ? error : full;
}

static void sink_warn(const struct vmcoredd_sink* sink, const char* text) {
  frame_write_text(&session_of(sink)->frames, VMCOREDD_FRAME_WARNING, NULL, 0, text);
}

static void sink_perturbed(const struct vmcoredd_sink* sink, const char* text) {
  frame_write_text(&session_of(sink)->frames, VMCOREDD_FRAME_PERTURBED, NULL, 0, text);
}

struct vmcoredd_sink session_sink(struct session* session) {
  struct vmcoredd_sink sink = {0};

  sink.struct_size = sizeof sink;
  sink.context = session;
  sink.write = sink_write;
  sink.hole = sink_hole;
  sink.warn = sink_warn;
  sink.perturbed = sink_perturbed;
  return sink;
}
