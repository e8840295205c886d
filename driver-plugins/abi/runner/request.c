/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver-plugins/abi/runner/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver-plugins/abi/runner/frames.h"

/* Turns "key=value\n" into "key\0value\0" all through. */
static int split_lines(char* text, size_t size) {
  char* line = text;
  char* const end = text + size;

  if (memchr(text, '\0', size)) return -EINVAL;
  while (line < end) {
    char* newline = memchr(line, '\n', (size_t)(end - line));
    char* equals;

    if (!newline) return -EINVAL;
    equals = memchr(line, '=', (size_t)(newline - line));
    if (!equals) return -EINVAL;
    *equals = '\0';
    *newline = '\0';
    line = newline + 1;
  }
  return 0;
}

int request_read(struct request* request, int fd) {
  /* One byte more than allowed, to see that there is more. */
  const size_t capacity = VMCOREDD_REQUEST_MAX_BYTES + 1;
  int error = 0;

  request->size = 0;
  request->text = malloc(capacity);
  if (!request->text) return -ENOMEM;
  while (request->size < capacity) {
    const ssize_t got = read(fd, request->text + request->size, capacity - request->size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) error = -errno;
    if (got <= 0) break;
    request->size += (size_t)got;
  }
  if (!error && request->size == capacity) error = -EMSGSIZE;
  if (!error && request->size == 0) error = -EINVAL;
  if (!error) error = split_lines(request->text, request->size);
  if (error) request_free(request);
  return error;
}

void request_free(struct request* request) {
  free(request->text);
  request->text = NULL;
  request->size = 0;
}

const char* request_find(const struct request* request, const char* prefix, const char* key) {
  const size_t prefix_length = strlen(prefix);
  const char* at = request->text;
  const char* const end = request->text + request->size;

  while (at < end) {
    const char* value = at + strlen(at) + 1;
    if (strncmp(at, prefix, prefix_length) == 0 && strcmp(at + prefix_length, key) == 0) {
      return value;
    }
    at = value + strlen(value) + 1;
  }
  return NULL;
}

const char* request_text(const struct request* request, const char* key) {
  const char* value = request_find(request, "", key);
  return value ? value : "";
}

uint64_t request_number(const struct request* request, const char* key) {
  return strtoull(request_text(request, key), NULL, 0);
}
