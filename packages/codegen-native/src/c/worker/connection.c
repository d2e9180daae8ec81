/*
 * The server's side of one connection: bytes to frames to messages to calls, and back.
 *
 * States: GREETING (HELLO awaited) -> OPEN -> DRAINING (GOAWAY sent) -> CLOSING (last bytes leave) -> CLOSED; any may go to CLOSING or
 * CLOSED. Whatever breaks the protocol is answered once and closes the connection; nothing a peer sends ends the worker. Lengths are
 * compared with the limits before room is made for them.
 */
#define _GNU_SOURCE
#include "worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FLAG_MORE = 1, FLAG_END = 2, FLAG_IGNORABLE = 4, FLAG_SHM = 8 };
enum { READ_CHUNK = 65536, CALL_HEAD = 52, MIN_FRAME = 4096 };

#define SECOND_NS UINT64_C(1000000000)
#define HANDSHAKE_NS (5 * SECOND_NS)
#define GOODBYE_NS (1 * SECOND_NS)

static uint16_t get16(const uint8_t *at) { return (uint16_t)(at[0] | at[1] << 8); }
static uint32_t get32(const uint8_t *at) { return (uint32_t)get16(at) | (uint32_t)get16(at + 2) << 16; }
static uint64_t get64(const uint8_t *at) { return get32(at) | (uint64_t)get32(at + 4) << 32; }
static void put32(uint8_t *at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> (8 * i));
}

Connection *connection_new(int fd) {
  Connection *connection = calloc(1, sizeof *connection);
  if (connection == NULL) return NULL;
  connection->fd = fd;
  connection->references = 1;
  connection->max_frame = MOLT_MAX_FRAME;
  connection->max_message = MOLT_MAX_MESSAGE;
  connection->time_limit_ns = molt_now_ns() + HANDSHAKE_NS;
  pthread_mutex_init(&connection->lock, NULL);
  return connection;
}

void connection_release(Connection *connection) {
  if (__atomic_sub_fetch(&connection->references, 1, __ATOMIC_ACQ_REL) != 0) return;
  for (Part *part = connection->parts, *next; part != NULL; part = next) {
    next = part->next;
    free(part->bytes);
    free(part);
  }
  free(connection->in);
  free(connection->out);
  pthread_mutex_destroy(&connection->lock);
  free(connection);
}

/* --- sending --- */

/* Appends to what waits; the lock is held. */
static void keep(Connection *connection, const uint8_t *bytes, size_t length) {
  if (connection->out_sent != 0) {
    memmove(connection->out, connection->out + connection->out_sent, connection->out_length - connection->out_sent);
    connection->out_length -= connection->out_sent;
    connection->out_sent = 0;
  }
  size_t need = connection->out_length + length;
  /* Whoever lets that much pile up does not read its answers. */
  if (need > MOLT_MAX_UNSENT) {
    connection->unwritable = 1;
    return;
  }
  if (need > connection->out_room) {
    size_t room = need * 2;
    uint8_t *out = realloc(connection->out, room);
    if (out == NULL) {
      connection->unwritable = 1;
      return;
    }
    connection->out = out;
    connection->out_room = room;
  }
  memcpy(connection->out + connection->out_length, bytes, length);
  connection->out_length = need;
}

/* Sends at once what the socket takes and keeps the rest. */
static void transmit(Connection *connection, const uint8_t *bytes, size_t length) {
  static const uint8_t preface[MOLT_PREFACE] = {'M', 'I', 'P', '1', 1, 0, 0, 0};
  pthread_mutex_lock(&connection->lock);
  if (!connection->preface_sent) {
    connection->preface_sent = 1;
    keep(connection, preface, sizeof preface);
  }
  size_t sent = 0;
  if (!connection->unwritable && connection->out_length == connection->out_sent) {
    while (sent < length) {
      ssize_t count = send(connection->fd, bytes + sent, length - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count > 0) sent += (size_t)count;
      else if (count < 0 && errno == EINTR) continue;
      else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
      else {
        connection->unwritable = 1;
        break;
      }
    }
  }
  if (!connection->unwritable && sent < length) keep(connection, bytes + sent, length - sent);
  int wake = connection->unwritable || connection->out_length != connection->out_sent;
  pthread_mutex_unlock(&connection->lock);
  if (wake) worker_wake();
}

