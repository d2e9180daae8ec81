/*
 * MessagePack for control payloads: a growing writer, and a reader that takes shortest forms only and never looks beyond its end.
 */
#include "service.h"

#include <stdlib.h>

static uint8_t *grow(MoltPack *pack, size_t more) {
  size_t need = pack->length + more;
  if (pack->failed || need > UINT32_MAX / 2) {
    pack->failed = 1;
    return NULL;
  }
  if (need > pack->room) {
    size_t room = pack->room * 2 > need ? pack->room * 2 : need + 64;
    uint8_t *bytes = realloc(pack->bytes, room);
    if (bytes == NULL) {
      pack->failed = 1;
      return NULL;
    }
    pack->bytes = bytes;
    pack->room = (uint32_t)room;
  }
  uint8_t *at = pack->bytes + pack->length;
  pack->length = (uint32_t)need;
  return at;
}

static void put(MoltPack *pack, uint8_t tag, uint64_t value, int bytes) {
  uint8_t *at = grow(pack, 1 + (size_t)bytes);
  if (at == NULL) return;
  *at++ = tag;
  while (bytes-- > 0) *at++ = (uint8_t)(value >> (8 * bytes));
}

void molt_pack_map(MoltPack *pack, uint32_t count) {
  if (count < 16) put(pack, (uint8_t)(0x80 | count), 0, 0);
  else if (count < 65536) put(pack, 0xde, count, 2);
  else put(pack, 0xdf, count, 4);
}

void molt_pack_array(MoltPack *pack, uint32_t count) {
  if (count < 16) put(pack, (uint8_t)(0x90 | count), 0, 0);
  else if (count < 65536) put(pack, 0xdc, count, 2);
  else put(pack, 0xdd, count, 4);
}

void molt_pack_uint(MoltPack *pack, uint64_t value) {
  if (value < 128) put(pack, (uint8_t)value, 0, 0);
  else if (value < 256) put(pack, 0xcc, value, 1);
  else if (value < 65536) put(pack, 0xcd, value, 2);
  else if (value <= UINT32_MAX) put(pack, 0xce, value, 4);
  else put(pack, 0xcf, value, 8);
}

void molt_pack_raw(MoltPack *pack, const uint8_t *bytes, size_t length) {
  uint8_t *at = grow(pack, length);
  if (at != NULL && length != 0) memcpy(at, bytes, length);
}

void molt_pack_text(MoltPack *pack, const char *text, size_t length) {
  if (length < 32) put(pack, (uint8_t)(0xa0 | length), 0, 0);
  else if (length < 256) put(pack, 0xd9, length, 1);
  else if (length < 65536) put(pack, 0xda, length, 2);
  else put(pack, 0xdb, length, 4);
  molt_pack_raw(pack, (const uint8_t *)text, length);
}

void molt_pack_string(MoltPack *pack, const char *text) { molt_pack_text(pack, text, strlen(text)); }

/* --- reading --- */

static int take(MoltReader *reader, int bytes, uint64_t *value) {
  if (reader->end - reader->at < bytes) return -1;
  *value = 0;
  while (bytes-- > 0) *value = *value << 8 | *reader->at++;
  return 0;
}

/* A count behind `tag`, `tag + 1`, ...: sizes double from `first` bytes; `fixed` forms hold up to `small`. */
static int counted(MoltReader *reader, uint8_t fixed, uint8_t small, uint8_t tag, int first, int sizes, uint32_t *count) {
  if (reader->at == reader->end) return -1;
  uint8_t byte = *reader->at;
  if ((byte & (uint8_t)~small) == fixed) {
    reader->at++;
    *count = byte & small;
    return 0;
  }
  if (byte < tag || byte >= tag + sizes) return -1;
  reader->at++;
  int bytes = first << (byte - tag);
  uint64_t value;
  if (take(reader, bytes, &value) != 0) return -1;
  /* The next smaller form would have held it. */
  uint64_t least = byte == tag ? (uint64_t)small + 1 : (uint64_t)1 << (4 * bytes);
  if (value < least) return -1;
  *count = (uint32_t)value;
  return 0;
}

