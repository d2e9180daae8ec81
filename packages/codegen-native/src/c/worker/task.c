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

static void fail(MoltOutcome *outcome, const MoltError *error) {
  outcome->ok = 0;
  outcome->code = error->code;
  molt_pack_error(&outcome->pack, error);
}

static void fail_plain(MoltOutcome *outcome, uint16_t code, const char *message) {
  MoltError error = {.code = code, .executed = -1, .message = message, .message_length = strlen(message)};
  fail(outcome, &error);
}

/* [type, message, traceback, args] of the exception, or [path, message] of the input's fault. */
static void fail_from(MoltOutcome *outcome, uint16_t code, const uint8_t *bytes, uint32_t length) {
  MoltReader reader = {bytes, bytes + length};
  uint32_t count = 0, first_length = 0, message_length = 0, trace_length = 0;
  const char *first, *message, *trace;
  if (molt_read_array(&reader, &count) != 0 || count < 2 || molt_read_text(&reader, &first, &first_length) != 0 ||
      molt_read_text(&reader, &message, &message_length) != 0) {
    fail_plain(outcome, MOLT_INTERNAL, "the module described its error in an unknown way");
    return;
  }
  int is_app = code == MOLT_APP_ERROR;
  int has_trace = is_app && count >= 3 && molt_read_text(&reader, &trace, &trace_length) == 0;
  const uint8_t *args = reader.at;
  int has_args = has_trace && count >= 4 && molt_read_skip(&reader, 8) == 0;
  MoltPack details = {0};
  molt_pack_map(&details, 1 + (uint32_t)(has_trace && trace_length != 0) + (uint32_t)has_args);
  molt_pack_string(&details, is_app ? "type" : "path");
  molt_pack_text(&details, first, first_length);
  if (has_args) {
    molt_pack_string(&details, "args");
    molt_pack_raw(&details, args, (size_t)(reader.at - args));
  }
  if (has_trace && trace_length != 0) {
    molt_pack_string(&details, "traceback");
    molt_pack_text(&details, trace, trace_length);
  }
  MoltError error = {.code = code, .executed = -1, .message = message, .message_length = message_length};
  if (!details.failed) {
    error.details = details.bytes;
    error.details_length = details.length;
  }
  fail(outcome, &error);
  free(details.bytes);
}

static void fail_trap(MoltOutcome *outcome, uint32_t reason, const MoltTask *task) {
  MoltPack details = {0};
  uint16_t code = MOLT_TRAP_ERROR;
  const char *cancelled = NULL;
  switch (reason) {
    case MOLT_TRAP_MEMORY: code = MOLT_MEMORY_EXCEEDED; break;
    case MOLT_TRAP_DEADLINE: code = MOLT_DEADLINE_EXCEEDED; break;
    case MOLT_TRAP_CPU: case MOLT_TRAP_FUEL: code = MOLT_CPU_EXCEEDED; break;
    case MOLT_TRAP_OUTPUT: code = MOLT_RESULT_TOO_LARGE; break;
    case MOLT_TRAP_USER: code = MOLT_CANCELLED; cancelled = task->cancel_reason != NULL ? task->cancel_reason : "user"; break;
    case MOLT_TRAP_DISCONNECT: code = MOLT_CANCELLED; cancelled = "disconnect"; break;
    case MOLT_TRAP_SHUTDOWN: code = MOLT_CANCELLED; cancelled = "shutdown"; break;
    default: break;
  }
  char message[128];
  snprintf(message, sizeof message, "the task was stopped: %s", molt_trap_text(reason));
  MoltError error = {.code = code, .executed = -1, .message = message, .message_length = strlen(message)};
  if (cancelled != NULL || code == MOLT_TRAP_ERROR) {
    molt_pack_map(&details, 1);
    molt_pack_string(&details, "reason");
    molt_pack_string(&details, cancelled != NULL ? cancelled : reason == MOLT_TRAP_STACK ? "stack" : "unreachable");
    if (!details.failed) {
      error.details = details.bytes;
      error.details_length = details.length;
    }
  }
  fail(outcome, &error);
  free(details.bytes);
}

static uint32_t microseconds(uint64_t from, uint64_t to) {
  uint64_t us = (to - from) / 1000;
  return us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

void molt_task_run(MoltInstance *instance, MoltWatch *watch, MoltTask *task, MoltOutcome *outcome, int *broken) {
  const MoltExport *target = &molt_service.exports[task->export_index];
  MoltMem mem = instance->mem;
  memset(outcome, 0, sizeof *outcome);
  *broken = 0;
  uint32_t memory_kib = task->memory_kib != 0 ? task->memory_kib : target->memory_kib;
  if (memory_kib != 0) molt_store_i32(mem, MOLT_CELL_MEMORY_LIMIT, memory_kib >= UINT32_MAX / 1024 ? UINT32_MAX - 7 : memory_kib * 1024);
  uint64_t begin = molt_now_ns(), cpu = molt_thread_cpu_ns();
  uint32_t status = 0;
  void *argument[2] = {task, &status};
  molt_watch_begin(watch, mem, task->id, task->deadline_ns, task->cpu_ms != 0 ? task->cpu_ms : target->cpu_ms);
  /* Cancelled after it was taken from the queue and before the watchdog knew it. */
  uint32_t cancelled = __atomic_load_n(&task->cancel_trap, __ATOMIC_SEQ_CST);
  if (cancelled != 0) molt_watch_interrupt(watch, task->id, cancelled);
  uint32_t reason = molt_run(instance, run_call, argument);
  molt_watch_end(watch);
  outcome->exec_us = microseconds(begin, molt_now_ns());
  outcome->cpu_us = microseconds(cpu, molt_thread_cpu_ns());
  outcome->peak_kib = (molt_load_i32(mem, MOLT_CELL_HEAP_END) + 1023) / 1024;

  uint32_t length = 0;
  const uint8_t *bytes = reason == 0 ? answer_bytes(instance, &length) : NULL;
  if (reason != 0) {
    fail_trap(outcome, reason, task);
    *broken = reason == MOLT_TRAP_UNREACHABLE;
  } else if (bytes == NULL) {
    fail_plain(outcome, MOLT_INTERNAL, "the module left no answer");
    *broken = 1;
  } else if ((status & 15) == MOLT_STATUS_FAILED) {
    fail_from(outcome, MOLT_APP_ERROR, bytes, length);
  } else if ((status & 15) == MOLT_STATUS_INVALID_INPUT) {
    fail_from(outcome, MOLT_INVALID_INPUT, bytes, length);
  } else if ((status & 15) != MOLT_STATUS_RETURNED) {
    fail_plain(outcome, MOLT_INTERNAL, "the module answered with an unknown status");
  } else if (target->max_output != 0 && length > target->max_output) {
    char message[96];
    snprintf(message, sizeof message, "the result has %u bytes, its bound is %u", length, target->max_output);
    fail_plain(outcome, MOLT_RESULT_TOO_LARGE, message);
  } else {
    static const uint8_t room[MOLT_RESULT_ROOM];
    outcome->ok = 1;
    molt_pack_raw(&outcome->pack, room, sizeof room);
    molt_pack_raw(&outcome->pack, bytes, length);
  }
  if (!*broken) molt_instance_reset(instance, &molt_module);
}
