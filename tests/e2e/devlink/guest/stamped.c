// SPDX-License-Identifier: LGPL-2.1-or-later
// usage: stamped FILE TEXT
// Writes TEXT into FILE, for example of debugfs, and prints when it began to, in
// microseconds since 1970: busybox' date knows seconds only.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char** argv) {
  struct timespec now;
  size_t length;
  ssize_t written;
  int file;

  if (argc != 3) return 2;
  length = strlen(argv[2]);
  file = open(argv[1], O_WRONLY);
  if (file < 0) return 1;
  clock_gettime(CLOCK_REALTIME, &now);
  written = write(file, argv[2], length);
  printf("%lld\n", now.tv_sec * 1000000ll + now.tv_nsec / 1000);
  return written == (ssize_t)length ? 0 : 1;
}
