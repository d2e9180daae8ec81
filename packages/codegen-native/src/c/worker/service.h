/*
 * What the two ways to serve calls natively share (the worker over MIP/1 and the library inside another process): the description of
 * the exports, one call on one instance, the watchdog, and errors as they lie on the wire.
 */
#ifndef MOLT_SERVICE_H
#define MOLT_SERVICE_H

#include "molt.h"

#include <pthread.h>
#include <time.h>

/* --- what is served; generated with the module --- */

enum { MOLT_ID_PREFIX = 16 };

typedef struct {
  const char *name;
  /* First halves of the wire ids. */
  uint8_t input_id[MOLT_ID_PREFIX];
  uint8_t output_id[MOLT_ID_PREFIX];
  /* Defaults of a call that names no limits; 0 = none. */
  uint32_t cpu_ms;
  uint32_t memory_kib;
  /* Largest output in bytes; 0 = none. */
  uint32_t max_output;
} MoltExport;

typedef struct {
  const char *artifact;
  const char *runtime;
  const char *digest;
  const MoltExport *exports;
  uint32_t export_count;
  /* Payload of the EXPORTS message. */
  const char *exports_payload;
  uint32_t exports_length;
} MoltService;

extern const MoltService molt_service;

/* --- pack.c: MessagePack for control payloads --- */

typedef struct {
  uint8_t *bytes;
  uint32_t length;
  uint32_t room;
  int failed;
} MoltPack;

void molt_pack_map(MoltPack *pack, uint32_t count);
void molt_pack_array(MoltPack *pack, uint32_t count);
void molt_pack_uint(MoltPack *pack, uint64_t value);
void molt_pack_text(MoltPack *pack, const char *text, size_t length);
void molt_pack_string(MoltPack *pack, const char *text);
void molt_pack_raw(MoltPack *pack, const uint8_t *bytes, size_t length);

typedef struct {
  const uint8_t *at;
  const uint8_t *end;
} MoltReader;

/* Each returns 0 and moves on, or -1 when the bytes are anything else. */
int molt_read_map(MoltReader *reader, uint32_t *count);
int molt_read_array(MoltReader *reader, uint32_t *count);
int molt_read_uint(MoltReader *reader, uint64_t *value);
int molt_read_text(MoltReader *reader, const char **text, uint32_t *length);
int molt_read_skip(MoltReader *reader, int depth);

/* --- wire-error.c: errors of the protocol's table --- */

enum {
  MOLT_PROTOCOL_ERROR = 101,
  MOLT_VERSION_UNSUPPORTED = 102,
  MOLT_FRAME_TOO_LARGE = 103,
  MOLT_UNKNOWN_EXPORT = 201,
  MOLT_SCHEMA_MISMATCH = 202,
  MOLT_INVALID_INPUT = 203,
  MOLT_RESULT_TOO_LARGE = 205,
  MOLT_BUSY = 301,
  MOLT_SHED = 302,
  MOLT_DEADLINE_UNMEETABLE = 303,
  MOLT_DRAINING = 304,
  MOLT_DEADLINE_EXCEEDED = 401,
  MOLT_CPU_EXCEEDED = 402,
  MOLT_MEMORY_EXCEEDED = 403,
  MOLT_CANCELLED = 404,
  MOLT_APP_ERROR = 501,
  MOLT_TRAP_ERROR = 502,
  MOLT_INTERNAL = 603,
};
enum { MOLT_EXECUTED_NO, MOLT_EXECUTED_MAYBE, MOLT_EXECUTED_YES };

typedef struct {
  uint16_t code;
  /* -1: the default of the code. */
  int executed;
  uint32_t after_ms;
  const char *message;
  size_t message_length;
  const char *hint;
  /* Encoded map of details; empty when there is none. */
  const uint8_t *details;
  size_t details_length;
} MoltError;

/* Appends the payload of an ERROR frame. */
void molt_pack_error(MoltPack *pack, const MoltError *error);
/* The same for an error that is only a code and a text. */
void molt_pack_plain_error(MoltPack *pack, uint16_t code, const char *message);

/* --- watchdog.c --- */

/* One running task, as the watchdog sees it. */
typedef struct MoltWatch {
  struct MoltWatch *next;
  MoltMem mem;
  uint64_t deadline_ns;
  clockid_t cpu_clock;
  uint64_t cpu_limit_ns;
  /* Which task runs; 0 = none. */
  uint64_t task;
} MoltWatch;

uint64_t molt_now_ns(void);
uint64_t molt_thread_cpu_ns(void);
void molt_watch_add(MoltWatch *watch);
void molt_watch_remove(MoltWatch *watch);
/* Watches a task on the calling thread until molt_watch_end. 0 means no limit. */
void molt_watch_begin(MoltWatch *watch, MoltMem mem, uint64_t task, uint64_t deadline_ns, uint32_t cpu_ms);
void molt_watch_end(MoltWatch *watch);
/* Stops a task at its next check, if it still runs. */
void molt_watch_interrupt(MoltWatch *watch, uint64_t task, uint32_t reason);

/* --- task.c --- */

typedef struct {
  uint64_t id;
  uint32_t export_index;
  const uint8_t *input;
  uint32_t input_length;
  uint64_t deadline_ns;
  uint32_t cpu_ms;
  uint32_t memory_kib;
  /* Set by who cancels it before the watchdog is told: the reason as a trap, and as the client said it. */
  uint32_t cancel_trap;
  const char *cancel_reason;
} MoltTask;

/* Bytes kept free before the body of a result: frame header and RESULT head. */
enum { MOLT_RESULT_ROOM = 32 };

typedef struct {
  /* 1: `pack` holds MOLT_RESULT_ROOM bytes and the body; 0: the payload of an ERROR. */
  int ok;
  uint16_t code;
  MoltPack pack;
  uint32_t exec_us;
  uint32_t cpu_us;
  uint32_t peak_kib;
} MoltOutcome;

/* The instance that all others are copies of; NULL with a text when the module body failed. */
MoltInstance *molt_service_start(const char **why);
MoltInstance *molt_service_clone(const MoltInstance *frozen);
/* Runs one call and resets the instance. Afterwards `*broken` tells that it must not be used again. */
void molt_task_run(MoltInstance *instance, MoltWatch *watch, MoltTask *task, MoltOutcome *outcome, int *broken);

#endif
