/*
 * The module inside another process: C functions for ctypes and its like.
 *
 * The module body runs once per process; every instance that is opened is a copy of the result. An instance serves one call at a time.
 */
#include "service.h"

#include <stdio.h>
#include <stdlib.h>

#define MOLT_PUBLIC __attribute__((visibility("default")))

typedef struct {
  MoltInstance *instance;
  MoltWatch watch;
  /* Guards the fields of the task that a cancellation writes, and the numbers. */
  pthread_mutex_t mutex;
  MoltTask task;
  /* Calls that began, and calls that ended. */
  uint64_t begun, ended;
  uint32_t cpu_ms, memory_kib;
  /* Where answers go, and the one that did not fit there. */
  uint8_t *buffer;
  uint32_t room;
  uint8_t *kept;
  uint32_t kept_length;
} Inproc;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static MoltInstance *frozen;

/* Opens an instance. The directory is the artifact's; the library holds all it needs. 0 on success. */
MOLT_PUBLIC int molt_inproc_open(const char *artifact_dir, void **out) {
  (void)artifact_dir;
  *out = NULL;
  Inproc *inproc = calloc(1, sizeof *inproc);
  if (inproc == NULL) return 1;
  const char *why = "no address space for an instance";
  pthread_mutex_lock(&lock);
  if (frozen == NULL) frozen = molt_service_start(&why);
  if (frozen != NULL) inproc->instance = molt_service_clone(frozen);
  pthread_mutex_unlock(&lock);
  if (inproc->instance == NULL) {
    fprintf(stderr, "molt: %s\n", why);
    free(inproc);
    return 1;
  }
  pthread_mutex_init(&inproc->mutex, NULL);
  molt_watch_add(&inproc->watch);
  *out = inproc;
  return 0;
}

/* Gives an instance whose call ended badly the frozen image again. */
static void mend(Inproc *inproc) {
  pthread_mutex_lock(&lock);
  MoltInstance *fresh = molt_service_clone(frozen);
  pthread_mutex_unlock(&lock);
  if (fresh != NULL) {
    molt_instance_free(inproc->instance);
    inproc->instance = fresh;
  } else {
    molt_instance_reset(inproc->instance, &molt_module);
  }
}

/* Runs a call. Its answer (see answer_of) lies in the instance or in the pack until settle. */
static void run(Inproc *inproc, uint32_t index, const uint8_t *in, uint32_t in_length, uint32_t deadline_ms, MoltOutcome *outcome) {
  MoltTask *task = &inproc->task;
  task->id = ++inproc->begun;
  task->export_index = index;
  task->input = in;
  task->input_length = in_length;
  task->deadline_ms = deadline_ms;
  task->deadline_ns = deadline_ms == 0 ? 0 : molt_now_ns() + (uint64_t)deadline_ms * 1000000u;
  task->cpu_ms = inproc->cpu_ms;
  task->memory_kib = inproc->memory_kib;
  task->unmeasured = 1;
  molt_task_execute(inproc->instance, &inproc->watch, task, outcome);
  pthread_mutex_lock(&inproc->mutex);
  inproc->ended = task->id;
  __atomic_store_n(&task->cancel_trap, 0, __ATOMIC_SEQ_CST);
  task->cancel_reason = NULL;
  pthread_mutex_unlock(&inproc->mutex);
}

/* The encoded result, or the payload of the ERROR; NULL when there was no memory for it. */
static const uint8_t *answer_of(const MoltOutcome *outcome, uint32_t *length) {
  if (outcome->ok) {
    *length = outcome->body_length;
    return outcome->body;
  }
  *length = outcome->pack.length;
  return outcome->pack.failed ? NULL : outcome->pack.bytes;
}

static uint8_t *copy_of(const uint8_t *bytes, uint32_t length) {
  uint8_t *copy = malloc(length != 0 ? length : 1);
  if (copy != NULL) memcpy(copy, bytes, length);
  return copy;
}

/* Makes the instance ready for another call. */
static void settle(Inproc *inproc, MoltOutcome *outcome) {
  free(outcome->pack.bytes);
  if (outcome->broken) mend(inproc);
  else molt_instance_reset(inproc->instance, &molt_module);
}

static void no_export(MoltOutcome *outcome, const char *name) {
  char message[160];
  memset(outcome, 0, sizeof *outcome);
  outcome->code = MOLT_UNKNOWN_EXPORT;
  snprintf(message, sizeof message, "the artifact has no export named %.80s", name);
  molt_pack_plain_error(&outcome->pack, MOLT_UNKNOWN_EXPORT, message);
}

/*
 * Calls an export. 0: `out` is the encoded result; else it is the payload of an ERROR frame, and the return value is its code. The
 * caller gives `out` back with molt_inproc_free.
 */
