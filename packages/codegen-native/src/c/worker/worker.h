/*
 * The worker: threads that each read, compute and answer, one more of them than may compute at once.
 *
 * All threads wait on one set of sockets. Whoever gets an event holds that connection: nobody else reads it until it is let go. A call
 * that it brings is run by the same thread, so a short call costs no hand-over; when it turns out long, the watchdog passes the held
 * connection on, so that cancellations, pings and refusals are read while all slots compute.
 *
 * Locks, innermost last, never two of one line: pool.lock | connection.lock, the watchdog's, the list of connections to attend.
 */
#ifndef MOLT_WORKER_H
#define MOLT_WORKER_H

#include "service.h"

enum {
  MOLT_HEADER = 16,
  MOLT_PREFACE = 8,
  MOLT_CALL_HEAD = 52,
  MOLT_RESULT_HEAD = 16,
  MOLT_TRACE_ID = 16,
  MOLT_MAX_FRAME = 256 * 1024,
  MOLT_MAX_MESSAGE = 16 * 1024 * 1024,
  /* Bytes of calls in flight on a connection, and of answers that its peer does not read. */
  MOLT_WINDOW = 4 * 1024 * 1024,
  MOLT_MAX_UNSENT = 64 * 1024 * 1024,
  MOLT_MAX_CONNECTIONS = 4096,
  MOLT_MAX_SLOTS = 1024,
  /* Calls in flight that a connection may grow to while calls are short. */
  MOLT_FULL_CREDIT = 64,
  /* Frame kinds. */
  MOLT_HELLO = 0x01,
  MOLT_HELLO_OK = 0x02,
  MOLT_HELLO_ERR = 0x03,
  MOLT_EXPORTS = 0x04,
  MOLT_CALL = 0x10,
  MOLT_RESULT = 0x11,
  MOLT_ERROR = 0x12,
  MOLT_CANCEL = 0x13,
  MOLT_CHUNK = 0x14,
  MOLT_PROGRESS = 0x15,
  MOLT_CREDIT = 0x20,
  MOLT_PING = 0x21,
  MOLT_PONG = 0x22,
  MOLT_GOAWAY = 0x23,
  /* Frame flags. */
  MOLT_MORE = 1,
  MOLT_END = 2,
  MOLT_IGNORABLE = 4,
  MOLT_SHM = 8,
};

/* What the command line says; does not change. */
typedef struct {
  const char *socket_path;
  uint32_t slots;
  uint32_t queue;
  /* The queue was given: it is kept to even while calls are short. */
  int strict_queue;
  /* Limits of one call; 0 = none. */
  uint32_t memory_kib;
  uint32_t cpu_ms;
  uint32_t drain_ms;
  /* HOST:PORT or NULL. */
  const char *metrics;
  int json_log;
  int quiet;
} Settings;

extern Settings settings;

typedef struct Connection Connection;
typedef struct Slot Slot;

typedef struct Job {
  /* Next of its connection's calls; next of the calls that are dropped together. */
  struct Job *next;
  struct Job *next_dropped;
  Connection *connection;
  MoltTask task;
  uint64_t call_id;
  uint64_t received_ns;
  /* Bytes of the CALL's payload, of the connection's window. */
  uint32_t size;
  uint8_t criticality;
  uint8_t has_trace;
  /* Calls of its export are known to be so long that nobody should wait for one to end. */
  uint8_t is_long;
  uint8_t trace_id[MOLT_TRACE_ID];
  /* The slot that runs it, or NULL while it is queued. */
  Slot *slot;
  uint8_t input[];
} Job;

/* One place to compute: an instance and who watches it. */
struct Slot {
  /* First, so that the watchdog's pointer leads here. */
  MoltWatch watch;
  MoltInstance *instance;
  Slot *next_free;
  /* What it runs, under pool.lock. */
  Job *job;
  /* The connection that the computing thread still holds; taken from it, by exchange with NULL, when the call runs long. */
  Connection *held;
  /* Who computes, and whether the system was told that it does so for long. */
  int thread_id;
  int patient;
  /* The clocks when processors.c looked last. */
  uint64_t seen_ns;
  uint64_t seen_cpu_ns;
};

/* A message that spans frames and is not complete. */
typedef struct Part {
  struct Part *next;
  uint64_t call_id;
  uint8_t *bytes;
  uint32_t length;
  uint32_t room;
} Part;

typedef enum { GREETING, OPEN, DRAINING, CLOSING, CLOSED } ConnectionState;

struct Connection {
  int fd;
  /* Its place in the list of connections, and how often that place was used before. */
  uint32_t place;
  uint32_t generation;
  /* One for the list, one per job, one per thread that looks at it. */
  int references;
  /* Who may read it: nobody does, somebody does, or somebody does and must look again. */
  int hold;
  /* When it must have got on: handshake or goodbye. 0 = no limit. */
  uint64_t time_limit_ns;

