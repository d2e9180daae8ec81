/*
 * What the worker says on stderr: for people, that it started, stops, or met a fault; with --log json, one object per line, and one for
 * every call with what it took and the id of its trace.
 */
#define _GNU_SOURCE
#include "worker.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Writes text as the inside of a JSON string; what it is made of is UTF-8. */
static void put_json(FILE *out, const char *text) {
  for (; *text != 0; text++) {
    unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\') fprintf(out, "\\%c", c);
    else if (c < 0x20) fprintf(out, "\\u%04x", c);
    else fputc(c, out);
  }
}

/* {"ts":...,"level":...,"event":... without the closing brace. */
static void begin(FILE *out, const char *level, const char *event) {
  struct timespec now;
  struct tm parts;
  char day[32];
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &parts);
  strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
  fprintf(out, "{\"ts\":\"%s.%03ldZ\",\"level\":\"%s\",\"event\":\"%s\"", day, now.tv_nsec / 1000000, level, event);
}

/* One line, in one write, so that lines of threads do not mix. */
static void put(const char *line, size_t length) {
  ssize_t written = write(2, line, length);
  (void)written;
}

/* One event: `fields` is empty, or JSON members that begin with a comma. */
static void note(const char *level, const char *event, const char *message, const char *fields) {
  if (settings.quiet) return;
  char *line = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&line, &length);
  if (out == NULL) return;
  if (settings.json_log) {
    begin(out, level, event);
    fputs(",\"message\":\"", out);
    put_json(out, message);
    fprintf(out, "\"%s}\n", fields);
  } else {
    fprintf(out, "%s\n", message);
  }
  if (fclose(out) == 0) put(line, length);
  free(line);
}

void log_start(void) {
  char *message = NULL, *fields = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&message, &length);
  if (out == NULL) return;
  fputs("serving ", out);
  for (uint32_t i = 0; i < molt_service.export_count; i++) fprintf(out, "%s%s", i == 0 ? "" : ", ", molt_service.exports[i].name);
  fprintf(out, "%s at %s with %u slots", molt_service.export_count == 0 ? "nothing" : "", settings.socket_path, settings.slots);
  fclose(out);
  out = open_memstream(&fields, &length);
  if (out != NULL) {
    fputs(",\"socket\":\"", out);
    put_json(out, settings.socket_path);
    fprintf(out, "\",\"artifact\":\"%s\",\"exports\":%u,\"slots\":%u,\"pid\":%d", molt_service.artifact, molt_service.export_count, settings.slots, (int)getpid());
    fclose(out);
  }
  note("info", "start", message, fields == NULL ? "" : fields);
  free(message);
  free(fields);
}

void log_drain(void) {
  char message[64], fields[32];
  snprintf(message, sizeof message, "draining for at most %u ms", settings.drain_ms);
  snprintf(fields, sizeof fields, ",\"drain_ms\":%u", settings.drain_ms);
  note("info", "drain", message, fields);
}

void log_stop(void) { note("info", "stop", "ended", ""); }

void log_fault(const char *format, ...) {
  char *message = NULL;
  va_list arguments;
  va_start(arguments, format);
  int length = vasprintf(&message, format, arguments);
  va_end(arguments);
  if (length < 0) return;
  note("warn", "fault", message, "");
  free(message);
}

void log_call(const Job *job, uint16_t code, const char *reason, uint64_t queue_us, const MoltOutcome *outcome) {
  if (!settings.json_log || settings.quiet) return;
  static const MoltOutcome nothing;
  const MoltOutcome *cost = outcome == NULL ? &nothing : outcome;
  char *line = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&line, &length);
  if (out == NULL) return;
  begin(out, "info", "call");
  fputs(",\"export\":\"", out);
  put_json(out, molt_service.exports[job->task.export_index].name);
  fprintf(out, "\",\"outcome\":\"%s\",\"reason\":\"%s\",\"queue_us\":%llu", code == 0 ? "ok" : molt_error_name(code), reason, (unsigned long long)queue_us);
  fprintf(out, ",\"exec_us\":%u,\"cpu_us\":%u,\"peak_kib\":%u", cost->exec_us, cost->cpu_us, cost->peak_kib);
  if (job->has_trace) {
    fputs(",\"trace_id\":\"", out);
    for (int i = 0; i < MOLT_TRACE_ID; i++) fprintf(out, "%02x", job->trace_id[i]);
    fputc('"', out);
  }
  fputs("}\n", out);
  if (fclose(out) == 0) put(line, length);
  free(line);
}
