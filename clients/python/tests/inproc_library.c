/* A stand-in for a compiled artifact: the four functions of the in-process ABI, and four behaviours chosen by export name. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int open_instances;

int molt_inproc_open(const char *directory, void **out) {
  if (directory == NULL) return 1;
  *out = malloc(1);
  open_instances++;
  return 0;
}

void molt_inproc_close(void *instance) {
  free(instance);
  open_instances--;
}

void molt_inproc_free(uint8_t *bytes) { free(bytes); }

static int give(const uint8_t *bytes, uint32_t length, uint8_t **out, uint32_t *out_len, int status) {
  *out = malloc(length ? length : 1);
  memcpy(*out, bytes, length);
  *out_len = length;
  return status;
}

int molt_inproc_call(void *instance, const char *name, const uint8_t *in, uint32_t in_len, uint32_t deadline_ms, uint8_t **out, uint32_t *out_len) {
  (void)instance;
  if (strcmp(name, "echo") == 0) return give(in + 1, in_len - 1, out, out_len, 0); /* the one field of the record is the result */
  if (strcmp(name, "find") == 0) { /* sleeps, then none */
    struct timespec half = {0, 200000000};
    nanosleep(&half, NULL);
    return give((const uint8_t *)"\xc0", 1, out, out_len, 0);
  }
  if (strcmp(name, "add") == 0) { /* how many instances are open */
    uint8_t count = (uint8_t)open_instances;
    return give(&count, 1, out, out_len, 0);
  }
  (void)deadline_ms;
  static const uint8_t error[] =
      "\xf5\x01\x02\x00\x00\x00\x00\x00\x94\xa9" "APP_ERROR" "\xaf" "ValueError: bad" "\xa0\x81\xa4" "type" "\xaa" "ValueError";
  return give(error, sizeof error - 1, out, out_len, 501);
}
