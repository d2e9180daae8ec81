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
  uint64_t calls;
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
  molt_watch_add(&inproc->watch);
  *out = inproc;
  return 0;
}

static int give(MoltPack *pack, uint32_t skip, uint8_t **out, uint32_t *out_length) {
  if (pack->failed || pack->bytes == NULL) {
    free(pack->bytes);
    return -1;
  }
  *out_length = pack->length - skip;
  if (skip != 0) memmove(pack->bytes, pack->bytes + skip, *out_length);
  *out = pack->bytes;
  return 0;
}

/*
 * Calls an export. 0: `out` is the encoded result; else it is the payload of an ERROR frame, and the return value is its code. The
 * caller gives `out` back with molt_inproc_free.
 */
MOLT_PUBLIC int molt_inproc_call(void *handle, const char *export_name, const uint8_t *in, uint32_t in_length, uint32_t deadline_ms, uint8_t **out, uint32_t *out_length) {
  Inproc *inproc = handle;
  *out = NULL;
  *out_length = 0;
  uint32_t index = 0;
  while (index < molt_service.export_count && strcmp(molt_service.exports[index].name, export_name) != 0) index++;
  if (index == molt_service.export_count) {
    char message[160];
    MoltPack pack = {0};
    snprintf(message, sizeof message, "the artifact has no export named %.80s", export_name);
    molt_pack_plain_error(&pack, MOLT_UNKNOWN_EXPORT, message);
    give(&pack, 0, out, out_length);
    return MOLT_UNKNOWN_EXPORT;
  }
  MoltTask task = {.id = ++inproc->calls, .export_index = index, .input = in, .input_length = in_length};
  task.deadline_ns = deadline_ms == 0 ? 0 : molt_now_ns() + (uint64_t)deadline_ms * 1000000u;
  MoltOutcome outcome;
  int broken;
  molt_task_run(inproc->instance, &inproc->watch, &task, &outcome, &broken);
  if (broken) {
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
  if (give(&outcome.pack, outcome.ok ? MOLT_RESULT_ROOM : 0, out, out_length) != 0) return MOLT_INTERNAL;
  return outcome.ok ? 0 : outcome.code;
}

MOLT_PUBLIC void molt_inproc_free(uint8_t *bytes) { free(bytes); }

MOLT_PUBLIC void molt_inproc_close(void *handle) {
  Inproc *inproc = handle;
  if (inproc == NULL) return;
  molt_watch_remove(&inproc->watch);
  molt_instance_free(inproc->instance);
  free(inproc);
}
