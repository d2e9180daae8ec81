/*
 * Runs one command and says what it took.
 *
 *     meter RESULT CPU_LIMIT COMMAND [ARGUMENT...]
 *
 * Writes to RESULT: wall clock in nanoseconds, peak resident set in KiB, exit code (128 + signal when killed), CPU time in microseconds. It is a program of its own
 * because the kernel counts the memory of the process that starts another as the other's until it has been replaced: a meter in C is
 * smaller than anything it measures.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  pid_t child = fork();
  if (child < 0) return 3;
  if (child == 0) {
    struct rlimit limit = {(rlim_t)atoi(argv[2]), (rlim_t)atoi(argv[2])};
    setrlimit(RLIMIT_CPU, &limit);
    execvp(argv[3], argv + 3);
    _exit(127);
  }
  int status;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) < 0) return 3;
  clock_gettime(CLOCK_MONOTONIC, &end);
  FILE *result = fopen(argv[1], "w");
  if (!result) return 3;
#ifdef __APPLE__
  long peak = usage.ru_maxrss / 1024;
#else
  long peak = usage.ru_maxrss;
#endif
  fprintf(result, "%lld %ld %d %lld\n", (end.tv_sec - start.tv_sec) * 1000000000LL + (end.tv_nsec - start.tv_nsec), peak,
          WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  return fclose(result) == 0 ? 0 : 3;
}