int connection_flush(Connection *connection) {
  pthread_mutex_lock(&connection->lock);
  while (!connection->unwritable && connection->out_sent < connection->out_length) {
    ssize_t count = send(connection->fd, connection->out + connection->out_sent, connection->out_length - connection->out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) connection->out_sent += (size_t)count;
    else if (count < 0 && errno == EINTR) continue;
    else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    else connection->unwritable = 1;
  }
  int waits = !connection->unwritable && connection->out_sent < connection->out_length;
  int lost = connection->unwritable;
  pthread_mutex_unlock(&connection->lock);
  if (lost) connection->state = CLOSED;
  return waits;
}

int connection_wants_write(Connection *connection) {
  pthread_mutex_lock(&connection->lock);
  int wants = connection->unwritable || connection->out_sent < connection->out_length;
  pthread_mutex_unlock(&connection->lock);
  return wants;
}

static void put_header(uint8_t *at, uint32_t length, uint8_t kind, uint8_t flags, uint64_t call_id) {
  put32(at, length);
  at[4] = kind;
  at[5] = flags;
  at[6] = at[7] = 0;
  put32(at + 8, (uint32_t)call_id);
  put32(at + 12, (uint32_t)(call_id >> 32));
}

void connection_send_in_place(Connection *connection, uint8_t kind, uint64_t call_id, uint8_t *framed, uint32_t length) {
  if (length <= connection->max_frame) {
    put_header(framed, length, kind, FLAG_END, call_id);
    transmit(connection, framed, MOLT_HEADER + (size_t)length);
    return;
  }
  connection_send(connection, kind, call_id, framed + MOLT_HEADER, length);
}

void connection_send(Connection *connection, uint8_t kind, uint64_t call_id, const uint8_t *payload, uint32_t length) {
  uint32_t max_frame = connection->max_frame;
  uint32_t frames = length == 0 ? 1 : (length + max_frame - 1) / max_frame;
  uint8_t *bytes = malloc((size_t)length + (size_t)frames * MOLT_HEADER);
  if (bytes == NULL) {
    pthread_mutex_lock(&connection->lock);
    connection->unwritable = 1;
    pthread_mutex_unlock(&connection->lock);
    worker_wake();
    return;
  }
  uint8_t *at = bytes;
  for (uint32_t sent = 0, i = 0; i < frames; i++) {
    uint32_t part = length - sent < max_frame ? length - sent : max_frame;
    put_header(at, part, kind, i + 1 == frames ? FLAG_END : FLAG_MORE, call_id);
    memcpy(at + MOLT_HEADER, payload + sent, part);
    at += MOLT_HEADER + part;
    sent += part;
  }
  transmit(connection, bytes, (size_t)(at - bytes));
  free(bytes);
}

static void send_pack(Connection *connection, uint8_t kind, uint64_t call_id, MoltPack *pack) {
  if (!pack->failed) connection_send(connection, kind, call_id, pack->bytes, pack->length);
  free(pack->bytes);
}

void connection_send_error(Connection *connection, uint64_t call_id, const MoltError *error) {
  MoltPack pack = {0};
  molt_pack_error(&pack, error);
  send_pack(connection, MOLT_ERROR, call_id, &pack);
}

void connection_send_plain_error(Connection *connection, uint64_t call_id, uint16_t code, const char *message, uint32_t after_ms) {
  MoltError error = {.code = code, .executed = -1, .after_ms = after_ms, .message = message, .message_length = strlen(message)};
  connection_send_error(connection, call_id, &error);
}

/* --- ending --- */

void connection_close(Connection *connection) {
  if (connection->state >= CLOSING) return;
  connection->state = CLOSING;
  connection->time_limit_ns = molt_now_ns() + GOODBYE_NS;
}

/* Ends the connection with the fault; what it still has running is stopped. */
static void refuse(Connection *connection, uint16_t code, const char *message) {
  MoltPack pack = {0};
  molt_pack_plain_error(&pack, code, message);
  send_pack(connection, connection->state == GREETING ? MOLT_HELLO_ERR : MOLT_ERROR, 0, &pack);
  pool_cancel_all(connection, "disconnect", MOLT_TRAP_DISCONNECT);
  connection_close(connection);
}

void connection_drain(Connection *connection, uint32_t drain_ms) {
  if (connection->state == GREETING) connection_close(connection);
  if (connection->state != OPEN) return;
  connection->state = DRAINING;
  MoltPack pack = {0};
  molt_pack_map(&pack, 2);
  molt_pack_string(&pack, "last");
  molt_pack_uint(&pack, connection->last_id);
  molt_pack_string(&pack, "drain_ms");
  molt_pack_uint(&pack, drain_ms);
  send_pack(connection, MOLT_GOAWAY, 0, &pack);
}

