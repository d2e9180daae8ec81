/* Errors of the protocol's table and their encoding: fixed struct, then MessagePack [name, message, hint, details]. */
#include "service.h"

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
    {MOLT_INTERNAL, MOLT_EXECUTED_MAYBE, NEVER, "INTERNAL"},
};

/* No text of an error is longer than this on the wire. */
#define MAX_TEXT 8192

/* Cuts a text at a whole UTF-8 character. */
static size_t cut(const char *text, size_t length) {
  if (length <= MAX_TEXT) return length;
  size_t end = MAX_TEXT;
  while (end > 0 && ((uint8_t)text[end] & 0xc0) == 0x80) end--;
  return end;
}

void molt_pack_error(MoltPack *pack, const MoltError *error) {
  size_t row = 0;
  while (row < sizeof TABLE / sizeof TABLE[0] - 1 && TABLE[row].code != error->code) row++;
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
  molt_pack_text(pack, error->message, cut(error->message, error->message_length));
  molt_pack_string(pack, error->hint == NULL ? "" : error->hint);
  if (error->details_length == 0) molt_pack_map(pack, 0);
  else molt_pack_raw(pack, error->details, error->details_length);
}

void molt_pack_plain_error(MoltPack *pack, uint16_t code, const char *message) {
  MoltError error = {.code = code, .executed = -1, .message = message, .message_length = strlen(message)};
  molt_pack_error(pack, &error);
}