MOLT_PUBLIC int molt_inproc_call(void *handle, const char *export_name, const uint8_t *in, uint32_t in_length, uint32_t deadline_ms, uint8_t **out, uint32_t *out_length) {
  Inproc *inproc = handle;
  MoltOutcome outcome;
  uint32_t index = 0, length;
  *out = NULL;
  *out_length = 0;
  while (index < molt_service.export_count && strcmp(molt_service.exports[index].name, export_name) != 0) index++;
  if (index == molt_service.export_count) no_export(&outcome, export_name);
  else run(inproc, index, in, in_length, deadline_ms, &outcome);
  const uint8_t *bytes = answer_of(&outcome, &length);
  if (bytes != NULL) *out = copy_of(bytes, length);
  if (*out != NULL) *out_length = length;
  int status = *out == NULL ? MOLT_INTERNAL : outcome.ok ? 0 : outcome.code;
  settle(inproc, &outcome);
  return status;
}

/* Where the answers of molt_inproc_invoke go, for as long as the instance is open or until another place is named. */
MOLT_PUBLIC void molt_inproc_buffer(void *handle, uint8_t *buffer, uint32_t room) {
  Inproc *inproc = handle;
  inproc->buffer = buffer;
  inproc->room = room;
}

/* Limits of the calls that follow; 0 for those of the export. */
MOLT_PUBLIC void molt_inproc_limits(void *handle, uint32_t cpu_ms, uint32_t memory_kib) {
  Inproc *inproc = handle;
  inproc->cpu_ms = cpu_ms;
  inproc->memory_kib = memory_kib;
}

/*
 * The same as molt_inproc_call for callers to whom every argument costs time: the export is its index, and the answer goes to the
 * buffer. The result is its code in the upper half, 0 for a result, and its length in the lower. An answer that is longer than the
 * buffer is kept until the next call; molt_inproc_fetch copies it.
 */
MOLT_PUBLIC uint64_t molt_inproc_invoke(void *handle, uint32_t index, const uint8_t *in, uint32_t in_length, uint32_t deadline_ms) {
  Inproc *inproc = handle;
  MoltOutcome outcome;
  uint32_t length;
  free(inproc->kept);
  inproc->kept = NULL;
  if (index >= molt_service.export_count) no_export(&outcome, "that index");
  else run(inproc, index, in, in_length, deadline_ms, &outcome);
  const uint8_t *bytes = answer_of(&outcome, &length);
  uint64_t status = outcome.ok ? 0 : outcome.code;
  if (bytes != NULL && length <= inproc->room) {
    memcpy(inproc->buffer, bytes, length);
  } else if (bytes == NULL || (inproc->kept = copy_of(bytes, length)) == NULL) {
    status = MOLT_INTERNAL;
    length = 0;
  } else {
    inproc->kept_length = length;
  }
  settle(inproc, &outcome);
  return status << 32 | length;
}

/* Copies the answer that did not fit into the buffer. Returns its length; 0 when there is none, or less room than it needs. */
MOLT_PUBLIC uint32_t molt_inproc_fetch(void *handle, uint8_t *to, uint32_t room) {
  Inproc *inproc = handle;
  if (inproc->kept == NULL || inproc->kept_length > room) return 0;
  memcpy(to, inproc->kept, inproc->kept_length);
  free(inproc->kept);
  inproc->kept = NULL;
  return inproc->kept_length;
}

/* How many calls this instance has begun: the next one has the number after. */
MOLT_PUBLIC uint64_t molt_inproc_begun(void *handle) { return ((Inproc *)handle)->begun; }

/*
 * Stops a call by its number, from any thread: one that runs, or one that is about to begin. The reason is that of a trap of the ABI:
 * 6 the user's, 7 the caller went away, 9 the process ends. A call that has ended is left alone.
 */
MOLT_PUBLIC void molt_inproc_cancel(void *handle, uint64_t number, uint32_t reason) {
  Inproc *inproc = handle;
  if (reason != MOLT_TRAP_DISCONNECT && reason != MOLT_TRAP_SHUTDOWN) reason = MOLT_TRAP_USER;
  pthread_mutex_lock(&inproc->mutex);
  if (number > inproc->ended) {
    __atomic_store_n(&inproc->task.cancel_trap, reason, __ATOMIC_SEQ_CST);
    molt_watch_interrupt(&inproc->watch, number, reason);
  }
  pthread_mutex_unlock(&inproc->mutex);
}

MOLT_PUBLIC void molt_inproc_free(uint8_t *bytes) { free(bytes); }

MOLT_PUBLIC void molt_inproc_close(void *handle) {
  Inproc *inproc = handle;
  if (inproc == NULL) return;
  molt_watch_remove(&inproc->watch);
  pthread_mutex_destroy(&inproc->mutex);
  free(inproc->kept);
  molt_instance_free(inproc->instance);
  free(inproc);
}
