/*
 * One call on one instance: limits in, compiled code on its stack, result or error out, and the reset that makes room for the next.
 */
#include "service.h"

#include <stdio.h>
#include <stdlib.h>

/* Deep recursion of compiled code ends in a trap; the pages are only taken when used. */
#define TASK_STACK ((size_t)64 << 20)

static void run_init(MoltInstance *instance, void *status) {
  *(uint32_t *)status = molt_module.init(instance->mem);
  if ((*(uint32_t *)status & 15) == MOLT_STATUS_RETURNED && molt_module.freeze != NULL) molt_module.freeze(instance->mem);
}

MoltInstance *molt_service_start(const char **why) {
  static char text[160];
  MoltInstance *instance = molt_instance_new(&molt_module);
  if (instance == NULL || molt_stack_new(instance, TASK_STACK) != 0) {
    *why = "no address space for an instance";
    return NULL;
  }
  if (molt_module.init == NULL || molt_module.alloc == NULL || molt_module.call == NULL) {
    *why = "the module has no exports to call";
    return NULL;
  }
  instance->sealed = 1;
  uint32_t status = 0;
  uint32_t reason = molt_run(instance, run_init, &status);
  instance->sealed = 0;
  if (reason != 0 && instance->denied != NULL) {
    snprintf(text, sizeof text, "MOLT6104: the module asked for %s while it was initialised", instance->denied);
    *why = text;
  } else if (reason != 0) {
    snprintf(text, sizeof text, "MOLT6101: the module body was stopped: %s", molt_trap_text(reason));
    *why = text;
  } else if ((status & 15) != MOLT_STATUS_RETURNED) {
    *why = "the module body raised an exception";
  } else if (molt_instance_freeze(instance, &molt_module) != 0) {
    *why = "no memory for the frozen image";
  } else {
    return instance;
  }
  molt_instance_free(instance);
  return NULL;
}

MoltInstance *molt_service_clone(const MoltInstance *frozen) {
  MoltInstance *instance = molt_instance_clone(frozen, &molt_module);
  if (instance != NULL && molt_stack_new(instance, TASK_STACK) != 0) {
    molt_instance_free(instance);
    return NULL;
  }
  return instance;
}

static void run_call(MoltInstance *instance, void *argument) {
  MoltTask *task = *(MoltTask **)argument;
  MoltMem mem = instance->mem;
  uint32_t address = molt_module.alloc(mem, task->input_length);
  memcpy(mem + address, task->input, task->input_length);
  *(uint32_t *)((void **)argument)[1] = molt_module.call(mem, task->export_index, address, task->input_length);
}

/* The bytes object that a call leaves: length at 8, bytes at 16. NULL when it does not lie in memory. */
static const uint8_t *answer_bytes(MoltInstance *instance, uint32_t *length) {
  MoltMem mem = instance->mem;
  uint64_t end = (uint64_t)instance->pages * MOLT_PAGE;
  uint64_t object = molt_load_i32(mem, MOLT_CELL_ABI_RESULT);
  if (object + 16 > end) return NULL;
  *length = molt_load_i32(mem, object + 8);
  return object + 16 + *length > end ? NULL : mem + object + 16;
}

