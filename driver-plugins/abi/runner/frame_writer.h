/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_FRAME_WRITER_H_
#define VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_FRAME_WRITER_H_

#include <stddef.h>
#include <stdint.h>

#include "driver-plugins/abi/runner/frames.h"

/* Writes frames to a descriptor. The first failure sticks: nothing more is written. */
struct frame_writer {
  int fd;
  int error; /* 0 or -errno */
};

/* `head` and `body` together are the payload, at most VMCOREDD_FRAME_MAX_PAYLOAD. */
int frame_write(struct frame_writer* writer,
                uint32_t type,
                const void* head,
                size_t head_size,
                const void* body,
                size_t body_size);

/* A frame of `head` and a line of text: control characters become '?', long text is cut. */
int frame_write_text(struct frame_writer* writer,
                     uint32_t type,
                     const void* head,
                     size_t head_size,
                     const char* text);

/* A frame of lines made by a printf format. Values must hold no newline. */
int frame_write_flat(struct frame_writer* writer, uint32_t type, const char* format, ...)
    __attribute__((format(printf, 3, 4)));

#endif /* VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_FRAME_WRITER_H_ */
