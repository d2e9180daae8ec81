/*
 * What the caller of a call that did not return is told.
 *
 * The words are for the user of a service: they name the export, what happened and what to do. They are the same as those of the
 * worker that runs WebAssembly, so that nobody needs to know which one he talks to.
 */
#define _GNU_SOURCE
#include "service.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Bytes of a traceback that travel with an error; its end is what matters. */
enum { MAX_TRACEBACK = 16384 };

static void entry(MoltPack *details, const char *key, const char *text, size_t length) {
  molt_pack_string(details, key);
  molt_pack_text(details, text, length);
}

uint16_t molt_pack_failure(MoltPack *pack, const MoltLabel *label, const MoltError *partial, const char *format, ...) {
  MoltError error = *partial;
  MoltPack details = {0};
  char *message = NULL;
  va_list arguments;
  va_start(arguments, format);
  int length = vasprintf(&message, format, arguments);
  va_end(arguments);
  error.message = length < 0 ? "" : message;
  error.message_length = length < 0 ? 0 : (size_t)length;
  if (error.details == NULL) {
    molt_pack_map(&details, 1);
    entry(&details, "export", label->name, strlen(label->name));
    if (!details.failed) {
      error.details = details.bytes;
      error.details_length = details.length;
    }
  }
  molt_pack_error(pack, &error);
  free(details.bytes);
  if (length >= 0) free(message);
  return error.code;
}

uint16_t molt_pack_internal(MoltPack *pack, const MoltLabel *label, const char *message) {
  MoltError error = {.code = MOLT_INTERNAL, .executed = MOLT_EXECUTED_YES, .hint = "build the artifact again with this version of Molt"};
  return molt_pack_failure(pack, label, &error, "%s", message);
}

static uint16_t unreadable(MoltPack *pack, const MoltLabel *label, const char *what) {
  MoltError error = {.code = MOLT_INTERNAL, .executed = MOLT_EXECUTED_YES, .hint = "build the artifact again with this version of Molt"};
  return molt_pack_failure(pack, label, &error, "the module's %s for %s cannot be read", what, label->name);
}

/* The payload is [type, message, traceback, args]; the last two may be absent. */
uint16_t molt_pack_raised(MoltPack *pack, const MoltLabel *label, const uint8_t *bytes, uint32_t length) {
  MoltReader reader = {bytes, bytes + length};
  uint32_t count = 0, type_length = 0, text_length = 0, trace_length = 0;
  const char *type, *text, *trace = "";
  static const uint8_t no_args[1] = {0x90};
  const uint8_t *args = no_args, *args_end = no_args + 1;
  if (molt_read_array(&reader, &count) != 0 || count < 2 || count > 4 || molt_read_text(&reader, &type, &type_length) != 0 ||
      molt_read_text(&reader, &text, &text_length) != 0 || (count >= 3 && molt_read_text(&reader, &trace, &trace_length) != 0)) {
    return unreadable(pack, label, "exception");
  }
  if (count >= 4) {
    MoltReader list = {args = reader.at, reader.end};
    uint32_t items;
    if (molt_read_array(&list, &items) != 0 || molt_read_skip(&reader, 8) != 0) return unreadable(pack, label, "exception");
    args_end = reader.at;
  }
  if (reader.at != reader.end) return unreadable(pack, label, "exception");
  if (trace_length > MAX_TRACEBACK) {
    uint32_t from = trace_length - MAX_TRACEBACK;
    while (from < trace_length && ((uint8_t)trace[from] & 0xc0) == 0x80) from++;
    trace += from;
    trace_length -= from;
  }
  MoltPack details = {0};
  molt_pack_map(&details, 5);
  entry(&details, "export", label->name, strlen(label->name));
  entry(&details, "type", type, type_length);
  entry(&details, "message", text, text_length);
  entry(&details, "traceback", trace, trace_length);
  molt_pack_string(&details, "args");
  molt_pack_raw(&details, args, (size_t)(args_end - args));
  MoltError error = {.code = MOLT_APP_ERROR, .executed = -1};
  if (!details.failed) {
    error.details = details.bytes;
    error.details_length = details.length;
  }
  molt_pack_failure(pack, label, &error, "%.*s%s%.*s", (int)type_length, type, text_length == 0 ? "" : ": ", (int)text_length, text);
  free(details.bytes);
  return MOLT_APP_ERROR;
}

/* The payload is [path, message], or [message, offset] of decoders that know the byte but not the path. */
uint16_t molt_pack_invalid_input(MoltPack *pack, const MoltLabel *label, const uint8_t *bytes, uint32_t length) {
  MoltReader reader = {bytes, bytes + length};
  uint32_t count = 0, path_length = 0, why_length = 0;
  uint64_t offset;
  char place[32];
  const char *path, *why;
  if (molt_read_array(&reader, &count) != 0 || count < 2 || molt_read_text(&reader, &path, &path_length) != 0) return unreadable(pack, label, "input fault");
  if (molt_read_text(&reader, &why, &why_length) != 0) {
    if (molt_read_uint(&reader, &offset) != 0) return unreadable(pack, label, "input fault");
    why = path;
    why_length = path_length;
    path_length = (uint32_t)snprintf(place, sizeof place, "byte %llu", (unsigned long long)offset);
    path = place;
  }
  MoltPack details = {0};
  molt_pack_map(&details, 3);
  entry(&details, "export", label->name, strlen(label->name));
  entry(&details, "path", path, path_length);
  entry(&details, "why", why, why_length);
  MoltError error = {.code = MOLT_INVALID_INPUT, .executed = -1, .hint = "send what the schema of the export says; clients of Molt check it before they send"};
  if (!details.failed) {
    error.details = details.bytes;
    error.details_length = details.length;
  }
  molt_pack_failure(pack, label, &error, "the input of %s is wrong at %.*s: %.*s", label->name, (int)path_length, path, (int)why_length, why);
  free(details.bytes);
  return MOLT_INVALID_INPUT;
}