  /* Of whoever holds it. */
  ConnectionState state;
  int registered;
  int refused;
  int preface_read;
  int said_goodbye;
  uint8_t *in;
  uint32_t in_length;
  uint32_t in_taken;
  uint32_t in_room;
  uint32_t max_frame;
  uint32_t max_message;
  Part *parts;
  uint32_t held;
  uint64_t last_id;
  /* A call that was read and is to be run by the thread that read it; with `no_more`, all that follow are queued. */
  Job *mine;
  int no_more;
  /* Moving average of the time from an answer to the next bytes, while one client calls again and again. */
  uint64_t gap_ns;

  /* Next in the list of connections to attend. */
  Connection *next_attended;

  /* Under pool.lock. */
  Job *active;
  uint32_t active_count;
  uint64_t active_bytes;
  uint32_t credit;
  /* Calls whose answers have not been handed to the socket; outlives `active`, so that nothing is closed before them. */
  uint32_t owed;

  /* Under lock. */
  pthread_mutex_t lock;
  uint8_t *out;
  size_t out_length;
  size_t out_sent;
  size_t out_room;
  int preface_sent;
  int unwritable;
};

typedef struct {
  pthread_mutex_t lock;
  Job **queue;
  uint32_t queued;
  uint32_t running;
  Slot *slots;
  Slot *free_slots;
  const MoltInstance *frozen;
  /* Set once, read by all threads. */
  int stopping;
  /* The earliest deadline of what waits, also read without the lock. */
  uint64_t next_deadline_ns;
  /* Microseconds that calls of each export take; 0 = unknown. */
  double *run_us;
  uint64_t next_task;
} Pool;

extern Pool pool;

/* Little-endian numbers of the wire. */
static inline uint16_t molt_get16(const uint8_t *at) { return (uint16_t)(at[0] | at[1] << 8); }
static inline uint32_t molt_get32(const uint8_t *at) { return (uint32_t)molt_get16(at) | (uint32_t)molt_get16(at + 2) << 16; }
static inline uint64_t molt_get64(const uint8_t *at) { return molt_get32(at) | (uint64_t)molt_get32(at + 4) << 32; }
static inline void molt_put32(uint8_t *at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> (8 * i));
}

/* --- pool.c: slots, and which calls of a connection are not answered --- */

int pool_start(const MoltInstance *frozen);
/*
 * Takes a call in: answers it with an error, queues it, or gives it a slot and returns it to be run by the caller. `may_run` = 0: the
 * caller already has one to run.
 */
Job *pool_submit(Job *job, int may_run);
/* Runs a call that has a slot, and what waits after it. `held` is a connection that the caller holds, or NULL; returns it, or NULL when it was passed on. */
Connection *pool_run(Job *job, Connection *held);
/* A waiting call with a slot for it; NULL when there is nothing to run. `*more`: another thread could run one too. */
Job *pool_take(int *more);
void pool_cancel(Connection *connection, uint64_t call_id, const char *reason);
void pool_cancel_all(Connection *connection, const char *reason);
/* Stops every call of every connection. */
void pool_stop_all(const char *reason);
uint32_t pool_active(Connection *connection);
/* Whether a call of that id is not answered. */
/* The export that a call in flight is for; NULL when it has ended. */
const char *pool_export_of(Connection *connection, uint64_t call_id);

/* --- processors.c: what the system should know of threads --- */

/* Says that the calling thread needs a processor at once and for a short time. */
void processors_short_turns(void);
/* From the watchdog, for a slot whose call runs long; returns after how many nanoseconds to look again. */
uint64_t processors_tend(Slot *slot, uint64_t now);
/* The slot's call is over; by the thread that ran it. Returns whether that thread has to ask for short turns again. */
int processors_release(Slot *slot);

/* --- overload.c: what is taken in, in which order, and what is dropped; all under pool.lock --- */

typedef enum { ADMITTED, REFUSED_BUSY, REFUSED_UNMEETABLE, REFUSED_LATE } Admission;
/* Whether a call may wait; `*dropped` is a less important one that leaves for it. */
Admission overload_admit(const Job *job, uint64_t now, Job **dropped);
/* The next call to start; `*dropped` gets those that are not worth it any more. */
Job *overload_next(uint64_t now, Job **dropped);
void overload_note(uint32_t export_index, uint32_t run_us);
/* Microseconds until a call that comes now would start. */
uint64_t overload_expected_us(void);
uint32_t overload_after_ms(void);
/* Drops calls whose deadlines have passed. */
void overload_expire(uint64_t now, Job **dropped);
void overload_put(Job *job);
/* Takes the queue's entry at an index. */
Job *overload_take_at(uint32_t index);

/* --- refusal.c: answers to calls that were never started; they take over the job, which is on no list --- */

