// SPDX-License-Identifier: LGPL-2.1-or-later
// usage: rusage NAME PROGRAM ARGUMENT...
// Runs a program and says in the kernel's log what it took: the memory of its
// biggest process, and time. busybox of Debian's images has no `time`.
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char** argv) {
  struct timespec begin;
  struct timespec end;
  struct rusage usage;
  int status = 0;
  pid_t child;
  FILE* log;

  if (argc < 3) return 2;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  child = fork();
  if (child < 0) return 126;
  if (child == 0) {
    execv(argv[2], argv + 2);
    _exit(127);
  }
  waitpid(child, &status, 0);
  clock_gettime(CLOCK_MONOTONIC, &end);
  getrusage(RUSAGE_CHILDREN, &usage);  // of all processes that were waited for
  log = fopen("/dev/kmsg", "w");
  if (log) {
    long ms = (end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000;
    fprintf(log, "e2e: cost of %s: %ld KiB in its biggest process, %ld ms\n", argv[1],
            usage.ru_maxrss, ms);
    fclose(log);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
