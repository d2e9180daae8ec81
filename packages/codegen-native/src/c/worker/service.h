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

enum { MOLT_ID_BYTES = 32, MOLT_ID_PREFIX = 16 };

typedef struct {
  const char *name;
  /* Wire ids; a call carries their first MOLT_ID_PREFIX bytes. */
  uint8_t input_id[MOLT_ID_BYTES];
  uint8_t output_id[MOLT_ID_BYTES];
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
  MOLT_UNAUTHORIZED = 104,
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
  MOLT_WORKER_LOST = 601,
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
/* Makes the payload of an ERROR fit into a frame: without details, and with shorter texts where needed. */
void molt_shrink_error(MoltPack *pack, uint32_t most);
/* The name of a code, as in UNKNOWN_EXPORT. */
const char *molt_error_name(uint16_t code);

/* --- near.c --- */

enum { MOLT_NEAR_MOST = 3 };
/* Finds exports whose names are near to one that is unknown, nearest first; returns how many. */
uint32_t molt_near(const char *name, uint32_t found[MOLT_NEAR_MOST]);
/* Appends the payload of UNKNOWN_EXPORT for a name, or for #N. */
void molt_pack_unknown_export(MoltPack *pack, const char *name);

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
  /* Told, from the watchdog's thread, when a task has run for MOLT_LONG_NS, and again after the time that it returns; may be NULL. */
  uint64_t (*on_long)(struct MoltWatch *watch, uint64_t now);
  uint64_t long_at_ns;
  /* When the task began, and what its thread's CPU clock said then. */
  uint64_t begin_ns;
  uint64_t begin_cpu_ns;
} MoltWatch;

/* How long a task runs before `on_long` is told. */
#define MOLT_LONG_NS UINT64_C(1000000)

uint64_t molt_now_ns(void);
uint64_t molt_thread_cpu_ns(void);
/* CPU time of the thread that a watch's task runs on. */
uint64_t molt_watch_cpu_ns(const MoltWatch *watch);
void molt_watch_add(MoltWatch *watch);
void molt_watch_remove(MoltWatch *watch);
/* Watches a task on the calling thread until molt_watch_end; the clocks were read by the caller. 0 means no limit. */
void molt_watch_begin(MoltWatch *watch, MoltMem mem, uint64_t task, uint64_t now_ns, uint64_t cpu_ns, uint64_t deadline_ns, uint32_t cpu_ms);
void molt_watch_end(MoltWatch *watch);
/* Stops a task at its next check, if it still runs. */
void molt_watch_interrupt(MoltWatch *watch, uint64_t task, uint32_t reason);

/* --- task.c --- */

typedef struct {
  uint64_t id;
  uint32_t export_index;
  const uint8_t *input;
  uint32_t input_length;
  /* 0 = none. */
  uint64_t deadline_ns;
  /* The deadline as the caller said it, for texts; 0: told from deadline_ns. */
  uint32_t deadline_ms;
  /* 0: the export's default. */
  uint32_t cpu_ms;
  uint32_t memory_kib;
  /* Set by who cancels it before the watchdog is told: the reason as a trap, and as the client said it. */
  uint32_t cancel_trap;
  const char *cancel_reason;
  /* Nobody asks how much CPU time it took. */
  int unmeasured;
} MoltTask;

/* Bytes kept free before the body of a result: frame header and RESULT head. */
enum { MOLT_RESULT_ROOM = 32 };

typedef struct {
  /* 1: `body` lies in the instance's memory until it is reset; 0: `pack` holds the payload of an ERROR. */
  int ok;
  uint16_t code;
  /* Why it ended, as metrics name it. */
  const char *reason;
  const uint8_t *body;
  uint32_t body_length;
  /* After molt_task_run, of a result: MOLT_RESULT_ROOM bytes, then the body. */
  MoltPack pack;
  uint32_t exec_us;
  uint32_t cpu_us;
  uint32_t peak_kib;
  /* The instance must be replaced. */
  int broken;
} MoltOutcome;

/* The instance that all others are copies of; NULL with a text when the module body failed. */
MoltInstance *molt_service_start(const char **why);
MoltInstance *molt_service_clone(const MoltInstance *frozen);
/* Runs one call. The result lies in the instance's memory; afterwards the instance is to be reset, or replaced if it is broken. */
void molt_task_execute(MoltInstance *instance, MoltWatch *watch, MoltTask *task, MoltOutcome *outcome);
/* Runs one call, copies its result and resets the instance. Afterwards `*broken` tells that it must not be used again. */
void molt_task_run(MoltInstance *instance, MoltWatch *watch, MoltTask *task, MoltOutcome *outcome, int *broken);

/* --- outcome.c: what the caller of a call that did not return is told --- */

/* The words that texts of errors need. */
typedef struct {
  const char *name;
  uint32_t deadline_ms;
  /* 0 = no limit. */
  uint32_t cpu_ms;
} MoltLabel;

/* The tighter of two limits, 0 being none. */
static inline uint32_t molt_tighter(uint32_t a, uint32_t b) { return a == 0 ? b : b == 0 ? a : a < b ? a : b; }

/* Each appends the payload of an ERROR and returns its code. `reason` is why a call was stopped: deadline, cpu, or that of a CANCEL. */
uint16_t molt_pack_raised(MoltPack *pack, const MoltLabel *label, const uint8_t *bytes, uint32_t length);
uint16_t molt_pack_invalid_input(MoltPack *pack, const MoltLabel *label, const uint8_t *bytes, uint32_t length);
uint16_t molt_pack_oversized_result(MoltPack *pack, const MoltLabel *label, const uint8_t *bytes, uint32_t length);
uint16_t molt_pack_stopped(MoltPack *pack, const MoltLabel *label, const char *reason, int ran);
uint16_t molt_pack_trapped(MoltPack *pack, const MoltLabel *label, uint32_t trap);
uint16_t molt_pack_internal(MoltPack *pack, const MoltLabel *label, const char *message);
/* Appends an error of a code whose message is made of a format. NULL details: the map {export}. */
uint16_t molt_pack_failure(MoltPack *pack, const MoltLabel *label, const MoltError *error, const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
