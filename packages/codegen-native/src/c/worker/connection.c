/*
 * The server's side of one connection: bytes to frames to messages to calls, and back.
 *
 * States: GREETING (HELLO awaited) -> OPEN -> DRAINING (GOAWAY sent) -> CLOSING (last bytes leave) -> CLOSED; any may go to CLOSING or
 * CLOSED. Whatever breaks the protocol is answered once and closes the connection; nothing a peer sends ends the worker. Lengths are
 * compared with the limits before room is made for them.
 */
#define _GNU_SOURCE
#include "worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FLAG_MORE = 1, FLAG_END = 2, FLAG_IGNORABLE = 4, FLAG_SHM = 8 };
enum { READ_CHUNK = 65536 };

#define SECOND_NS UINT64_C(1000000000)
#define HANDSHAKE_NS (5 * SECOND_NS)
#define GOODBYE_NS (1 * SECOND_NS)

Connection *connection_new(int fd) {
  Connection *connection = calloc(1, sizeof *connection);
  if (connection == NULL) return NULL;
  connection->fd = fd;
  connection->references = 1;
  connection->max_frame = MOLT_MAX_FRAME;
  connection->max_message = MOLT_MAX_MESSAGE;
  connection->time_limit_ns = molt_now_ns() + HANDSHAKE_NS;
  pthread_mutex_init(&connection->lock, NULL);
  return connection;
}

void connection_release(Connection *connection) {
  if (__atomic_sub_fetch(&connection->references, 1, __ATOMIC_ACQ_REL) != 0) return;
  for (Part *part = connection->parts, *next; part != NULL; part = next) {
    next = part->next;
    free(part->bytes);
    free(part);
  }
  free(connection->in);
  free(connection->out);
  pthread_mutex_destroy(&connection->lock);
  free(connection);
}

/* --- sending --- */

/* Appends to what waits; the lock is held. */
static void keep(Connection *connection, const uint8_t *bytes, size_t length) {
  if (connection->out_sent != 0) {
    memmove(connection->out, connection->out + connection->out_sent, connection->out_length - connection->out_sent);
    connection->out_length -= connection->out_sent;
    connection->out_sent = 0;
  }
  size_t need = connection->out_length + length;
  /* Whoever lets that much pile up does not read its answers. */
  if (need > MOLT_MAX_UNSENT) {
    connection->unwritable = 1;
    return;
  }
  if (need > connection->out_room) {
    size_t room = need * 2;
    uint8_t *out = realloc(connection->out, room);
    if (out == NULL) {
      connection->unwritable = 1;
      return;
    }
    connection->out = out;
    connection->out_room = room;
  }
  memcpy(connection->out + connection->out_length, bytes, length);
  connection->out_length = need;
}

/* Sends at once what the socket takes and keeps the rest. */
static void transmit(Connection *connection, const uint8_t *bytes, size_t length) {
  static const uint8_t preface[MOLT_PREFACE] = {'M', 'I', 'P', '1', 1, 0, 0, 0};
  pthread_mutex_lock(&connection->lock);
  if (!connection->preface_sent) {
    connection->preface_sent = 1;
    keep(connection, preface, sizeof preface);
  }
  size_t sent = 0;
  if (!connection->unwritable && connection->out_length == connection->out_sent) {
    while (sent < length) {
      ssize_t count = send(connection->fd, bytes + sent, length - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count > 0) sent += (size_t)count;
      else if (count < 0 && errno == EINTR) continue;
      else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
      else {
        connection->unwritable = 1;
        break;
      }
    }
  }
  if (!connection->unwritable && sent < length) keep(connection, bytes + sent, length - sent);
  int wake = connection->unwritable || connection->out_length != connection->out_sent;
  pthread_mutex_unlock(&connection->lock);
  if (wake) worker_wake();
}

int connection_flush(Connection *connection) {
  pthread_mutex_lock(&connection->lock);
  while (!connection->unwritable && connection->out_sent < connection->out_length) {
    ssize_t count = send(connection->fd, connection->out + connection->out_sent, connection->out_length - connection->out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) connection->out_sent += (size_t)count;
    else if (count < 0 && errno == EINTR) continue;
    else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    else connection->unwritable = 1;
  }
  int waits = !connection->unwritable && connection->out_sent < connection->out_length;
  int lost = connection->unwritable;
  pthread_mutex_unlock(&connection->lock);
  if (lost) connection->state = CLOSED;
  return waits;
}

int connection_wants_write(Connection *connection) {
  pthread_mutex_lock(&connection->lock);
  int wants = connection->unwritable || connection->out_sent < connection->out_length;
  pthread_mutex_unlock(&connection->lock);
  return wants;
}

