/*
 * What a client's messages ask for: calls, cancellations, pings. Every payload is checked before it is believed, and what breaks the
 * protocol ends the connection.
 */
#define _GNU_SOURCE
#include "worker.h"

#include <stdio.h>
#include <stdlib.h>

enum { HEAD_TRACE = 1, HEAD_KEY = 2, TRACE_BYTES = 25, SPAN_AT = 16, SPAN_BYTES = 8, MAX_KEY = 64 };

/* --- calls --- */

static void hex(char *out, const uint8_t *bytes, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static void send_mismatch(Connection *connection, uint64_t call_id, const MoltExport *target, const char *side, const uint8_t *sent, const uint8_t *own) {
  char caller[2 * MOLT_ID_PREFIX + 1], worker[2 * MOLT_ID_BYTES + 1];
  hex(caller, sent, MOLT_ID_PREFIX);
  hex(worker, own, MOLT_ID_BYTES);
  const char *entries[][2] = {{"export", target->name}, {"side", side}, {"caller", caller}, {"worker", worker}};
  MoltPack pack = {0}, details = {0};
  molt_pack_map(&details, 4);
  for (int i = 0; i < 4; i++) {
    molt_pack_string(&details, entries[i][0]);
    molt_pack_string(&details, entries[i][1]);
  }
  MoltError error = {.code = MOLT_SCHEMA_MISMATCH, .executed = -1, .hint = "build both sides from the same source: molt build, then restart the worker"};
  if (!details.failed) {
    error.details = details.bytes;
    error.details_length = details.length;
  }
  MoltLabel label = {target->name, 0, 0};
  metrics_note_rejected(MOLT_SCHEMA_MISMATCH);
  molt_pack_failure(&pack, &label, &error, "the %s of %s differs: the caller has schema %.16s, the worker %.16s", side, target->name, caller, worker);
  connection_send_failure(connection, call_id, &pack, 0);
  free(details.bytes);
}

static void send_unknown(Connection *connection, uint64_t call_id, uint32_t index) {
  char name[16];
  MoltPack pack = {0};
  snprintf(name, sizeof name, "#%u", index);
  metrics_note_rejected(MOLT_UNKNOWN_EXPORT);
  molt_pack_unknown_export(&pack, name);
  connection_send_failure(connection, call_id, &pack, 0);
}

static int all_zero(const uint8_t *bytes, uint32_t count) {
  while (count > 0 && bytes[count - 1] == 0) count--;
  return count == 0;
}

/* Reads what the head flags announce. Returns how many bytes that were, or -1 with what is wrong. */
static int read_extras(const uint8_t *payload, uint32_t length, const uint8_t **trace, char *wrong, size_t room) {
  uint8_t flags = payload[17];
  uint32_t at = MOLT_CALL_HEAD;
  if (flags & HEAD_TRACE) {
    snprintf(wrong, room, "CALL ends within its trace context");
    if (length - at < TRACE_BYTES) return -1;
    snprintf(wrong, room, "CALL with a trace context of zeros");
    if (all_zero(payload + at, MOLT_TRACE_ID) || all_zero(payload + at + SPAN_AT, SPAN_BYTES)) return -1;
    *trace = payload + at;
    at += TRACE_BYTES;
  }
  if (flags & HEAD_KEY) {
    snprintf(wrong, room, "CALL ends within its idempotency key");
    if (length - at < 1 || length - at - 1 < payload[at]) return -1;
    snprintf(wrong, room, "an idempotency key of %u bytes, 1 to %d are allowed", payload[at], MAX_KEY);
    if (payload[at] == 0 || payload[at] > MAX_KEY) return -1;
    at += 1 + (uint32_t)payload[at];
  }
  return (int)(at - MOLT_CALL_HEAD);
}

/* Takes a complete CALL; `payload` stays the caller's. */
static void take_call(Connection *connection, uint64_t call_id, const uint8_t *payload, uint32_t length) {
  if (call_id % 2 == 0 || call_id <= connection->last_id) {
    char message[160];
    snprintf(message, sizeof message, "call id %llu: ids of a client are odd and rise, the last was %llu", (unsigned long long)call_id, (unsigned long long)connection->last_id);
    return connection_refuse(connection, MOLT_PROTOCOL_ERROR, message);
  }
  if (length < MOLT_CALL_HEAD) return connection_refusef(connection, MOLT_PROTOCOL_ERROR, "CALL of %u bytes, at least %d are needed", length, MOLT_CALL_HEAD);
  uint32_t deadline_ms = molt_get32(payload + 4);
  const uint8_t *trace = NULL;
  const char *wrong = NULL;
  if (molt_get16(payload + 2) != 0 || (payload[17] & ~(HEAD_TRACE | HEAD_KEY)) != 0 || molt_get16(payload + 18) != 0) wrong = "reserved parts of CALL are not zero";
  else if (deadline_ms == 0) wrong = "CALL without a deadline";
  else if (payload[16] > 3) return connection_refusef(connection, MOLT_PROTOCOL_ERROR, "criticality %u, 0 to 3 are known", payload[16]);
  if (wrong != NULL) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, wrong);
  char bad_extra[80];
  int extras = payload[17] == 0 ? 0 : read_extras(payload, length, &trace, bad_extra, sizeof bad_extra);
  if (extras < 0) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, bad_extra);
  connection->last_id = call_id;
  if (connection->state == DRAINING) {
    metrics_note_rejected(MOLT_DRAINING);
    return connection_send_plain_error(connection, call_id, MOLT_DRAINING, "the worker is shutting down");
  }
  uint32_t index = molt_get16(payload);
  if (index >= molt_service.export_count) return send_unknown(connection, call_id, index);
  const MoltExport *target = &molt_service.exports[index];
  if (memcmp(payload + 20, target->input_id, MOLT_ID_PREFIX) != 0) return send_mismatch(connection, call_id, target, "input", payload + 20, target->input_id);
  if (memcmp(payload + 36, target->output_id, MOLT_ID_PREFIX) != 0) return send_mismatch(connection, call_id, target, "output", payload + 36, target->output_id);
  uint32_t body_at = MOLT_CALL_HEAD + (uint32_t)extras, body_length = length - body_at;
  Job *job = malloc(sizeof *job + body_length);
  if (job == NULL) {
    MoltPack pack = {0};
    const char *message = "the worker has no memory for the call";
    MoltError error = {.code = MOLT_BUSY, .executed = -1, .after_ms = 100, .message = message, .message_length = strlen(message)};
    molt_pack_error(&pack, &error);
    return connection_send_failure(connection, call_id, &pack, 0);
  }
  memset(job, 0, sizeof *job);
  memcpy(job->input, payload + body_at, body_length);
  job->connection = connection;
  job->call_id = call_id;
  job->received_ns = molt_now_ns();
  job->size = length;
  job->criticality = payload[16];
  if (trace != NULL) {
    job->has_trace = 1;
    memcpy(job->trace_id, trace, MOLT_TRACE_ID);
  }
  job->task.export_index = index;
  job->task.input = job->input;
  job->task.input_length = body_length;
  job->task.deadline_ms = deadline_ms;
  job->task.deadline_ns = job->received_ns + (uint64_t)deadline_ms * 1000000u;
  job->task.cpu_ms = molt_tighter(molt_get32(payload + 8), settings.cpu_ms);
  job->task.memory_kib = molt_tighter(molt_get32(payload + 12), settings.memory_kib);
  connection->mine = pool_submit(job, !connection->no_more);
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
    if (!molt_is_text(text, text_length, "reason")) {
      if (molt_read_skip(&reader, 7) != 0) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "CANCEL without a reason");
      continue;
    }
    if (molt_read_text(&reader, &text, &text_length) != 0) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "CANCEL without a reason");
    reason = "user";
    for (size_t k = 0; k < sizeof reasons / sizeof reasons[0]; k++) {
      if (molt_is_text(text, text_length, reasons[k])) reason = reasons[k];
    }
  }
  if (reason == NULL || reader.at != reader.end) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "CANCEL without a reason");
  pool_cancel(connection, call_id, reason);
}