/* --- handshake --- */

typedef struct {
  uint64_t min, max, max_frame, max_message;
  int seen;
  int msgpack;
} Hello;

static int is_text(const char *text, uint32_t length, const char *word) { return length == strlen(word) && memcmp(text, word, length) == 0; }

/* Reads a map with text keys; -1 when it is anything else. */
static int read_hello(const uint8_t *payload, uint32_t length, Hello *hello) {
  MoltReader reader = {payload, payload + length};
  uint32_t count;
  if (molt_read_map(&reader, &count) != 0 || count > 64) return -1;
  struct { const char *text; uint32_t length; } keys[64];
  for (uint32_t i = 0; i < count; i++) {
    if (molt_read_text(&reader, &keys[i].text, &keys[i].length) != 0 || keys[i].length > 64) return -1;
    for (uint32_t k = 0; k < i; k++) {
      if (keys[k].length == keys[i].length && memcmp(keys[k].text, keys[i].text, keys[i].length) == 0) return -1;
    }
    static const char *const names[] = {"min", "max", "max_frame", "max_message"};
    uint64_t *values[] = {&hello->min, &hello->max, &hello->max_frame, &hello->max_message};
    int known = -1;
    for (int k = 0; k < 4; k++) {
      if (is_text(keys[i].text, keys[i].length, names[k])) known = k;
    }
    if (known >= 0) {
      if (molt_read_uint(&reader, values[known]) != 0) return -1;
      hello->seen |= 1 << known;
    } else if (is_text(keys[i].text, keys[i].length, "codecs")) {
      uint32_t codecs;
      if (molt_read_array(&reader, &codecs) != 0) return -1;
      for (uint32_t k = 0; k < codecs; k++) {
        const char *text;
        uint32_t text_length;
        if (molt_read_text(&reader, &text, &text_length) != 0) return -1;
        if (is_text(text, text_length, "msgpack")) hello->msgpack = 1;
      }
    } else if (molt_read_skip(&reader, 7) != 0) {
      return -1;
    }
  }
  return reader.at == reader.end ? 0 : -1;
}

static void greet(Connection *connection, const uint8_t *payload, uint32_t length) {
  Hello hello = {0};
  if (connection->state != GREETING) return refuse(connection, MOLT_PROTOCOL_ERROR, "a second HELLO");
  if (read_hello(payload, length, &hello) != 0) return refuse(connection, MOLT_PROTOCOL_ERROR, "HELLO is not a map");
  if (hello.seen != 15 || hello.min > hello.max || hello.max > 255 || hello.max_frame < MIN_FRAME || hello.max_frame > 16 * 1024 * 1024 ||
      hello.max_message < hello.max_frame || hello.max_message > 256 * 1024 * 1024) {
    return refuse(connection, MOLT_PROTOCOL_ERROR, "HELLO lacks min, max, max_frame or max_message");
  }
  if (!hello.msgpack) return refuse(connection, MOLT_PROTOCOL_ERROR, "HELLO does not offer the codec msgpack");
  if (hello.min > 0) return refuse(connection, MOLT_VERSION_UNSUPPORTED, "this worker speaks MIP 1.0");
  if (hello.max_frame < connection->max_frame) connection->max_frame = (uint32_t)hello.max_frame;
  if (hello.max_message < connection->max_message) connection->max_message = (uint32_t)hello.max_message;
  connection->state = OPEN;
  connection->time_limit_ns = 0;
  MoltPack pack = {0};
  molt_pack_map(&pack, 11);
  molt_pack_string(&pack, "minor");
  molt_pack_uint(&pack, 0);
  molt_pack_string(&pack, "runtime");
  molt_pack_string(&pack, molt_service.runtime);
  molt_pack_string(&pack, "artifact");
  molt_pack_string(&pack, molt_service.artifact);
  molt_pack_string(&pack, "pid");
  molt_pack_uint(&pack, (uint64_t)getpid());
  molt_pack_string(&pack, "codecs");
  molt_pack_array(&pack, 1);
  molt_pack_string(&pack, "msgpack");
  molt_pack_string(&pack, "features");
  molt_pack_array(&pack, 0);
  molt_pack_string(&pack, "max_frame");
  molt_pack_uint(&pack, connection->max_frame);
  molt_pack_string(&pack, "max_message");
  molt_pack_uint(&pack, connection->max_message);
  molt_pack_string(&pack, "credit");
  molt_pack_uint(&pack, pool.credit);
  molt_pack_string(&pack, "slots");
  molt_pack_uint(&pack, pool.slots);
  molt_pack_string(&pack, "exports_digest");
  molt_pack_string(&pack, molt_service.digest);
  send_pack(connection, MOLT_HELLO_OK, 0, &pack);
  connection_send(connection, MOLT_EXPORTS, 0, (const uint8_t *)molt_service.exports_payload, molt_service.exports_length);
}