static void put_header(uint8_t *at, uint32_t length, uint8_t kind, uint8_t flags, uint64_t call_id) {
  molt_put32(at, length);
  at[4] = kind;
  at[5] = flags;
  at[6] = at[7] = 0;
  molt_put32(at + 8, (uint32_t)call_id);
  molt_put32(at + 12, (uint32_t)(call_id >> 32));
}

void connection_send_in_place(Connection *connection, uint8_t kind, uint64_t call_id, uint8_t *framed, uint32_t length) {
  if (length <= connection->max_frame) {
    put_header(framed, length, kind, FLAG_END, call_id);
    transmit(connection, framed, MOLT_HEADER + (size_t)length);
    return;
  }
  connection_send(connection, kind, call_id, framed + MOLT_HEADER, length);
}

void connection_send(Connection *connection, uint8_t kind, uint64_t call_id, const uint8_t *payload, uint32_t length) {
  uint32_t max_frame = connection->max_frame;
  uint32_t frames = length == 0 ? 1 : (length + max_frame - 1) / max_frame;
  uint8_t *bytes = malloc((size_t)length + (size_t)frames * MOLT_HEADER);
  if (bytes == NULL) {
    pthread_mutex_lock(&connection->lock);
    connection->unwritable = 1;
    pthread_mutex_unlock(&connection->lock);
    worker_wake();
    return;
  }
  uint8_t *at = bytes;
  for (uint32_t sent = 0, i = 0; i < frames; i++) {
    uint32_t part = length - sent < max_frame ? length - sent : max_frame;
    put_header(at, part, kind, i + 1 == frames ? FLAG_END : FLAG_MORE, call_id);
    memcpy(at + MOLT_HEADER, payload + sent, part);
    at += MOLT_HEADER + part;
    sent += part;
  }
  transmit(connection, bytes, (size_t)(at - bytes));
  free(bytes);
}

void connection_send_pack(Connection *connection, uint8_t kind, uint64_t call_id, MoltPack *pack) {
  if (!pack->failed) connection_send(connection, kind, call_id, pack->bytes, pack->length);
  free(pack->bytes);
}

void connection_send_error(Connection *connection, uint64_t call_id, const MoltError *error) {
  MoltPack pack = {0};
  molt_pack_error(&pack, error);
  connection_send_pack(connection, MOLT_ERROR, call_id, &pack);
}

void connection_send_plain_error(Connection *connection, uint64_t call_id, uint16_t code, const char *message, uint32_t after_ms) {
  MoltError error = {.code = code, .executed = -1, .after_ms = after_ms, .message = message, .message_length = strlen(message)};
  connection_send_error(connection, call_id, &error);
}

/* --- ending --- */

void connection_close(Connection *connection) {
  if (connection->state >= CLOSING) return;
  connection->state = CLOSING;
  connection->time_limit_ns = molt_now_ns() + GOODBYE_NS;
}

void connection_refuse(Connection *connection, uint16_t code, const char *message) {
  MoltPack pack = {0};
  molt_pack_plain_error(&pack, code, message);
  connection_send_pack(connection, connection->state == GREETING ? MOLT_HELLO_ERR : MOLT_ERROR, 0, &pack);
  pool_cancel_all(connection, "disconnect", MOLT_TRAP_DISCONNECT);
  connection_close(connection);
}

void connection_drain(Connection *connection, uint32_t drain_ms) {
  if (connection->state == GREETING) connection_close(connection);
  if (connection->state != OPEN) return;
  connection->state = DRAINING;
  MoltPack pack = {0};
  molt_pack_map(&pack, 2);
  molt_pack_string(&pack, "last");
  molt_pack_uint(&pack, connection->last_id);
  molt_pack_string(&pack, "drain_ms");
  molt_pack_uint(&pack, drain_ms);
  connection_send_pack(connection, MOLT_GOAWAY, 0, &pack);
}

/* --- frames --- */

/* Joins the frames of a message that spans several. */
static void take_frame(Connection *connection, uint8_t kind, uint8_t flags, uint64_t call_id, const uint8_t *payload, uint32_t length) {
  int more = (flags & FLAG_MORE) != 0;
  Part **link = &connection->parts;
  while (*link != NULL && (*link)->call_id != call_id) link = &(*link)->next;
  Part *part = *link;
  /* Control frames of the same call may come in between. */
  if (kind != MOLT_CALL || (part == NULL && !more)) return connection_take_message(connection, kind, call_id, payload, length);
  if (connection->state == GREETING) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "a frame before HELLO");
  if (more && length == 0) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "an empty frame that goes on");
  if (connection->held + length > connection->max_message) return connection_refuse(connection, MOLT_FRAME_TOO_LARGE, "unfinished messages exceed the agreed size");
  if (part == NULL) {
    part = calloc(1, sizeof *part);
    if (part == NULL) return connection_refuse(connection, MOLT_FRAME_TOO_LARGE, "the worker has no memory for the message");
    part->call_id = call_id;
    part->next = connection->parts;
    connection->parts = part;
    link = &connection->parts;
  }
  uint32_t need = part->length + length;
  if (need > part->room) {
    uint32_t room = need > connection->max_message / 2 ? connection->max_message : 2 * need;
    uint8_t *bytes = realloc(part->bytes, room);
    if (bytes == NULL) return connection_refuse(connection, MOLT_FRAME_TOO_LARGE, "the worker has no memory for the message");
    part->bytes = bytes;
    part->room = room;
  }
  if (length != 0) memcpy(part->bytes + part->length, payload, length);
  part->length = need;
  connection->held += length;
  if (more) return;
  *link = part->next;
  connection->held -= part->length;
  connection_take_message(connection, kind, call_id, part->bytes, part->length);
  free(part->bytes);
  free(part);
}

