/*
 * Instances: the reservation of linear memory, its growth, the reset between tasks, and traps.
 *
 * One mapping holds a page for the instance itself, then 8 GiB of address space without rights. Memory that compiled code may use
 * is given rights as it grows, so anything outside of it faults.
 */
#include "molt.h"

#include <stdlib.h>
#include <sys/mman.h>

/* Largest offset plus largest displacement of an instruction. */
#define MOLT_RESERVED ((size_t)8 << 30)

MoltInstance *molt_instance_new(const MoltModule *module) {
  size_t reserved = MOLT_PAGE + MOLT_RESERVED;
  uint8_t *reservation = mmap(NULL, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reservation == MAP_FAILED) return NULL;
  size_t pages = module->initial_pages;
  if (mprotect(reservation, MOLT_PAGE * (1 + pages), PROT_READ | PROT_WRITE) != 0) {
    munmap(reservation, reserved);
    return NULL;
  }
  MoltInstance *instance = (MoltInstance *)reservation;
  instance->mem = reservation + MOLT_PAGE;
  instance->reservation = reservation;
  instance->reserved = reserved;
  instance->pages = (uint32_t)pages;
  instance->max_pages = module->max_pages;
  for (uint32_t i = 0; i < module->segment_count; i++) {
    const MoltSegment *segment = &module->segments[i];
    memcpy(instance->mem + segment->address, segment->bytes, segment->length);
  }
  return instance;
}

void molt_instance_free(MoltInstance *instance) {
  free(instance->low);
  if (instance->stack != NULL) munmap(instance->stack, MOLT_GUARD + instance->stack_bytes);
  munmap(instance->reservation, instance->reserved);
}

int molt_instance_freeze(MoltInstance *instance, const MoltModule *module) {
  instance->heap_base = molt_load_i32(instance->mem, MOLT_CELL_HEAP_BASE);
  instance->low = malloc(module->low_end);
  if (instance->low == NULL) return -1;
  memcpy(instance->low, instance->mem, module->low_end);
  return 0;
}

MoltInstance *molt_instance_clone(const MoltInstance *frozen, const MoltModule *module) {
  MoltInstance *instance = molt_instance_new(module);
  if (instance == NULL) return NULL;
  uint32_t more = frozen->pages - instance->pages;
  instance->low = malloc(module->low_end);
  if (instance->low == NULL || (more != 0 && molt_memory_grow(instance->mem, more) == UINT32_MAX)) {
    molt_instance_free(instance);
    return NULL;
  }
  memcpy(instance->low, frozen->low, module->low_end);
  instance->heap_base = frozen->heap_base;
  memcpy(instance->mem, frozen->mem, frozen->heap_base);
  return instance;
}

/* A heap that grew beyond this gives its pages back to the system instead of being cleared. */
#define MOLT_KEEP_BYTES ((size_t)16 << 20)

/*
 * Where the heap of the task ends as far as it was written. When the run of small objects is the last thing in the heap, that is the
 * place where the run stands: what follows was zeroed before the run began. After a trap nobody knows which stores were done.
 */
static size_t heap_used(const MoltInstance *instance) {
  size_t end = molt_load_i32(instance->mem, MOLT_CELL_HEAP_END);
  size_t at = molt_load_i32(instance->mem, MOLT_CELL_HEAP_PTR);
  int run_is_last = molt_load_i32(instance->mem, MOLT_CELL_HEAP_LIMIT) == end;
  return run_is_last && instance->trap_reason == 0 && at >= instance->heap_base && at < end ? at : end;
}

void molt_instance_reset(MoltInstance *instance, const MoltModule *module) {
  size_t start = instance->heap_base;
  size_t end = heap_used(instance);
  size_t limit = (size_t)instance->pages * MOLT_PAGE;
  if (end > limit) end = limit;
  if (end > start) {
    size_t keep = start + MOLT_KEEP_BYTES < end ? (start + MOLT_KEEP_BYTES) & ~(size_t)(MOLT_PAGE - 1) : end;
    memset(instance->mem + start, 0, keep - start);
    if (keep < end) madvise(instance->mem + keep, limit - keep, MADV_DONTNEED);
  }
  /* The shadow stack between cells and globals is only read where the task itself wrote it. */
  uint32_t stack_end;
  memcpy(&stack_end, instance->low + MOLT_CELL_STACK_LIMIT, sizeof stack_end);
  if (stack_end < MOLT_STACK_BASE || stack_end > module->low_end) stack_end = MOLT_STACK_BASE;
  memcpy(instance->mem, instance->low, MOLT_STACK_BASE);
  memcpy(instance->mem + stack_end, instance->low + stack_end, module->low_end - stack_end);
}

uint32_t molt_memory_grow(MoltMem mem, uint32_t pages) {
  MoltInstance *instance = molt_instance(mem);
  uint32_t old = instance->pages;
  if (pages > instance->max_pages - old) return UINT32_MAX;
  if (pages != 0 && mprotect(mem + (size_t)old * MOLT_PAGE, (size_t)pages * MOLT_PAGE, PROT_READ | PROT_WRITE) != 0) return UINT32_MAX;
  instance->pages = old + pages;
  return old;
}

_Noreturn void molt_trap(MoltMem mem, uint32_t reason) {
  MoltInstance *instance = molt_instance(mem);
  instance->trap_reason = reason;
  siglongjmp(instance->trap, 1);
}

const char *molt_trap_text(uint32_t reason) {
  switch (reason) {
    case MOLT_TRAP_MEMORY: return "its memory limit was reached";
    case MOLT_TRAP_STACK: return "its stack is full";
    case MOLT_TRAP_DEADLINE: return "its deadline passed";
    case MOLT_TRAP_CPU: return "its CPU limit was reached";
    case MOLT_TRAP_USER: return "it was cancelled";
    case MOLT_TRAP_DISCONNECT: return "its caller went away";
    case MOLT_TRAP_OUTPUT: return "its output is larger than allowed";
    case MOLT_TRAP_SHUTDOWN: return "the worker is shutting down";
    case MOLT_TRAP_FUEL: return "its fuel is used up";
    default: return "it reached code that cannot be reached";
  }
}
