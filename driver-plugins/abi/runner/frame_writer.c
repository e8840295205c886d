/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver-plugins/abi/runner/frame_writer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* Remarks longer than this are cut: they end up in a manifest, one line each. */
#define MAX_TEXT_BYTES 512u

static int write_all(int fd, struct iovec* parts, int count) {
  while (count > 0) {
    ssize_t written;

    if (parts->iov_len == 0) {
      parts++;
      count--;
      continue;
    }
    written = writev(fd, parts, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return -errno;
    while (count > 0 && (size_t)written >= parts->iov_len) {
      written -= (ssize_t)parts->iov_len;
      parts++;
      count--;
    }
    if (count > 0) {
      parts->iov_base = (char*)parts->iov_base + written;
      parts->iov_len -= (size_t)written;
    }
  }
  return 0;
}

int frame_write(struct frame_writer* writer,
                uint32_t type,
                const void* head,
                size_t head_size,
                const void* body,
                size_t body_size) {
  unsigned char header[VMCOREDD_FRAME_HEADER_BYTES];
  struct iovec parts[3];

  if (writer->error) return writer->error;
  if (head_size + body_size > VMCOREDD_FRAME_MAX_PAYLOAD) return -EMSGSIZE;
  vmcoredd_frame_put_u32(header, type);
  vmcoredd_frame_put_u32(header + 4, (uint32_t)(head_size + body_size));
  parts[0].iov_base = header;
  parts[0].iov_len = sizeof header;
  parts[1].iov_base = (void*)(uintptr_t)head;
  parts[1].iov_len = head_size;
  parts[2].iov_base = (void*)(uintptr_t)body;
  parts[2].iov_len = body_size;
  writer->error = write_all(writer->fd, parts, 3);
  return writer->error;
}

int frame_write_text(struct frame_writer* writer,
                     uint32_t type,
                     const void* head,
                     size_t head_size,
                     const char* text) {
  char line[MAX_TEXT_BYTES];
  size_t size = 0;

  while (text && text[size] && size < sizeof line) {
    const unsigned char c = (unsigned char)text[size];
    line[size++] = (char)(c < 0x20 || c == 0x7f ? '?' : c);
  }
  return frame_write(writer, type, head, head_size, line, size);
}

int frame_write_flat(struct frame_writer* writer, uint32_t type, const char* format, ...) {
  char text[2 * MAX_TEXT_BYTES];
  va_list arguments;
  int size;

  va_start(arguments, format);
  size = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (size < 0 || (size_t)size >= sizeof text) return -EMSGSIZE;
  return frame_write(writer, type, NULL, 0, text, (size_t)size);
}
