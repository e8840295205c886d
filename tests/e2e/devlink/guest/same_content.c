// SPDX-License-Identifier: LGPL-2.1-or-later
// usage: same_content FILE
// Whether FILE is snapshot number 0 of devlinksim's region "big", every byte: a GiB
// is slow to bring to the host. ../content.py has the same formula.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char** argv) {
  static uint8_t page[4096];
  static uint8_t found[4096];
  uint32_t seed = 1;
  uint64_t at;
  size_t count;
  FILE* file;

  if (argc != 2 || !(file = fopen(argv[1], "rb"))) return 2;
  for (at = 0; at < sizeof(page); at++) {
    seed = seed * 1664525u + 1013904223u;
    page[at] = (uint8_t)(seed >> 24);
  }
  for (at = 0; (count = fread(found, 1, sizeof(found), file)) != 0; at += count) {
    memcpy(page, &at, sizeof(at));
    if (memcmp(found, page, count) != 0) {
      fprintf(stderr, "differs in the 4096 bytes at 0x%llx\n", (unsigned long long)at);
      return 1;
    }
  }
  return ferror(file) ? 2 : 0;
}