/* Checks a header; NULL, or what is wrong with it. `*known` tells frames to handle from frames to skip. */
static const char *check_header(const uint8_t *at, int *known) {
  uint8_t kind = at[4], flags = at[5];
  if (molt_get16(at + 6) != 0) return "reserved bytes of a frame header are not zero";
  int from_client = kind == MOLT_HELLO || kind == MOLT_CALL || kind == MOLT_ERROR || kind == MOLT_CANCEL || kind == MOLT_PING || kind == MOLT_PONG;
  int from_server = kind == MOLT_HELLO_OK || kind == MOLT_HELLO_ERR || kind == MOLT_EXPORTS || kind == MOLT_RESULT || kind == 0x20 || kind == MOLT_GOAWAY;
  *known = from_client;
  if (from_server) return "a client may not send this kind of frame";
  if (!from_client) return flags & FLAG_IGNORABLE ? NULL : "unknown kind of frame";
  if (flags & FLAG_SHM) return "shared memory is not part of this version";
  int end = flags & (FLAG_MORE | FLAG_END);
  if (end != FLAG_END && !(kind == MOLT_CALL && end == FLAG_MORE)) return "exactly one of MORE and END is needed, MORE only where a kind spans";
  return NULL;
}

/* Handles the complete units at the beginning of what arrived; returns how many bytes that were. */
static uint32_t take_units(Connection *connection) {
  uint32_t at = 0;
  while (connection->state < CLOSING) {
    const uint8_t *unit = connection->in + at;
    uint32_t left = connection->in_length - at;
    if (!connection->preface_read) {
      if (left < MOLT_PREFACE) break;
      if (memcmp(unit, "MIP1", 4) != 0) connection_refuse(connection, MOLT_PROTOCOL_ERROR, "the peer does not speak MIP: the stream does not begin with MIP1");
      else if (unit[4] != 1) connection_refuse(connection, MOLT_VERSION_UNSUPPORTED, "this side speaks MIP version 1.0");
      else if (unit[6] != 0 || unit[7] != 0) connection_refuse(connection, MOLT_PROTOCOL_ERROR, "reserved bytes of the preface are not zero");
      connection->preface_read = 1;
      at += MOLT_PREFACE;
      continue;
    }
    if (left < MOLT_HEADER) break;
    uint32_t length = molt_get32(unit);
    int known = 0;
    const char *wrong = check_header(unit, &known);
    if (wrong != NULL) {
      connection_refuse(connection, MOLT_PROTOCOL_ERROR, wrong);
      break;
    }
    if (length > connection->max_frame) {
      connection_refuse(connection, MOLT_FRAME_TOO_LARGE, "a frame exceeds the agreed size");
      break;
    }
    if (left - MOLT_HEADER < length) break;
    if (known) take_frame(connection, unit[4], unit[5], molt_get64(unit + 8), unit + MOLT_HEADER, length);
    at += MOLT_HEADER + length;
  }
  return at;
}

void connection_read(Connection *connection) {
  /* One loud client must not keep the others waiting. */
  for (int turns = 0; turns < 16; turns++) {
    if (connection->in_room - connection->in_length < READ_CHUNK) {
      /* At most one frame is unfinished, and no frame is larger than the limit. */
      uint32_t room = connection->in_length + 2 * READ_CHUNK;
      uint8_t *in = realloc(connection->in, room);
      if (in == NULL) {
        connection->state = CLOSED;
        return;
      }
      connection->in = in;
      connection->in_room = room;
    }
    ssize_t count = recv(connection->fd, connection->in + connection->in_length, READ_CHUNK, MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (count <= 0) {
      connection->state = CLOSED;
      return;
    }
    /* A connection that is closing reads on so that its last words arrive, but no longer listens. */
    if (connection->state >= CLOSING) continue;
    connection->in_length += (uint32_t)count;
    uint32_t taken = take_units(connection);
    memmove(connection->in, connection->in + taken, connection->in_length - taken);
    connection->in_length -= taken;
    if (count < READ_CHUNK) return;
  }
}
