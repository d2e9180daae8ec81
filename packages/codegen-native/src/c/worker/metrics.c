/*
 * Figures of the worker, as the text format of Prometheus: names of OpenTelemetry with underscores.
 *
 * Labels are names of exports and of this file's tables, so their number is bounded by the artifact. Everything is counted under
 * pool.lock, which the caller of metrics_note holds anyway.
 */
#define _GNU_SOURCE
#include "worker.h"

#include <stdio.h>
#include <stdlib.h>

/* Upper bounds of the buckets of times, in microseconds and as text in seconds; one more bucket takes the rest. */
static const struct {
  uint32_t us;
  const char *seconds;
} BOUNDS[] = {
    {50, "0.00005"}, {100, "0.0001"}, {250, "0.00025"}, {500, "0.0005"}, {1000, "0.001"}, {2500, "0.0025"}, {5000, "0.005"}, {10000, "0.01"}, {25000, "0.025"},
    {50000, "0.05"}, {100000, "0.1"}, {250000, "0.25"}, {500000, "0.5"}, {1000000, "1"}, {2500000, "2.5"}, {5000000, "5"}, {10000000, "10"},
};
enum { BUCKETS = sizeof BOUNDS / sizeof BOUNDS[0] };

typedef struct {
  uint64_t counts[BUCKETS + 1];
  uint64_t total;
  double sum;
} Histogram;

/* Outcomes of calls: a result, then the codes that a call may end with. */
static const uint16_t CODES[] = {
    0, MOLT_UNKNOWN_EXPORT, MOLT_SCHEMA_MISMATCH, MOLT_INVALID_INPUT, MOLT_RESULT_TOO_LARGE, MOLT_BUSY, MOLT_SHED, MOLT_DEADLINE_UNMEETABLE, MOLT_DRAINING,
    MOLT_DEADLINE_EXCEEDED, MOLT_CPU_EXCEEDED, MOLT_MEMORY_EXCEEDED, MOLT_CANCELLED, MOLT_APP_ERROR, MOLT_TRAP_ERROR, MOLT_INTERNAL,
};
enum { OUTCOMES = sizeof CODES / sizeof CODES[0] };

static const char *const REASONS[] = {
    "ok", "app_error", "invalid_input", "user", "disconnect", "deadline", "cpu", "memory", "output", "parent", "superseded", "shutdown", "load_shed", "trap", "lost",
};
enum { REASON_COUNT = sizeof REASONS / sizeof REASONS[0] };

typedef struct {
  Histogram durations[OUTCOMES];
  double cpu_seconds;
  uint64_t peak_bytes;
} ExportFigures;

static ExportFigures *figures;
static Histogram delays;
static uint64_t rejected[OUTCOMES];
static uint64_t reasons[REASON_COUNT];

int metrics_start(void) {
  figures = calloc(molt_service.export_count + 1, sizeof *figures);
  return figures == NULL ? -1 : 0;
}

static void add(Histogram *histogram, uint64_t us) {
  uint32_t bucket = 0;
  while (bucket < BUCKETS && us > BOUNDS[bucket].us) bucket++;
  histogram->counts[bucket]++;
  histogram->total++;
  histogram->sum += (double)us / 1e6;
}

static uint32_t outcome_of(uint16_t code) {
  uint32_t at = 0;
  while (at < OUTCOMES - 1 && CODES[at] != code) at++;
  return at;
}

static void note(const Job *job, uint16_t code, const char *reason, uint64_t now) {
  uint32_t outcome = outcome_of(code);
  add(&figures[job->task.export_index].durations[outcome], (now - job->received_ns) / 1000);
  if (code / 100 == 3) rejected[outcome]++;
  for (uint32_t i = 0; i < REASON_COUNT; i++) {
    if (strcmp(REASONS[i], reason) == 0) reasons[i]++;
  }
}

void metrics_note(const Job *job, uint16_t code, const char *reason, uint64_t now, uint64_t started_ns, const MoltOutcome *outcome) {
  ExportFigures *export_figures = &figures[job->task.export_index];
  note(job, code, reason, now);
  add(&delays, (started_ns - job->received_ns) / 1000);
  export_figures->cpu_seconds += outcome->cpu_us / 1e6;
  if ((uint64_t)outcome->peak_kib * 1024 > export_figures->peak_bytes) export_figures->peak_bytes = (uint64_t)outcome->peak_kib * 1024;
}

void metrics_note_refused(const Job *job, uint16_t code, const char *reason) {
  uint64_t now = molt_now_ns();
  pthread_mutex_lock(&pool.lock);
  note(job, code, reason, now);
  pthread_mutex_unlock(&pool.lock);
}

