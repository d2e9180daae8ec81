/* Answers to calls that were never started: executed is no, and each says what to do. */
#include "worker.h"

#include <stdlib.h>

void job_done(Job *job) {
  Connection *connection = job->connection;
  __atomic_sub_fetch(&connection->owed, 1, __ATOMIC_ACQ_REL);
  /* A connection that drains ends with its last answer. */
  if (__atomic_load_n(&pool.stopping, __ATOMIC_ACQUIRE)) reactor_attend(connection);
  connection_release(connection);
  free(job);
}

static MoltLabel label_of(const Job *job) {
  return (MoltLabel){molt_service.exports[job->task.export_index].name, job->task.deadline_ms, job->task.cpu_ms};
}

static void send(Job *job, MoltPack *pack, uint16_t code, const char *reason) {
  metrics_note_refused(job, code, reason);
  log_call(job, code, reason, (molt_now_ns() - job->received_ns) / 1000, NULL);
  connection_send_failure(job->connection, job->call_id, pack, 0);
  job_done(job);
}

/* A map of details that begins with the export. */
static void begin(MoltPack *details, uint32_t entries, const MoltLabel *label) {
  molt_pack_map(details, entries);
  molt_pack_string(details, "export");
  molt_pack_string(details, label->name);
}

static void number(MoltPack *details, const char *key, uint64_t value) {
  molt_pack_string(details, key);
  molt_pack_uint(details, value);
}

static void attach(MoltError *error, const MoltPack *details) {
  if (details->failed) return;
  error->details = details->bytes;
  error->details_length = details->length;
}

void refuse_busy(Job *job, uint32_t queued, uint32_t after_ms) {
  MoltLabel label = label_of(job);
  MoltPack pack = {0}, details = {0};
  MoltError error = {.code = MOLT_BUSY, .executed = -1, .after_ms = after_ms, .hint = "try again later, on another worker, or start the worker with more slots"};
  begin(&details, 3, &label);
  number(&details, "queued", queued);
  number(&details, "cap", settings.queue);
  attach(&error, &details);
  molt_pack_failure(&pack, &label, &error, "all slots are taken and %u calls wait, the queue holds %u", queued, settings.queue);
  free(details.bytes);
  send(job, &pack, MOLT_BUSY, "load_shed");
}

void refuse_shed(Job *job, uint32_t after_ms) {
  MoltLabel label = label_of(job);
  MoltPack pack = {0};
  MoltError error = {.code = MOLT_SHED, .executed = -1, .after_ms = after_ms, .hint = "try again later, or raise the criticality of the call"};
  molt_pack_failure(&pack, &label, &error, "%s was dropped from the queue of an overloaded worker", label.name);
  send(job, &pack, MOLT_SHED, "load_shed");
}

void refuse_unmeetable(Job *job, uint64_t expected_us) {
  MoltLabel label = label_of(job);
  MoltPack pack = {0}, details = {0};
  uint64_t expected_ms = (expected_us + 999) / 1000;
  MoltError error = {.code = MOLT_DEADLINE_UNMEETABLE, .executed = -1, .hint = "try another worker, or give the call more time"};
  begin(&details, 2, &label);
  number(&details, "expected_ms", expected_ms);
  attach(&error, &details);
  molt_pack_failure(&pack, &label, &error, "the calls before this one take about %llu ms, the deadline of %u ms would pass before it starts", (unsigned long long)expected_ms, label.deadline_ms);
  free(details.bytes);
  send(job, &pack, MOLT_DEADLINE_UNMEETABLE, "load_shed");
}

void refuse_stopped(Job *job, const char *reason) {
  MoltLabel label = label_of(job);
  MoltPack pack = {0};
  uint16_t code = molt_pack_stopped(&pack, &label, reason, 0);
  send(job, &pack, code, reason);
}

void refuse_plain(Job *job, uint16_t code, const char *message, uint32_t after_ms) {
  MoltPack pack = {0};
  MoltError error = {.code = code, .executed = MOLT_EXECUTED_NO, .after_ms = after_ms, .message = message, .message_length = strlen(message)};
  molt_pack_error(&pack, &error);
  metrics_note_rejected(code);
  connection_send_failure(job->connection, job->call_id, &pack, 0);
  job_done(job);
}
