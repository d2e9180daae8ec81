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

static void note(const char *level, const char *event, const char *format, va_list arguments) {
  char *line = NULL, *message = NULL;
  size_t length = 0;
  if (vasprintf(&message, format, arguments) < 0) return;
  FILE *out = open_memstream(&line, &length);
  if (out != NULL) {
    if (settings.json_log) {
      begin(out, level, event);
      fputs(",\"message\":\"", out);
      put_json(out, message);
      fputs("\"}\n", out);
    } else {
      fprintf(out, "molt_worker: %s\n", message);
    }
    if (fclose(out) == 0) put(line, length);
  }
  free(line);
  free(message);
}

void log_note(const char *event, const char *format, ...) {
  if (settings.quiet) return;
  va_list arguments;
  va_start(arguments, format);
  note("info", event, format, arguments);
  va_end(arguments);
}

void log_fault(const char *event, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  note("error", event, format, arguments);
  va_end(arguments);
}

void log_call(const Job *job, uint16_t code, uint64_t queue_us, const MoltOutcome *outcome) {
  if (!settings.json_log || settings.quiet) return;
  char *line = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&line, &length);
  if (out == NULL) return;
  begin(out, code == 0 ? "info" : "warn", "call");
  fputs(",\"export\":\"", out);
  put_json(out, molt_service.exports[job->task.export_index].name);
  fprintf(out, "\",\"outcome\":\"%s\",\"queue_us\":%llu", code == 0 ? "ok" : molt_error_name(code), (unsigned long long)queue_us);
  if (outcome != NULL) fprintf(out, ",\"exec_us\":%u,\"cpu_us\":%u,\"peak_kib\":%u", outcome->exec_us, outcome->cpu_us, outcome->peak_kib);
  if (job->has_trace) {
    fputs(",\"trace_id\":\"", out);
    for (int i = 0; i < MOLT_TRACE_ID; i++) fprintf(out, "%02x", job->trace_id[i]);
    fputc('"', out);
  }
  fputs("}\n", out);
  if (fclose(out) == 0) put(line, length);
  free(line);
}
