/* The imports of the ABI on a POSIX system. */
#define _GNU_SOURCE
#include "molt.h"

#include <errno.h>
#include <poll.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* Bytes of an argument of compiled code, which must lie in its memory. */
static uint8_t *range(MoltMem mem, uint32_t address, uint32_t length) {
  if ((uint64_t)address + length > (uint64_t)molt_memory_size(mem) * MOLT_PAGE) molt_trap(mem, MOLT_TRAP_UNREACHABLE);
  return mem + address;
}

/* The body of a service's module runs once, for all calls to come: it must not see this process. */
static void unsealed(MoltMem mem, const char *capability) {
  MoltInstance *instance = molt_instance(mem);
  if (!instance->sealed) return;
  instance->denied = capability;
  molt_trap(mem, MOLT_TRAP_UNREACHABLE);
}

void molt_host_write(MoltMem mem, uint32_t fd, uint32_t address, uint32_t length) {
  const uint8_t *bytes = range(mem, address, length);
  for (uint32_t at = 0; at < length;) {
    ssize_t written = write((int)fd, bytes + at, length - at);
    if (written >= 0) {
      at += (uint32_t)written;
    } else if (errno == EAGAIN) {
      struct pollfd wait = {.fd = (int)fd, .events = POLLOUT};
      poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      molt_trap(mem, MOLT_TRAP_DISCONNECT);
    }
  }
}

uint32_t molt_host_read(MoltMem mem, uint32_t fd, uint32_t address, uint32_t capacity) {
  unsealed(mem, "input");
  uint8_t *bytes = range(mem, address, capacity);
  for (;;) {
    ssize_t count = read((int)fd, bytes, capacity);
    if (count >= 0) return (uint32_t)count;
    if (errno == EAGAIN) {
      struct pollfd wait = {.fd = (int)fd, .events = POLLIN};
      poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      return 0;
    }
  }
}

uint64_t molt_host_clock(MoltMem mem, uint32_t kind) {
  unsealed(mem, "the clock");
  struct timespec now;
  static const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID};
  clock_gettime(clocks[kind & 3], &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void molt_host_entropy(MoltMem mem, uint32_t address, uint32_t length) {
  unsealed(mem, "entropy");
  uint8_t *bytes = range(mem, address, length);
  for (uint32_t at = 0; at < length;) {
    ssize_t count = getrandom(bytes + at, length - at, 0);
    if (count > 0) at += (uint32_t)count;
    else if (errno != EINTR) molt_trap(mem, MOLT_TRAP_UNREACHABLE);
  }
}

uint32_t molt_host_arg(MoltMem mem, uint32_t index, uint32_t address, uint32_t capacity) {
  unsealed(mem, "arguments");
  uint8_t *bytes = range(mem, address, capacity);
  MoltInstance *instance = molt_instance(mem);
  if (index >= (uint32_t)instance->argc) return UINT32_MAX;
  size_t length = strlen(instance->argv[index]);
  memcpy(bytes, instance->argv[index], length < capacity ? length : capacity);
  return (uint32_t)length;
}
