/*
 * A compiled script as a program: runs the module body and exits with its code.
 *
 * MOLT_MEMORY_LIMIT (bytes) and MOLT_GC_FLAGS (1 = collect at every allocation, 2 = poison freed memory) set the cells of the same
 * names. A task that is stopped says why on stderr and exits with 70.
 */
#include "molt.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOLT_EXIT_STOPPED = 70 };

/* Lazily committed; deep recursion ends in a trap long before the system runs out. */
#define MOLT_SCRIPT_STACK ((size_t)256 << 20)

static void limit_from(MoltMem mem, const char *name, uint32_t cell) {
  const char *text = getenv(name);
  if (text == NULL || *text == 0) return;
  char *end;
  unsigned long long value = strtoull(text, &end, 10);
  if (*end != 0 || value > UINT32_MAX) {
    fprintf(stderr, "%s: expected a number of at most 32 bits, found %s\n", name, text);
    exit(2);
  }
  molt_store_i32(mem, cell, (uint32_t)value);
}

static void run(MoltInstance *instance, void *exit_code) {
  uint32_t status = molt_module.init(instance->mem);
  int code = (int)(status >> 4 & 255);
  *(int *)exit_code = (status & 15) == MOLT_STATUS_FAILED && code == 0 ? 1 : code;
}

int main(int argc, char **argv) {
  MoltInstance *instance = molt_instance_new(&molt_module);
  if (instance == NULL || molt_stack_new(instance, MOLT_SCRIPT_STACK) != 0) {
    perror("cannot reserve memory");
    return MOLT_EXIT_STOPPED;
  }
  instance->argc = argc;
  instance->argv = argv;
  limit_from(instance->mem, "MOLT_MEMORY_LIMIT", MOLT_CELL_MEMORY_LIMIT);
  limit_from(instance->mem, "MOLT_GC_FLAGS", MOLT_CELL_GC_FLAGS);
  int code = 0;
  uint32_t reason = molt_run(instance, run, &code);
  if (reason == 0) return code;
  /* Nobody is left to read about a closed pipe. */
  if (reason != MOLT_TRAP_DISCONNECT) fprintf(stderr, "MOLT6101: the task was stopped: %s\n", molt_trap_text(reason));
  return MOLT_EXIT_STOPPED;
}
