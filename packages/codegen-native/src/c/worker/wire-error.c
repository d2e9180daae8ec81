/* Errors of the protocol's table and their encoding: fixed struct, then MessagePack [name, message, hint, details]. */
#include "service.h"

#include <stdlib.h>

enum { NEVER, AFTER, ELSEWHERE };

static const struct {
  uint16_t code;
  uint8_t executed;
  uint8_t retry;
  const char *name;
} TABLE[] = {
    {MOLT_PROTOCOL_ERROR, MOLT_EXECUTED_MAYBE, NEVER, "PROTOCOL_ERROR"},
    {MOLT_VERSION_UNSUPPORTED, MOLT_EXECUTED_NO, NEVER, "VERSION_UNSUPPORTED"},
    {MOLT_FRAME_TOO_LARGE, MOLT_EXECUTED_NO, NEVER, "FRAME_TOO_LARGE"},
    {MOLT_UNAUTHORIZED, MOLT_EXECUTED_NO, NEVER, "UNAUTHORIZED"},
    {MOLT_UNKNOWN_EXPORT, MOLT_EXECUTED_NO, NEVER, "UNKNOWN_EXPORT"},
    {MOLT_SCHEMA_MISMATCH, MOLT_EXECUTED_NO, NEVER, "SCHEMA_MISMATCH"},
    {MOLT_INVALID_INPUT, MOLT_EXECUTED_NO, NEVER, "INVALID_INPUT"},
    {MOLT_RESULT_TOO_LARGE, MOLT_EXECUTED_YES, NEVER, "RESULT_TOO_LARGE"},
    {MOLT_BUSY, MOLT_EXECUTED_NO, AFTER, "BUSY"},
    {MOLT_SHED, MOLT_EXECUTED_NO, AFTER, "SHED"},
    {MOLT_DEADLINE_UNMEETABLE, MOLT_EXECUTED_NO, ELSEWHERE, "DEADLINE_UNMEETABLE"},
    {MOLT_DRAINING, MOLT_EXECUTED_NO, ELSEWHERE, "DRAINING"},
    {MOLT_DEADLINE_EXCEEDED, MOLT_EXECUTED_MAYBE, NEVER, "DEADLINE_EXCEEDED"},
    {MOLT_CPU_EXCEEDED, MOLT_EXECUTED_YES, NEVER, "CPU_EXCEEDED"},
    {MOLT_MEMORY_EXCEEDED, MOLT_EXECUTED_YES, NEVER, "MEMORY_EXCEEDED"},
    {MOLT_CANCELLED, MOLT_EXECUTED_MAYBE, NEVER, "CANCELLED"},
    {MOLT_APP_ERROR, MOLT_EXECUTED_YES, NEVER, "APP_ERROR"},
    {MOLT_TRAP_ERROR, MOLT_EXECUTED_YES, NEVER, "TRAP"},
    {MOLT_WORKER_LOST, MOLT_EXECUTED_MAYBE, ELSEWHERE, "WORKER_LOST"},
    {MOLT_INTERNAL, MOLT_EXECUTED_MAYBE, NEVER, "INTERNAL"},
};

/* No text of an error is longer than this on the wire. */
#define MAX_TEXT 8192

/* Cuts a text at a whole UTF-8 character. */
static size_t cut(const char *text, size_t length, size_t most) {
  if (length <= most) return length;
  size_t end = most;
  while (end > 0 && ((uint8_t)text[end] & 0xc0) == 0x80) end--;
  return end;
}

/* The row of a code; that of INTERNAL, the last, for what is not in the table. */
static size_t row_of(uint16_t code) {
  size_t row = 0;
  while (row < sizeof TABLE / sizeof TABLE[0] - 1 && TABLE[row].code != code) row++;
  return row;
}

const char *molt_error_name(uint16_t code) { return TABLE[row_of(code)].name; }

void molt_pack_error(MoltPack *pack, const MoltError *error) {
  size_t row = row_of(error->code);
  uint8_t head[8] = {
      (uint8_t)TABLE[row].code,
      (uint8_t)(TABLE[row].code >> 8),
      error->executed < 0 ? TABLE[row].executed : (uint8_t)error->executed,
      TABLE[row].retry,
      (uint8_t)error->after_ms,
      (uint8_t)(error->after_ms >> 8),
      (uint8_t)(error->after_ms >> 16),
      (uint8_t)(error->after_ms >> 24),
  };
  molt_pack_raw(pack, head, sizeof head);
  molt_pack_array(pack, 4);
  molt_pack_string(pack, TABLE[row].name);
  molt_pack_text(pack, error->message, cut(error->message, error->message_length, MAX_TEXT));
  const char *hint = error->hint == NULL ? "" : error->hint;
  molt_pack_text(pack, hint, cut(hint, strlen(hint), MAX_TEXT));
  if (error->details_length == 0) molt_pack_map(pack, 0);
  else molt_pack_raw(pack, error->details, error->details_length);
}

void molt_pack_plain_error(MoltPack *pack, uint16_t code, const char *message) {
  MoltError error = {.code = code, .executed = -1, .message = message, .message_length = strlen(message)};
  molt_pack_error(pack, &error);
}

void molt_shrink_error(MoltPack *pack, uint32_t most) {
  enum { HEAD = 8 };
  if (pack->failed || pack->length <= most) return;
  MoltReader reader = {pack->bytes + HEAD, pack->bytes + pack->length};
  const char *texts[3];
  uint32_t lengths[3], count;
  if (molt_read_array(&reader, &count) != 0) return;
  for (int i = 0; i < 3; i++) {
    if (molt_read_text(&reader, &texts[i], &lengths[i]) != 0) return;
  }
  /* Three texts of that length, and a name, fit into the smallest frame. */
  size_t room = (most - HEAD - 100) / 4;
  MoltPack smaller = {0};
  molt_pack_raw(&smaller, pack->bytes, HEAD);
  molt_pack_array(&smaller, 4);
  for (int i = 0; i < 3; i++) molt_pack_text(&smaller, texts[i], cut(texts[i], lengths[i], room < MAX_TEXT ? room : MAX_TEXT));
  molt_pack_map(&smaller, 0);
  free(pack->bytes);
  *pack = smaller;
}