static uint32_t microseconds(uint64_t from, uint64_t to) {
  uint64_t us = (to - from) / 1000;
  return us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

/* A task's heap begins behind the frozen data, so its limit counts from there. */
static void limit_memory(MoltInstance *instance, uint32_t kib) {
  if (kib == 0) return;
  uint64_t end = (uint64_t)instance->heap_base + (uint64_t)kib * 1024;
  molt_store_i32(instance->mem, MOLT_CELL_MEMORY_LIMIT, end >= UINT32_MAX - 7 ? UINT32_MAX - 7 : (uint32_t)end & ~7u);
}

static void end_trapped(MoltOutcome *outcome, const MoltLabel *label, uint32_t trap, const MoltTask *task) {
  const char *stopped = NULL;
  switch (trap) {
    case MOLT_TRAP_DEADLINE: stopped = "deadline"; break;
    case MOLT_TRAP_CPU: case MOLT_TRAP_FUEL: stopped = "cpu"; break;
    case MOLT_TRAP_USER: stopped = task->cancel_reason != NULL ? task->cancel_reason : "user"; break;
    case MOLT_TRAP_DISCONNECT: stopped = "disconnect"; break;
    case MOLT_TRAP_SHUTDOWN: stopped = "shutdown"; break;
    default: break;
  }
  if (stopped != NULL) {
    outcome->reason = stopped;
    outcome->code = molt_pack_stopped(&outcome->pack, label, stopped, 1);
    return;
  }
  outcome->reason = trap == MOLT_TRAP_MEMORY ? "memory" : trap == MOLT_TRAP_OUTPUT ? "output" : "trap";
  outcome->code = molt_pack_trapped(&outcome->pack, label, trap);
  outcome->broken = trap != MOLT_TRAP_MEMORY && trap != MOLT_TRAP_OUTPUT && trap != MOLT_TRAP_STACK;
}

void molt_task_execute(MoltInstance *instance, MoltWatch *watch, MoltTask *task, MoltOutcome *outcome) {
  const MoltExport *target = &molt_service.exports[task->export_index];
  MoltMem mem = instance->mem;
  memset(outcome, 0, sizeof *outcome);
  uint32_t cpu_ms = molt_tighter(task->cpu_ms, target->cpu_ms);
  limit_memory(instance, molt_tighter(task->memory_kib, target->memory_kib));
  int measured = !task->unmeasured || cpu_ms != 0;
  uint64_t begin = molt_now_ns(), cpu = measured ? molt_thread_cpu_ns() : 0;
  uint64_t wall_ns = (uint64_t)task->deadline_ms * 1000000u;
  /* What the code sees of its limits; the wall budget counts from receipt. Without a start the code's first look is one. */
  molt_store_i64(mem, MOLT_CELL_WALL_START, task->deadline_ns != 0 && wall_ns != 0 ? task->deadline_ns - wall_ns : begin);
  molt_store_i64(mem, MOLT_CELL_WALL_BUDGET, wall_ns);
  molt_store_i64(mem, MOLT_CELL_CPU_START, cpu);
  molt_store_i64(mem, MOLT_CELL_CPU_BUDGET, (uint64_t)cpu_ms * 1000000u);
  uint32_t status = 0;
  void *argument[2] = {task, &status};
  molt_watch_begin(watch, mem, task->id, begin, cpu, task->deadline_ns, cpu_ms);
  /* Cancelled after it was taken from the queue and before the watchdog knew it. */
  uint32_t cancelled = __atomic_load_n(&task->cancel_trap, __ATOMIC_SEQ_CST);
  if (cancelled != 0) molt_watch_interrupt(watch, task->id, cancelled);
  uint32_t trap = molt_run(instance, run_call, argument);
  molt_watch_end(watch);
  uint64_t end = molt_now_ns();
  outcome->exec_us = microseconds(begin, end);
  if (measured) outcome->cpu_us = microseconds(cpu, molt_thread_cpu_ns());
  outcome->peak_kib = (molt_load_i32(mem, MOLT_CELL_HEAP_END) + 1023) / 1024;
  /* A call this short began and ended between two looks of a clock that is coarser. */
  if (outcome->cpu_us > outcome->exec_us) outcome->cpu_us = outcome->exec_us;

  MoltLabel label = {target->name, task->deadline_ms, cpu_ms};
  if (label.deadline_ms == 0 && task->deadline_ns > begin) label.deadline_ms = (uint32_t)((task->deadline_ns - begin + 999999) / 1000000);
  if (trap != 0) return end_trapped(outcome, &label, trap, task);
  uint32_t length = 0;
  const uint8_t *bytes = answer_bytes(instance, &length);
  if (bytes == NULL) {
    outcome->reason = "trap";
    outcome->code = molt_pack_internal(&outcome->pack, &label, "the module left no answer");
    outcome->broken = 1;
  } else if ((status & 15) == MOLT_STATUS_FAILED) {
    outcome->reason = "app_error";
    outcome->code = molt_pack_raised(&outcome->pack, &label, bytes, length);
  } else if ((status & 15) == MOLT_STATUS_INVALID_INPUT) {
    outcome->reason = "invalid_input";
    outcome->code = molt_pack_invalid_input(&outcome->pack, &label, bytes, length);
  } else if ((status & 15) == MOLT_STATUS_OVERSIZED_RESULT) {
    outcome->reason = "output";
    outcome->code = molt_pack_oversized_result(&outcome->pack, &label, bytes, length);
  } else if ((status & 15) != MOLT_STATUS_RETURNED) {
    outcome->reason = "trap";
    outcome->code = molt_pack_internal(&outcome->pack, &label, "the module answered with an unknown status");
  } else if (target->max_output != 0 && length > target->max_output) {
    end_trapped(outcome, &label, MOLT_TRAP_OUTPUT, task);
  } else {
    outcome->ok = 1;
    outcome->reason = "ok";
    outcome->body = bytes;
    outcome->body_length = length;
  }
}

void molt_task_run(MoltInstance *instance, MoltWatch *watch, MoltTask *task, MoltOutcome *outcome, int *broken) {
  molt_task_execute(instance, watch, task, outcome);
  if (outcome->ok) {
    static const uint8_t room[MOLT_RESULT_ROOM];
    molt_pack_raw(&outcome->pack, room, sizeof room);
    molt_pack_raw(&outcome->pack, outcome->body, outcome->body_length);
    outcome->body = NULL;
  }
  *broken = outcome->broken;
  if (!outcome->broken) molt_instance_reset(instance, &molt_module);
}