int molt_read_map(MoltReader *reader, uint32_t *count) { return counted(reader, 0x80, 0x0f, 0xde, 2, 2, count); }
int molt_read_array(MoltReader *reader, uint32_t *count) { return counted(reader, 0x90, 0x0f, 0xdc, 2, 2, count); }

int molt_read_uint(MoltReader *reader, uint64_t *value) {
  if (reader->at == reader->end) return -1;
  uint8_t tag = *reader->at;
  if (tag < 128) {
    reader->at++;
    *value = tag;
    return 0;
  }
  if (tag < 0xcc || tag > 0xcf) return -1;
  reader->at++;
  int bytes = 1 << (tag - 0xcc);
  if (take(reader, bytes, value) != 0) return -1;
  return *value < (bytes == 1 ? 128 : (uint64_t)1 << (4 * bytes)) ? -1 : 0;
}

/* Whether bytes are UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
static int is_utf8(const uint8_t *at, const uint8_t *end) {
  while (at < end) {
    uint8_t lead = *at++;
    if (lead < 0x80) continue;
    int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4 || end - at < more) return 0;
    if ((lead == 0xe0 && at[0] < 0xa0) || (lead == 0xed && at[0] > 0x9f) || (lead == 0xf0 && at[0] < 0x90) || (lead == 0xf4 && at[0] > 0x8f)) return 0;
    while (more-- > 0) {
      if ((*at++ & 0xc0) != 0x80) return 0;
    }
  }
  return 1;
}

int molt_read_text(MoltReader *reader, const char **text, uint32_t *length) {
  if (counted(reader, 0xa0, 0x1f, 0xd9, 1, 3, length) != 0) return -1;
  if ((size_t)(reader->end - reader->at) < *length || !is_utf8(reader->at, reader->at + *length)) return -1;
  *text = (const char *)reader->at;
  reader->at += *length;
  return 0;
}

static int skip_bytes(MoltReader *reader, uint64_t count) {
  if ((uint64_t)(reader->end - reader->at) < count) return -1;
  reader->at += count;
  return 0;
}

int molt_read_skip(MoltReader *reader, int depth) {
  if (depth < 0 || reader->at == reader->end) return -1;
  uint8_t tag = *reader->at;
  uint32_t count;
  uint64_t value;
  const char *text;
  if (tag < 0x80 || (tag >= 0xcc && tag <= 0xcf)) return molt_read_uint(reader, &value);
  if (tag >= 0xe0 || tag == 0xc0 || tag == 0xc2 || tag == 0xc3) return skip_bytes(reader, 1);
  if (tag == 0xca || (tag >= 0xd0 && tag <= 0xd3) || tag == 0xcb) {
    int bytes = tag == 0xca ? 4 : tag == 0xcb ? 8 : 1 << (tag - 0xd0);
    return skip_bytes(reader, 1 + (uint64_t)bytes);
  }
  if (tag >= 0xc4 && tag <= 0xc6) {
    reader->at++;
    if (take(reader, 1 << (tag - 0xc4), &value) != 0) return -1;
    return skip_bytes(reader, value);
  }
  if ((tag & 0xe0) == 0xa0 || (tag >= 0xd9 && tag <= 0xdb)) return molt_read_text(reader, &text, &count);
  int is_map = (tag & 0xf0) == 0x80 || tag == 0xde || tag == 0xdf;
  if ((is_map ? molt_read_map(reader, &count) : molt_read_array(reader, &count)) != 0) return -1;
  uint64_t items = is_map ? 2 * (uint64_t)count : count;
  for (uint64_t i = 0; i < items; i++) {
    if (molt_read_skip(reader, depth - 1) != 0) return -1;
  }
  return 0;
}
