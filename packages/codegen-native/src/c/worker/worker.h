/*
 * The worker: one thread for all sockets, one thread per compute slot, a bounded queue between them.
 *
 * Locks: `pool.lock` covers the queue and which calls of a connection are not answered; each connection's own lock covers what is to
 * be sent. They are never held together.
 */
#ifndef MOLT_WORKER_H
#define MOLT_WORKER_H

#include "service.h"

enum {
  MOLT_HEADER = 16,
  MOLT_PREFACE = 8,
  MOLT_MAX_FRAME = 256 * 1024,
  MOLT_MAX_MESSAGE = 16 * 1024 * 1024,
  MOLT_MAX_UNSENT = 64 * 1024 * 1024,
  MOLT_MAX_CONNECTIONS = 256,
  /* Frame kinds. */
  MOLT_HELLO = 0x01,
  MOLT_HELLO_OK = 0x02,
  MOLT_HELLO_ERR = 0x03,
  MOLT_EXPORTS = 0x04,
  MOLT_CALL = 0x10,
  MOLT_RESULT = 0x11,
  MOLT_ERROR = 0x12,
  MOLT_CANCEL = 0x13,
  MOLT_PING = 0x21,
  MOLT_PONG = 0x22,
  MOLT_GOAWAY = 0x23,
};

typedef struct Connection Connection;

typedef struct Job {
  struct Job *next;
  Connection *connection;
  MoltTask task;
  uint64_t call_id;
  uint64_t received_ns;
  uint8_t criticality;
  uint8_t *input;
  /* The watch of the slot that runs it, or NULL while it is queued. */
  MoltWatch *watch;
} Job;

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
  /* One for the socket thread, one per job. */
  int references;

  /* Socket thread only. */
  ConnectionState state;
  int preface_read;
  uint8_t *in;
  uint32_t in_length;
  uint32_t in_room;
  uint32_t max_frame;
  uint32_t max_message;
  Part *parts;
  uint32_t held;
  uint64_t last_id;
  /* When it must have got on: handshake or goodbye. 0 = no limit. */
  uint64_t time_limit_ns;

  /* Under pool.lock. */
  Job *active;
  uint32_t active_count;

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
  pthread_cond_t ready;
  Job **queue;
  uint32_t queued;
  uint32_t capacity;
  uint32_t slots;
  uint32_t running;
  int stopping;
  /* Since when the queue has not been empty; 0 = it is empty. */
  uint64_t busy_since_ns;
  /* Moving averages in microseconds: run time of calls, wait in the queue. */
  uint64_t run_us;
  uint64_t wait_us;
  uint64_t next_task;
  uint32_t credit;
} Pool;

extern Pool pool;

/* Little-endian numbers of the wire. */
static inline uint16_t molt_get16(const uint8_t *at) { return (uint16_t)(at[0] | at[1] << 8); }
static inline uint32_t molt_get32(const uint8_t *at) { return (uint32_t)molt_get16(at) | (uint32_t)molt_get16(at + 2) << 16; }
static inline uint64_t molt_get64(const uint8_t *at) { return molt_get32(at) | (uint64_t)molt_get32(at + 4) << 32; }
static inline void molt_put32(uint8_t *at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> (8 * i));
}

/* pool.c */
int pool_start(uint32_t slots, uint32_t credit, const MoltInstance *frozen);
/* Queues a call, or answers it with an error. Takes the job over. */
void pool_submit(Job *job);
void pool_cancel(Connection *connection, uint64_t call_id, const char *reason, uint32_t trap);
void pool_cancel_all(Connection *connection, const char *reason, uint32_t trap);
uint32_t pool_active(Connection *connection);

/* connection.c */
Connection *connection_new(int fd);
void connection_release(Connection *connection);
/* Takes what has arrived; the connection may be CLOSING or CLOSED afterwards. */
void connection_read(Connection *connection);
/* Sends what waits; returns 1 while something still waits. */
int connection_flush(Connection *connection);
int connection_wants_write(Connection *connection);
void connection_drain(Connection *connection, uint32_t drain_ms);
void connection_close(Connection *connection);
/* Ends the connection because of what the peer did; what it still has running is stopped. */
void connection_refuse(Connection *connection, uint16_t code, const char *message);
/* Sends a message, split into frames where it must be. Any thread. */
void connection_send(Connection *connection, uint8_t kind, uint64_t call_id, const uint8_t *payload, uint32_t length);
/* The same for a RESULT whose payload has MOLT_HEADER free bytes before it. */
void connection_send_in_place(Connection *connection, uint8_t kind, uint64_t call_id, uint8_t *framed, uint32_t length);
/* Sends and frees what was packed. */
void connection_send_pack(Connection *connection, uint8_t kind, uint64_t call_id, MoltPack *pack);
void connection_send_error(Connection *connection, uint64_t call_id, const MoltError *error);
void connection_send_plain_error(Connection *connection, uint64_t call_id, uint16_t code, const char *message, uint32_t after_ms);

/* requests.c: handles one complete message. */
void connection_take_message(Connection *connection, uint8_t kind, uint64_t call_id, const uint8_t *payload, uint32_t length);

/* worker-main.c: wakes the socket thread, from any thread or signal handler. */
void worker_wake(void);

#endif
