/* The handshake: what a client says first, checked, and what the worker answers. */
#include "worker.h"

#include <stdio.h>
#include <unistd.h>

enum { MIN_FRAME = 4096, MAX_FRAME = 16 * 1024 * 1024, MAX_MESSAGE = 256 * 1024 * 1024 };

typedef struct {
  uint64_t min, max, max_frame, max_message;
  int seen;
  int msgpack;
} Hello;

int molt_is_text(const char *text, uint32_t length, const char *word) { return length == strlen(word) && memcmp(text, word, length) == 0; }

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
      if (molt_is_text(keys[i].text, keys[i].length, names[k])) known = k;
    }
    if (known >= 0) {
      if (molt_read_uint(&reader, values[known]) != 0) return -1;
      hello->seen |= 1 << known;
    } else if (molt_is_text(keys[i].text, keys[i].length, "codecs")) {
      uint32_t codecs;
      if (molt_read_array(&reader, &codecs) != 0) return -1;
      for (uint32_t k = 0; k < codecs; k++) {
        const char *text;
        uint32_t text_length;
        if (molt_read_text(&reader, &text, &text_length) != 0) return -1;
        if (molt_is_text(text, text_length, "msgpack")) hello->msgpack = 1;
      }
    } else if (molt_read_skip(&reader, 7) != 0) {
      return -1;
    }
  }
  return reader.at == reader.end ? 0 : -1;
}

void connection_greet(Connection *connection, const uint8_t *payload, uint32_t length) {
  Hello hello = {0};
  if (connection->state != GREETING) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "a second HELLO");
  if (read_hello(payload, length, &hello) != 0) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "HELLO is not a map");
  if (hello.seen != 15 || hello.min > hello.max || hello.max > 255 || hello.max_frame < MIN_FRAME || hello.max_frame > MAX_FRAME ||
      hello.max_message < hello.max_frame || hello.max_message > MAX_MESSAGE) {
    return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "HELLO lacks min, max, max_frame or max_message");
  }
  if (!hello.msgpack) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "HELLO does not offer the codec msgpack");
  if (hello.min > 0) {
    char message[100];
    snprintf(message, sizeof message, "the client speaks MIP 1.%u to 1.%u, this worker 1.0", (unsigned)hello.min, (unsigned)hello.max);
    return connection_refuse(connection, MOLT_VERSION_UNSUPPORTED, message);
  }
  if (hello.max_frame < connection->max_frame) connection->max_frame = (uint32_t)hello.max_frame;
  if (hello.max_message < connection->max_message) connection->max_message = (uint32_t)hello.max_message;
  connection->state = OPEN;
  __atomic_store_n(&connection->time_limit_ns, 0, __ATOMIC_RELAXED);
  MoltPack pack = {0};
  molt_pack_map(&pack, 12);
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
  molt_pack_uint(&pack, connection->credit);
  molt_pack_string(&pack, "window");
  molt_pack_uint(&pack, MOLT_WINDOW);
  molt_pack_string(&pack, "slots");
  molt_pack_uint(&pack, settings.slots);
  molt_pack_string(&pack, "exports_digest");
  molt_pack_string(&pack, molt_service.digest);
  connection_send_pack(connection, MOLT_HELLO_OK, 0, &pack);
  connection_send(connection, MOLT_EXPORTS, 0, (const uint8_t *)molt_service.exports_payload, molt_service.exports_length);
}
