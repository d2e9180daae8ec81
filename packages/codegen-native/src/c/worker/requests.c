/*
 * What a client's messages ask for: the handshake, calls, cancellations, pings. Every payload is checked before it is believed, and
 * what breaks the protocol ends the connection.
 */
#include "worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CALL_HEAD = 52, MIN_FRAME = 4096, MAX_FRAME = 16 * 1024 * 1024, MAX_MESSAGE = 256 * 1024 * 1024 };

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
  if (connection->state != GREETING) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "a second HELLO");
  if (read_hello(payload, length, &hello) != 0) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "HELLO is not a map");
  if (hello.seen != 15 || hello.min > hello.max || hello.max > 255 || hello.max_frame < MIN_FRAME || hello.max_frame > MAX_FRAME ||
      hello.max_message < hello.max_frame || hello.max_message > MAX_MESSAGE) {
    return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "HELLO lacks min, max, max_frame or max_message");
  }
  if (!hello.msgpack) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "HELLO does not offer the codec msgpack");
  if (hello.min > 0) return connection_refuse(connection, MOLT_VERSION_UNSUPPORTED, "this worker speaks MIP 1.0");
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
  connection_send_pack(connection, MOLT_HELLO_OK, 0, &pack);
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
    return connection_refuse(connection, MOLT_PROTOCOL_ERROR, message);
  }
  if (length < CALL_HEAD) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "CALL is shorter than its head");
  uint32_t deadline_ms = molt_get32(payload + 4);
  if (molt_get16(payload + 2) != 0 || payload[17] != 0 || molt_get16(payload + 18) != 0) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "reserved parts of CALL are not zero");
  if (deadline_ms == 0) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "CALL without a deadline");
  if (payload[16] > 3) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "CALL with an unknown criticality");
  connection->last_id = call_id;
  if (connection->state == DRAINING) return connection_send_plain_error(connection, call_id, MOLT_DRAINING, "the worker is shutting down", 0);
  uint32_t index = molt_get16(payload);
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
  job->task.cpu_ms = molt_get32(payload + 8);
  job->task.memory_kib = molt_get32(payload + 12);
  pool_submit(job);
}

static void take_cancel(Connection *connection, uint64_t call_id, const uint8_t *payload, uint32_t length) {
  static const char *const reasons[] = {"user", "disconnect", "deadline", "parent", "shutdown", "superseded"};
  MoltReader reader = {payload, payload + length};
  uint32_t count;
  const char *reason = NULL;
  if (molt_read_map(&reader, &count) != 0) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "CANCEL without a reason");
  for (uint32_t i = 0; i < count; i++) {
    const char *text;
    uint32_t text_length;
    if (molt_read_text(&reader, &text, &text_length) != 0) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "CANCEL without a reason");
    if (!is_text(text, text_length, "reason")) {
      if (molt_read_skip(&reader, 7) != 0) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "CANCEL without a reason");
      continue;
    }
    if (molt_read_text(&reader, &text, &text_length) != 0) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "CANCEL without a reason");
    reason = "user";
    for (size_t k = 0; k < sizeof reasons / sizeof reasons[0]; k++) {
      if (is_text(text, text_length, reasons[k])) reason = reasons[k];
    }
  }
  if (reason == NULL || reader.at != reader.end) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "CANCEL without a reason");
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
  connection_send_pack(connection, MOLT_PONG, call_id, &pack);
}

void connection_take_message(Connection *connection, uint8_t kind, uint64_t call_id, const uint8_t *payload, uint32_t length) {
  if (connection->state == GREETING && kind != MOLT_HELLO) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "a frame before HELLO");
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
