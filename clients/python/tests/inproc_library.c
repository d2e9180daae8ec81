/* A stand-in for a compiled artifact: the functions of the in-process ABI that the client uses, and behaviours chosen by export index. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
  uint8_t *buffer;
  uint32_t room;
  uint8_t *kept;
  uint32_t kept_length, cpu_ms, memory_kib;
  uint64_t begun;
  volatile uint32_t stopped;
} Instance;

static int open_instances;

int molt_inproc_open(const char *directory, void **out) {
  if (directory == NULL) return 1;
  *out = calloc(1, sizeof(Instance));
  open_instances++;
  return 0;
}

void molt_inproc_close(void *handle) {
  free(handle);
  open_instances--;
}

void molt_inproc_buffer(void *handle, uint8_t *buffer, uint32_t room) {
  Instance *instance = handle;
  instance->buffer = buffer;
  instance->room = room;
}

void molt_inproc_limits(void *handle, uint32_t cpu_ms, uint32_t memory_kib) {
  Instance *instance = handle;
  instance->cpu_ms = cpu_ms;
  instance->memory_kib = memory_kib;
}

uint64_t molt_inproc_begun(void *handle) { return ((Instance *)handle)->begun; }

void molt_inproc_cancel(void *handle, uint64_t number, uint32_t reason) {
  Instance *instance = handle;
  if (number == instance->begun) instance->stopped = reason;
}

uint32_t molt_inproc_fetch(void *handle, uint8_t *to, uint32_t room) {
  Instance *instance = handle;
  if (instance->kept == NULL || instance->kept_length > room) return 0;
  memcpy(to, instance->kept, instance->kept_length);
  free(instance->kept);
  instance->kept = NULL;
  return instance->kept_length;
}

static uint64_t give(Instance *instance, const void *bytes, uint32_t length, uint64_t status) {
  if (length <= instance->room) {
    memcpy(instance->buffer, bytes, length);
  } else {
    instance->kept = malloc(length);
    memcpy(instance->kept, bytes, length);
    instance->kept_length = length;
  }
  return status << 32 | length;
}

enum { TOTAL, ECHO, FIND, ADD };

uint64_t molt_inproc_invoke(void *handle, uint32_t index, const uint8_t *in, uint32_t in_length, uint32_t deadline_ms) {
  Instance *instance = handle;
  (void)deadline_ms;
  instance->begun++;
  instance->stopped = 0;
  if (index == ECHO) return give(instance, in + 1, in_length - 1, 0); /* the one field of the record is the result */
  if (index == FIND) { /* sleeps, then none; a cancellation wakes it */
    struct timespec pause = {0, 2000000};
    for (int i = 0; i < 100 && instance->stopped == 0; i++) nanosleep(&pause, NULL);
    if (instance->stopped == 0) return give(instance, "\xc0", 1, 0);
    static const uint8_t cancelled[] = "\x94\x01\x01\x00\x00\x00\x00\x00\x94\xa9" "CANCELLED" "\xa7" "stopped" "\xa0\x80";
    return give(instance, cancelled, sizeof cancelled - 1, 404);
  }
  if (index == ADD) { /* how many instances are open, or the CPU limit if there is one */
    uint8_t count = (uint8_t)(instance->cpu_ms != 0 ? instance->cpu_ms : (uint32_t)open_instances);
    return give(instance, &count, 1, 0);
  }
  static const uint8_t error[] =
      "\xf5\x01\x02\x00\x00\x00\x00\x00\x94\xa9" "APP_ERROR" "\xaf" "ValueError: bad" "\xa0\x81\xa4" "type" "\xaa" "ValueError";
  return give(instance, error, sizeof error - 1, 501);
}