/* --- calls --- */

static void send_mismatch(Connection *connection, uint64_t call_id, const MoltExport *target, const char *side) {
  char message[200];
  snprintf(message, sizeof message, "the %s of %.100s differs: caller and worker have different schemas", side, target->name);
  MoltPack details = {0};
  molt_pack_map(&details, 2);
  molt_pack_string(&details, "export");
  molt_pack_string(&details, target->name);
  molt_pack_string(&details, "side");
  molt_pack_string(&details, side);
  MoltError error = {.code = MOLT_SCHEMA_MISMATCH, .executed = -1, .message = message, .message_length = strlen(message)};
  error.hint = "build both sides from the same source: molt build, then restart the worker";
  if (!details.failed) {
    error.details = details.bytes;
    error.details_length = details.length;
  }
  connection_send_error(connection, call_id, &error);
  free(details.bytes);
}

/* Takes a complete CALL; `payload` stays the caller's. */
static void take_call(Connection *connection, uint64_t call_id, const uint8_t *payload, uint32_t length) {
  char message[120];
  if (call_id % 2 == 0 || call_id <= connection->last_id) {
    snprintf(message, sizeof message, "call id %llu: ids of a client are odd and rise", (unsigned long long)call_id);
    return refuse(connection, MOLT_PROTOCOL_ERROR, message);
  }
  if (length < CALL_HEAD) return refuse(connection, MOLT_PROTOCOL_ERROR, "CALL is shorter than its head");
  uint32_t deadline_ms = get32(payload + 4);
  if (get16(payload + 2) != 0 || payload[17] != 0 || get16(payload + 18) != 0) return refuse(connection, MOLT_PROTOCOL_ERROR, "reserved parts of CALL are not zero");
  if (deadline_ms == 0) return refuse(connection, MOLT_PROTOCOL_ERROR, "CALL without a deadline");
  if (payload[16] > 3) return refuse(connection, MOLT_PROTOCOL_ERROR, "CALL with an unknown criticality");
  connection->last_id = call_id;
  if (connection->state == DRAINING) return connection_send_plain_error(connection, call_id, MOLT_DRAINING, "the worker is shutting down", 0);
  uint32_t index = get16(payload);
  if (index >= molt_service.export_count) {
    snprintf(message, sizeof message, "the worker has no export #%u", index);
    return connection_send_plain_error(connection, call_id, MOLT_UNKNOWN_EXPORT, message, 0);
  }
  const MoltExport *target = &molt_service.exports[index];
  if (memcmp(payload + 20, target->input_id, MOLT_ID_PREFIX) != 0) return send_mismatch(connection, call_id, target, "input");
  if (memcmp(payload + 36, target->output_id, MOLT_ID_PREFIX) != 0) return send_mismatch(connection, call_id, target, "output");
  if (pool_active(connection) >= pool.credit) {
    snprintf(message, sizeof message, "more than the %u calls in flight that were granted", pool.credit);
    return connection_send_plain_error(connection, call_id, MOLT_BUSY, message, 10);
  }
  Job *job = calloc(1, sizeof *job);
  uint8_t *input = malloc(length - CALL_HEAD + 1);
  if (job == NULL || input == NULL) {
    free(job);
    free(input);
    return connection_send_plain_error(connection, call_id, MOLT_BUSY, "the worker has no memory for the call", 100);
  }
  memcpy(input, payload + CALL_HEAD, length - CALL_HEAD);
  job->connection = connection;
  job->call_id = call_id;
  job->received_ns = molt_now_ns();
  job->criticality = payload[16];
  job->input = input;
  job->task.export_index = index;
  job->task.input = input;
  job->task.input_length = length - CALL_HEAD;
  job->task.deadline_ns = job->received_ns + (uint64_t)deadline_ms * 1000000u;
  job->task.cpu_ms = get32(payload + 8);
  job->task.memory_kib = get32(payload + 12);
  pool_submit(job);
}