static void take_ping(Connection *connection, uint64_t call_id) {
  pthread_mutex_lock(&pool.lock);
  uint32_t depth = pool.queued;
  uint64_t wait_us = overload_expected_us();
  pthread_mutex_unlock(&pool.lock);
  MoltPack pack = {0};
  molt_pack_map(&pack, 3);
  molt_pack_string(&pack, "depth");
  molt_pack_uint(&pack, depth);
  molt_pack_string(&pack, "slots");
  molt_pack_uint(&pack, settings.slots);
  molt_pack_string(&pack, "delay_us");
  molt_pack_uint(&pack, wait_us);
  connection_send_pack(connection, MOLT_PONG, call_id, &pack);
}

/* No export has a stream here, so a piece of one is wrong unless it crossed the answer of its call. */
static void take_stream_piece(Connection *connection, uint8_t kind, uint64_t call_id, const uint8_t *payload, uint32_t length) {
  const char *name = connection_kind_name(kind);
  if (kind == MOLT_CREDIT) {
    MoltReader reader = {payload, payload + length};
    uint32_t entries;
    uint64_t bytes;
    const char *key;
    uint32_t key_length;
    int only_bytes = molt_read_map(&reader, &entries) == 0 && entries == 1 && molt_read_text(&reader, &key, &key_length) == 0 && key_length == 5 &&
                     memcmp(key, "bytes", 5) == 0 && molt_read_uint(&reader, &bytes) == 0;
    if (call_id == 0 || !only_bytes) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "CREDIT of a client for more than a stream");
  }
  if (call_id % 2 == 0 || call_id > connection->last_id) {
    return connection_refusef(connection, MOLT_PROTOCOL_ERROR, "%s for call %llu, which was never sent", name, (unsigned long long)call_id);
  }
  const char *target = pool_export_of(connection, call_id);
  if (target == NULL) return;
  connection_refusef(connection, MOLT_PROTOCOL_ERROR, kind == MOLT_CHUNK ? "CHUNK for %s, which has no input stream" : "CREDIT for %s, whose result is no stream", target);
}

void connection_take_message(Connection *connection, uint8_t kind, uint64_t call_id, const uint8_t *payload, uint32_t length) {
  if (connection->state == GREETING && kind != MOLT_HELLO) return connection_refusef(connection, MOLT_PROTOCOL_ERROR, "%s before HELLO", connection_kind_name(kind));
  switch (kind) {
    case MOLT_HELLO: return connection_greet(connection, payload, length);
    case MOLT_CALL: return take_call(connection, call_id, payload, length);
    case MOLT_CANCEL: return take_cancel(connection, call_id, payload, length);
    case MOLT_PING: return take_ping(connection, call_id);
    case MOLT_PONG: return;
    case MOLT_CHUNK:
    case MOLT_CREDIT: return take_stream_piece(connection, kind, call_id, payload, length);
    default:
      /* ERROR: the client gave up on this stream. */
      pool_cancel_all(connection, "disconnect");
      connection_close(connection);
  }
}
