/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * usage: measure COMMAND [ARGUMENT...]
 *
 * Runs a command and prints "seconds cpu-seconds peak-rss-kib exit-status" on
 * descriptor 3. The kernel counts the memory of the process that calls execve()
 * into the peak of what it becomes (setmax_mm_hiwater_rss() in begin_new_exec(),
 * fs/exec.c): a program started by an interpreter seems to need the interpreter's
 * memory. This one needs next to none.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

int main(int argc, char** argv) {
  struct rusage usage;
  double start = now();
  int status;
  pid_t child;

  if (argc < 2) return 2;
  child = fork();
  if (child < 0) return 2;
  if (child == 0) {
    close(3);
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  if (wait4(child, &status, 0, &usage) != child) return 2;
  dprintf(3, "%.6f %.6f %ld %d\n", now() - start, seconds(usage.ru_utime) + seconds(usage.ru_stime),
          usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return 0;
}