static void take_cancel(Connection *connection, uint64_t call_id, const uint8_t *payload, uint32_t length) {
  static const char *const reasons[] = {"user", "disconnect", "deadline", "parent", "shutdown", "superseded"};
  MoltReader reader = {payload, payload + length};
  uint32_t count;
  const char *reason = NULL;
  if (molt_read_map(&reader, &count) != 0) return refuse(connection, MOLT_PROTOCOL_ERROR, "CANCEL without a reason");
  for (uint32_t i = 0; i < count; i++) {
    const char *text;
    uint32_t text_length;
    if (molt_read_text(&reader, &text, &text_length) != 0) return refuse(connection, MOLT_PROTOCOL_ERROR, "CANCEL without a reason");
    if (!is_text(text, text_length, "reason")) {
      if (molt_read_skip(&reader, 7) != 0) return refuse(connection, MOLT_PROTOCOL_ERROR, "CANCEL without a reason");
      continue;
    }
    if (molt_read_text(&reader, &text, &text_length) != 0) return refuse(connection, MOLT_PROTOCOL_ERROR, "CANCEL without a reason");
    reason = "user";
    for (size_t k = 0; k < sizeof reasons / sizeof reasons[0]; k++) {
      if (is_text(text, text_length, reasons[k])) reason = reasons[k];
    }
  }
  if (reason == NULL || reader.at != reader.end) return refuse(connection, MOLT_PROTOCOL_ERROR, "CANCEL without a reason");
  pool_cancel(connection, call_id, reason, MOLT_TRAP_USER);
}

static void take_ping(Connection *connection, uint64_t call_id) {
  pthread_mutex_lock(&pool.lock);
  uint32_t depth = pool.queued + pool.running;
  uint64_t wait_us = pool.wait_us;
  pthread_mutex_unlock(&pool.lock);
  MoltPack pack = {0};
  molt_pack_map(&pack, 3);
  molt_pack_string(&pack, "depth");
  molt_pack_uint(&pack, depth);
  molt_pack_string(&pack, "slots");
  molt_pack_uint(&pack, pool.slots);
  molt_pack_string(&pack, "delay_us");
  molt_pack_uint(&pack, wait_us);
  send_pack(connection, MOLT_PONG, call_id, &pack);
}

/* --- frames --- */

static void take_message(Connection *connection, uint8_t kind, uint64_t call_id, const uint8_t *payload, uint32_t length) {
  if (connection->state == GREETING && kind != MOLT_HELLO) return refuse(connection, MOLT_PROTOCOL_ERROR, "a frame before HELLO");
  switch (kind) {
    case MOLT_HELLO: return greet(connection, payload, length);
    case MOLT_CALL: return take_call(connection, call_id, payload, length);
    case MOLT_CANCEL: return take_cancel(connection, call_id, payload, length);
    case MOLT_PING: return take_ping(connection, call_id);
    case MOLT_PONG: return;
    default:
      /* ERROR: the client gave up on this stream. */
      pool_cancel_all(connection, "disconnect", MOLT_TRAP_DISCONNECT);
      connection_close(connection);
  }
}

/* Joins the frames of a message that spans several. */
static void take_frame(Connection *connection, uint8_t kind, uint8_t flags, uint64_t call_id, const uint8_t *payload, uint32_t length) {
  int more = (flags & FLAG_MORE) != 0;
  Part **link = &connection->parts;
  while (*link != NULL && (*link)->call_id != call_id) link = &(*link)->next;
  Part *part = *link;
  /* Control frames of the same call may come in between. */
  if (kind != MOLT_CALL || (part == NULL && !more)) return take_message(connection, kind, call_id, payload, length);
  if (connection->state == GREETING) return refuse(connection, MOLT_PROTOCOL_ERROR, "a frame before HELLO");
  if (more && length == 0) return refuse(connection, MOLT_PROTOCOL_ERROR, "an empty frame that goes on");
  if (connection->held + length > connection->max_message) return refuse(connection, MOLT_FRAME_TOO_LARGE, "unfinished messages exceed the agreed size");
  if (part == NULL) {
    part = calloc(1, sizeof *part);
    if (part == NULL) return refuse(connection, MOLT_FRAME_TOO_LARGE, "the worker has no memory for the message");
    part->call_id = call_id;
    part->next = connection->parts;
    connection->parts = part;
    link = &connection->parts;
  }
  uint32_t need = part->length + length;
  if (need > part->room) {
    uint32_t room = need > connection->max_message / 2 ? connection->max_message : 2 * need;
    uint8_t *bytes = realloc(part->bytes, room);
    if (bytes == NULL) return refuse(connection, MOLT_FRAME_TOO_LARGE, "the worker has no memory for the message");
    part->bytes = bytes;
    part->room = room;
  }
  if (length != 0) memcpy(part->bytes + part->length, payload, length);
  part->length = need;
  connection->held += length;
  if (more) return;
  *link = part->next;
  connection->held -= part->length;
  take_message(connection, kind, call_id, part->bytes, part->length);
  free(part->bytes);
  free(part);
}