/* The payload is [what]. */
uint16_t molt_pack_oversized_result(MoltPack *pack, const MoltLabel *label, const uint8_t *bytes, uint32_t length) {
  MoltReader reader = {bytes, bytes + length};
  uint32_t count = 0, why_length = 0;
  const char *why;
  if (molt_read_array(&reader, &count) != 0 || count != 1 || molt_read_text(&reader, &why, &why_length) != 0) return unreadable(pack, label, "bound fault");
  MoltPack details = {0};
  molt_pack_map(&details, 3);
  entry(&details, "export", label->name, strlen(label->name));
  entry(&details, "reason", "output", 6);
  entry(&details, "why", why, why_length);
  MoltError error = {.code = MOLT_RESULT_TOO_LARGE, .executed = -1, .hint = "return less, or state a larger bound in the annotation of the result (Annotated) and build again"};
  if (!details.failed) {
    error.details = details.bytes;
    error.details_length = details.length;
  }
  molt_pack_failure(pack, label, &error, "the result of %s is beyond a bound of its schema: %.*s", label->name, (int)why_length, why);
  free(details.bytes);
  return MOLT_RESULT_TOO_LARGE;
}

/* Starts an error with the details {export, reason}. */
static void with_reason(MoltPack *details, MoltError *error, const MoltLabel *label, const char *reason) {
  molt_pack_map(details, 2);
  entry(details, "export", label->name, strlen(label->name));
  entry(details, "reason", reason, strlen(reason));
  if (details->failed) return;
  error->details = details->bytes;
  error->details_length = details->length;
}

static const char *why_cancelled(const char *reason) {
  static const char *const texts[][2] = {
      {"disconnect", "its caller went away"},
      {"parent", "the work that it belonged to was cancelled"},
      {"shutdown", "the worker is shutting down"},
      {"superseded", "a newer call took its place"},
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    if (strcmp(texts[i][0], reason) == 0) return texts[i][1];
  }
  return "its caller asked for it";
}

uint16_t molt_pack_stopped(MoltPack *pack, const MoltLabel *label, const char *reason, int ran) {
  MoltPack details = {0};
  MoltError error = {.executed = ran ? MOLT_EXECUTED_YES : MOLT_EXECUTED_NO};
  with_reason(&details, &error, label, reason);
  if (strcmp(reason, "deadline") == 0) {
    error.code = MOLT_DEADLINE_EXCEEDED;
    error.hint = ran ? "give the call more time, or send less at once" : "the worker is overloaded: more slots, more workers or more time help";
    if (ran) molt_pack_failure(pack, label, &error, "the deadline of %u ms passed while %s ran", label->deadline_ms, label->name);
    else molt_pack_failure(pack, label, &error, "the deadline of %u ms passed before %s could start", label->deadline_ms, label->name);
  } else if (strcmp(reason, "cpu") == 0) {
    error.code = MOLT_CPU_EXCEEDED;
    error.hint = "give the call or the worker a higher CPU limit, or send less at once";
    if (label->cpu_ms != 0) molt_pack_failure(pack, label, &error, "%s used up its CPU time of %u ms", label->name, label->cpu_ms);
    else molt_pack_failure(pack, label, &error, "%s used up its CPU time", label->name);
  } else {
    error.code = MOLT_CANCELLED;
    molt_pack_failure(pack, label, &error, "%s was cancelled: %s", label->name, why_cancelled(reason));
  }
  free(details.bytes);
  return error.code;
}

uint16_t molt_pack_trapped(MoltPack *pack, const MoltLabel *label, uint32_t trap) {
  static const struct {
    uint32_t trap;
    uint16_t code;
    const char *reason, *before, *after, *hint;
  } rows[] = {
      {MOLT_TRAP_MEMORY, MOLT_MEMORY_EXCEEDED, "memory", "", " used up its memory", "give the call or the worker a higher memory limit, or send less at once"},
      {MOLT_TRAP_OUTPUT, MOLT_RESULT_TOO_LARGE, "output", "the result of ", " is larger than a message may be", "return less, or in several calls"},
      {MOLT_TRAP_STACK, MOLT_TRAP_ERROR, "stack", "", " was stopped: its stack is full", "recurse less deeply"},
      {0, MOLT_TRAP_ERROR, "unreachable", "", " was stopped by a fault of its compiled code", "this is a fault of Molt: please report it with the source of the function"},
  };
  size_t row = 0;
  while (rows[row].trap != 0 && rows[row].trap != trap) row++;
  MoltPack details = {0};
  MoltError error = {.code = rows[row].code, .executed = -1, .hint = rows[row].hint};
  with_reason(&details, &error, label, rows[row].reason);
  molt_pack_failure(pack, label, &error, "%s%s%s", rows[row].before, label->name, rows[row].after);
  free(details.bytes);
  return error.code;
}