void refuse_busy(Job *job, uint32_t queued, uint32_t after_ms);
void refuse_shed(Job *job, uint32_t after_ms);
void refuse_unmeetable(Job *job, uint64_t expected_us);
void refuse_stopped(Job *job, const char *reason);
/* For a call that the client should not have sent: no details, and not counted as a call of its export. */
void refuse_plain(Job *job, uint16_t code, const char *message, uint32_t after_ms);
/* After the answer of any call: its connection owes one less, and the job is freed. */
void job_done(Job *job);

/* --- connection.c --- */

Connection *connection_new(int fd);
void connection_release(Connection *connection);
/* Reads once what has arrived. Returns how many bytes that were, 0 when there are none now. */
uint32_t connection_read(Connection *connection);
/* Handles complete frames until one is a call to run (then it is `mine`) or none is left. */
void connection_take_frames(Connection *connection);
/* Whether a complete frame has arrived and is not handled. */
int connection_has_frame(const Connection *connection);
void connection_drain(Connection *connection, uint32_t drain_ms);
void connection_close(Connection *connection);
/* Ends the connection because of what the peer did; what it still has running is stopped. */
void connection_refuse(Connection *connection, uint16_t code, const char *message);
void connection_refusef(Connection *connection, uint16_t code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* NULL for kinds that this version does not know. */
const char *connection_kind_name(uint8_t kind);

/* --- send.c: any thread --- */

/* Each sends a message, split into frames where it must be; `cork` keeps it back until the next flush. */
void connection_send(Connection *connection, uint8_t kind, uint64_t call_id, const uint8_t *payload, uint32_t length);
void connection_send_result(Connection *connection, uint64_t call_id, const uint8_t head[MOLT_RESULT_HEAD], const uint8_t *body, uint32_t length, int cork);
/* Sends and frees what was packed. */
void connection_send_pack(Connection *connection, uint8_t kind, uint64_t call_id, MoltPack *pack);
/* The same for an ERROR, made to fit into a frame. */
void connection_send_failure(Connection *connection, uint64_t call_id, MoltPack *pack, int cork);
void connection_send_plain_error(Connection *connection, uint64_t call_id, uint16_t code, const char *message);
/* Sends what waits; returns 1 while something still waits. */
int connection_flush(Connection *connection);
size_t connection_unsent(Connection *connection);

/* --- handshake.c, requests.c: handle one complete message --- */

void connection_greet(Connection *connection, const uint8_t *payload, uint32_t length);
void connection_take_message(Connection *connection, uint8_t kind, uint64_t call_id, const uint8_t *payload, uint32_t length);
int molt_is_text(const char *text, uint32_t length, const char *word);

/* --- reactor.c --- */

/* Starts listening and the threads; 0, or -1 with a text on stderr. */
int reactor_start(void);
/* Has some thread look at a connection. */
void reactor_attend(Connection *connection);
/* The same for a connection that the caller holds and holds no longer. */
void reactor_pass_on(Connection *connection);
/* Makes one more thread look for waiting calls. */
void reactor_wake(void);
/* Once in a while: time limits. */
void reactor_sweep(uint64_t now);
/* Takes no more connections, and has all present ones drained. */
void reactor_stop(void);
uint32_t reactor_connections(void);
/* Calls that clients may still send, over all connections. */
uint64_t reactor_credit_left(void);
/* Waits for a socket of http.c to be readable, or writable; `again`: it is in the set. */
int reactor_watch_http(int fd, uint32_t index, int again, int to_write);

/* --- http.c: metrics for whoever asks --- */

/* Listens at HOST:PORT; 0, or -1 with a text on stderr. */
int http_listen(const char *address);
/* Where that is, as in http://127.0.0.1:9464. */
const char *http_url(void);
/* Serves one event of what was registered by an index. */
void http_serve(uint32_t index);
void http_sweep(uint64_t now);

/* --- metrics.c --- */

int metrics_start(void);
/* A call ended; `code` is 0 for a result. Under pool.lock. */
void metrics_note(const Job *job, uint16_t code, const char *reason, uint64_t now, uint64_t started_ns, const MoltOutcome *outcome);
/* A call was refused before it was looked at. */
void metrics_note_rejected(uint16_t code);
/* A call ended that never began. */
void metrics_note_refused(const Job *job, uint16_t code, const char *reason);
/* The text of /metrics, to be freed; NULL without memory. */
char *metrics_text(size_t *length);

/* --- log.c --- */

/* Lines for whoever runs the worker; none with --quiet. */
void log_start(void);
void log_drain(void);
void log_stop(void);
void log_fault(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* One line per call with --log json; `outcome` is NULL for one that never began. */
void log_call(const Job *job, uint16_t code, const char *reason, uint64_t queue_us, const MoltOutcome *outcome);

#endif