/* Checks a header; NULL, or what is wrong with it. `*known` tells frames to handle from frames to skip. */
static const char *check_header(const uint8_t *at, int *known) {
  uint8_t kind = at[4], flags = at[5];
  if (get16(at + 6) != 0) return "reserved bytes of a frame header are not zero";
  int from_client = kind == MOLT_HELLO || kind == MOLT_CALL || kind == MOLT_ERROR || kind == MOLT_CANCEL || kind == MOLT_PING || kind == MOLT_PONG;
  int from_server = kind == MOLT_HELLO_OK || kind == MOLT_HELLO_ERR || kind == MOLT_EXPORTS || kind == MOLT_RESULT || kind == 0x20 || kind == MOLT_GOAWAY;
  *known = from_client;
  if (from_server) return "a client may not send this kind of frame";
  if (!from_client) return flags & FLAG_IGNORABLE ? NULL : "unknown kind of frame";
  if (flags & FLAG_SHM) return "shared memory is not part of this version";
  int end = flags & (FLAG_MORE | FLAG_END);
  if (end != FLAG_END && !(kind == MOLT_CALL && end == FLAG_MORE)) return "exactly one of MORE and END is needed, MORE only where a kind spans";
  return NULL;
}

/* Handles the complete units at the beginning of what arrived; returns how many bytes that were. */
static uint32_t take_units(Connection *connection) {
  uint32_t at = 0;
  while (connection->state < CLOSING) {
    const uint8_t *unit = connection->in + at;
    uint32_t left = connection->in_length - at;
    if (!connection->preface_read) {
      if (left < MOLT_PREFACE) break;
      if (memcmp(unit, "MIP1", 4) != 0) refuse(connection, MOLT_PROTOCOL_ERROR, "the peer does not speak MIP: the stream does not begin with MIP1");
      else if (unit[4] != 1) refuse(connection, MOLT_VERSION_UNSUPPORTED, "this side speaks MIP version 1.0");
      else if (unit[6] != 0 || unit[7] != 0) refuse(connection, MOLT_PROTOCOL_ERROR, "reserved bytes of the preface are not zero");
      connection->preface_read = 1;
      at += MOLT_PREFACE;
      continue;
    }
    if (left < MOLT_HEADER) break;
    uint32_t length = get32(unit);
    int known = 0;
    const char *wrong = check_header(unit, &known);
    if (wrong != NULL) {
      refuse(connection, MOLT_PROTOCOL_ERROR, wrong);
      break;
    }
    if (length > connection->max_frame) {
      refuse(connection, MOLT_FRAME_TOO_LARGE, "a frame exceeds the agreed size");
      break;
    }
    if (left - MOLT_HEADER < length) break;
    if (known) take_frame(connection, unit[4], unit[5], get64(unit + 8), unit + MOLT_HEADER, length);
    at += MOLT_HEADER + length;
  }
  return at;
}

void connection_read(Connection *connection) {
  /* One loud client must not keep the others waiting. */
  for (int turns = 0; turns < 16; turns++) {
    if (connection->in_room - connection->in_length < READ_CHUNK) {
      /* At most one frame is unfinished, and no frame is larger than the limit. */
      uint32_t room = connection->in_length + 2 * READ_CHUNK;
      uint8_t *in = realloc(connection->in, room);
      if (in == NULL) {
        connection->state = CLOSED;
        return;
      }
      connection->in = in;
      connection->in_room = room;
    }
    ssize_t count = recv(connection->fd, connection->in + connection->in_length, READ_CHUNK, MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (count <= 0) {
      connection->state = CLOSED;
      return;
    }
    /* A connection that is closing reads on so that its last words arrive, but no longer listens. */
    if (connection->state >= CLOSING) continue;
    connection->in_length += (uint32_t)count;
    uint32_t taken = take_units(connection);
    memmove(connection->in, connection->in + taken, connection->in_length - taken);
    connection->in_length -= taken;
    if (count < READ_CHUNK) return;
  }
}