void metrics_note_rejected(uint16_t code) {
  pthread_mutex_lock(&pool.lock);
  rejected[outcome_of(code)]++;
  pthread_mutex_unlock(&pool.lock);
}

/* --- text --- */

static void head(FILE *out, const char *name, const char *type, const char *help) { fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type); }

/* One histogram; `labels` is empty or ends with a comma. */
static void put_histogram(FILE *out, const char *name, const char *labels, const Histogram *histogram) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < BUCKETS; i++) {
    sum += histogram->counts[i];
    fprintf(out, "%s_bucket{%sle=\"%s\"} %llu\n", name, labels, BOUNDS[i].seconds, (unsigned long long)sum);
  }
  fprintf(out, "%s_bucket{%sle=\"+Inf\"} %llu\n", name, labels, (unsigned long long)histogram->total);
  size_t length = strlen(labels);
  const char *open = length == 0 ? "" : "{", *close = length == 0 ? "" : "}";
  int shown = length == 0 ? 0 : (int)length - 1;
  fprintf(out, "%s_sum%s%.*s%s %.6f\n", name, open, shown, labels, close, histogram->sum);
  fprintf(out, "%s_count%s%.*s%s %llu\n", name, open, shown, labels, close, (unsigned long long)histogram->total);
}

static const char *outcome_name(uint32_t outcome) { return outcome == 0 ? "ok" : molt_error_name(CODES[outcome]); }

static void put_exports(FILE *out) {
  const MoltExport *exports = molt_service.exports;
  uint32_t count = molt_service.export_count;
  head(out, "rpc_server_call_duration_seconds", "histogram", "Time from receipt of a call to its answer.");
  for (uint32_t i = 0; i < count; i++) {
    for (uint32_t k = 0; k < OUTCOMES; k++) {
      if (figures[i].durations[k].total == 0) continue;
      char *labels = NULL;
      if (asprintf(&labels, "export=\"%s\",outcome=\"%s\",", exports[i].name, outcome_name(k)) < 0) continue;
      put_histogram(out, "rpc_server_call_duration_seconds", labels, &figures[i].durations[k]);
      free(labels);
    }
  }
  head(out, "molt_task_cpu_seconds_total", "counter", "CPU time that calls used.");
  for (uint32_t i = 0; i < count; i++) fprintf(out, "molt_task_cpu_seconds_total{export=\"%s\"} %.6f\n", exports[i].name, figures[i].cpu_seconds);
  head(out, "molt_task_memory_peak_bytes", "gauge", "The most memory that a call used.");
  for (uint32_t i = 0; i < count; i++) fprintf(out, "molt_task_memory_peak_bytes{export=\"%s\"} %llu\n", exports[i].name, (unsigned long long)figures[i].peak_bytes);
}

static void put_gauge(FILE *out, const char *name, const char *help, uint64_t value) {
  head(out, name, "gauge", help);
  fprintf(out, "%s %llu\n", name, (unsigned long long)value);
}

char *metrics_text(size_t *length) {
  char *text = NULL;
  uint64_t connections = reactor_connections(), credit = reactor_credit_left();
  FILE *out = open_memstream(&text, length);
  if (out == NULL) return NULL;
  pthread_mutex_lock(&pool.lock);
  put_exports(out);
  put_gauge(out, "molt_queue_depth", "Calls that wait.", pool.queued);
  head(out, "molt_queue_delay_seconds", "histogram", "Time that calls waited before they ran.");
  put_histogram(out, "molt_queue_delay_seconds", "", &delays);
  put_gauge(out, "molt_slots_busy", "Calls that run.", pool.running);
  put_gauge(out, "molt_slots", "Calls that can run at once.", settings.slots);
  put_gauge(out, "molt_connections", "Open connections.", connections);
  put_gauge(out, "molt_credit_available", "Calls that clients may still send, over all connections.", credit);
  head(out, "molt_calls_rejected_total", "counter", "Calls that were refused without running.");
  for (uint32_t k = 0; k < OUTCOMES; k++) {
    if (rejected[k] != 0) fprintf(out, "molt_calls_rejected_total{code=\"%s\"} %llu\n", outcome_name(k), (unsigned long long)rejected[k]);
  }
  head(out, "molt_task_outcome_total", "counter", "Calls by how they ended.");
  for (uint32_t i = 0; i < REASON_COUNT; i++) fprintf(out, "molt_task_outcome_total{reason=\"%s\"} %llu\n", REASONS[i], (unsigned long long)reasons[i]);
  pthread_mutex_unlock(&pool.lock);
  if (fclose(out) != 0) {
    free(text);
    return NULL;
  }
  return text;
}
