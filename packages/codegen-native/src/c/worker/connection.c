/*
 * What arrives on a connection: bytes to frames to messages, by whoever holds it.
 *
 * States: GREETING (HELLO awaited) -> OPEN -> DRAINING (GOAWAY sent) -> CLOSING (last bytes leave) -> CLOSED; any may go to CLOSING or
 * CLOSED. Whatever breaks the protocol is answered once and closes the connection; nothing a peer sends ends the worker. Lengths are
 * compared with the limits before room is made for them.
 */
#define _GNU_SOURCE
#include "worker.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

/* Room for what arrives at once; more is made when it is used up. */
enum { FIRST_ROOM = 16384, MOST_ROOM = 262144 };
/* Messages of a connection that may be unfinished at once. */
enum { MOST_UNFINISHED = 1024 };

#define SECOND_NS UINT64_C(1000000000)
#define HANDSHAKE_NS (5 * SECOND_NS)
#define GOODBYE_NS (1 * SECOND_NS)

Connection *connection_new(int fd) {
  Connection *connection = calloc(1, sizeof *connection);
  if (connection == NULL) return NULL;
  connection->fd = fd;
  connection->references = 1;
  connection->hold = 1;
  connection->max_frame = MOLT_MAX_FRAME;
  connection->max_message = MOLT_MAX_MESSAGE;
  connection->time_limit_ns = molt_now_ns() + HANDSHAKE_NS;
  connection->credit = settings.slots + settings.queue;
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

/* --- ending --- */

void connection_close(Connection *connection) {
  if (connection->state >= CLOSING) return;
  connection->state = CLOSING;
  __atomic_store_n(&connection->time_limit_ns, molt_now_ns() + GOODBYE_NS, __ATOMIC_RELAXED);
}

void connection_refuse(Connection *connection, uint16_t code, const char *message) {
  MoltPack pack = {0};
  molt_pack_plain_error(&pack, code, message);
  connection_send_pack(connection, connection->state == GREETING ? MOLT_HELLO_ERR : MOLT_ERROR, 0, &pack);
  pool_cancel_all(connection, "disconnect");
  connection_close(connection);
}

void connection_refusef(Connection *connection, uint16_t code, const char *format, ...) {
  char message[200];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  connection_refuse(connection, code, message);
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
  int more = (flags & MOLT_MORE) != 0;
  Part **link = &connection->parts;
  uint32_t unfinished = 0;
  for (; *link != NULL && (*link)->call_id != call_id; unfinished++) link = &(*link)->next;
  Part *part = *link;
  /* Control frames of the same call may come in between. */
  if (kind != MOLT_CALL || (part == NULL && !more)) return connection_take_message(connection, kind, call_id, payload, length);
  if (connection->state == GREETING) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "CALL before HELLO");
  if (more && length == 0) return connection_refuse(connection, MOLT_PROTOCOL_ERROR, "an empty frame that goes on");
  if (connection->held + length > connection->max_message) return connection_refusef(connection, MOLT_FRAME_TOO_LARGE, "unfinished messages exceed the limit of %u bytes", connection->max_message);
  if (part == NULL) {
    if (unfinished >= MOST_UNFINISHED) return connection_refuse(connection, MOLT_FRAME_TOO_LARGE, "too many unfinished messages");
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

const char *connection_kind_name(uint8_t kind) {
  static const struct {
    uint8_t kind;
    const char *name;
  } rows[] = {
      {MOLT_HELLO, "HELLO"},   {MOLT_HELLO_OK, "HELLO_OK"}, {MOLT_HELLO_ERR, "HELLO_ERR"}, {MOLT_EXPORTS, "EXPORTS"},   {MOLT_CALL, "CALL"},
      {MOLT_RESULT, "RESULT"}, {MOLT_ERROR, "ERROR"},       {MOLT_CANCEL, "CANCEL"},       {MOLT_CHUNK, "CHUNK"},       {MOLT_PROGRESS, "PROGRESS"},
      {MOLT_CREDIT, "CREDIT"}, {MOLT_PING, "PING"},         {MOLT_PONG, "PONG"},           {MOLT_GOAWAY, "GOAWAY"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (rows[i].kind == kind) return rows[i].name;
  }
  return NULL;
}

/* Checks a header and refuses what is wrong with it; 0, or -1 when the connection is over. `*known` tells frames to handle from frames to skip. */
static int check_header(Connection *connection, const uint8_t *at, int *known) {
  uint8_t kind = at[4], flags = at[5];
  uint32_t length = molt_get32(at);
  const char *name = connection_kind_name(kind);
  int end = flags & (MOLT_MORE | MOLT_END);
  int may_go_on = kind == MOLT_CALL || kind == MOLT_CHUNK;
  int from_server = kind == MOLT_HELLO_OK || kind == MOLT_HELLO_ERR || kind == MOLT_EXPORTS || kind == MOLT_RESULT || kind == MOLT_PROGRESS || kind == MOLT_GOAWAY;
  *known = name != NULL;
  if (molt_get16(at + 6) != 0) connection_refuse(connection, MOLT_PROTOCOL_ERROR, "reserved bytes of a frame header are not zero");
  else if (length > connection->max_frame) connection_refusef(connection, MOLT_FRAME_TOO_LARGE, "a frame of %u bytes exceeds the limit of %u", length, connection->max_frame);
  else if (name == NULL && !(flags & MOLT_IGNORABLE)) connection_refusef(connection, MOLT_PROTOCOL_ERROR, "unknown frame kind %u", kind);
  else if (name == NULL) return 0;
  else if (from_server) connection_refusef(connection, MOLT_PROTOCOL_ERROR, "a client may not send %s", name);
  else if (flags & MOLT_SHM) connection_refuse(connection, MOLT_PROTOCOL_ERROR, "shared memory is not part of this version");
  else if (end != MOLT_END && !(may_go_on && end == MOLT_MORE)) {
    connection_refusef(connection, MOLT_PROTOCOL_ERROR, "%s with flags 0x%x: exactly one of MORE and END is needed, MORE only where a kind spans", name, flags);
  } else return 0;
  return -1;
}

int connection_has_frame(const Connection *connection) {
  uint32_t left = connection->in_length - connection->in_taken;
  return connection->preface_read && left >= MOLT_HEADER && left - MOLT_HEADER >= molt_get32(connection->in + connection->in_taken);
}

static void take_preface(Connection *connection, const uint8_t *at) {
  connection->preface_read = 1;
  connection->in_taken += MOLT_PREFACE;
  if (memcmp(at, "MIP1", 4) != 0) connection_refuse(connection, MOLT_PROTOCOL_ERROR, "the peer does not speak MIP: the stream does not begin with MIP1");
  else if (at[4] != 1) connection_refusef(connection, MOLT_VERSION_UNSUPPORTED, "the peer speaks MIP version %u.%u, this side speaks 1.0", at[4], at[5]);
  else if (at[6] != 0 || at[7] != 0) connection_refuse(connection, MOLT_PROTOCOL_ERROR, "reserved bytes of the preface are not zero");
}

void connection_take_frames(Connection *connection) {
  while (connection->state < CLOSING && connection->mine == NULL) {
    const uint8_t *unit = connection->in + connection->in_taken;
    uint32_t left = connection->in_length - connection->in_taken;
    if (!connection->preface_read) {
      if (left < MOLT_PREFACE) return;
      take_preface(connection, unit);
      continue;
    }
    if (left < MOLT_HEADER) return;
    uint32_t length = molt_get32(unit);
    int known = 0;
    if (check_header(connection, unit, &known) != 0) return;
    if (left - MOLT_HEADER < length) return;
    connection->in_taken += MOLT_HEADER + length;
    if (known) take_frame(connection, unit[4], unit[5], molt_get64(unit + 8), unit + MOLT_HEADER, length);
  }
}

/* Makes room behind what is not handled; -1 without memory. */
static int make_room(Connection *connection) {
  uint32_t left = connection->in_length - connection->in_taken;
  if (connection->in_taken != 0) {
    if (left != 0) memmove(connection->in, connection->in + connection->in_taken, left);
    connection->in_length = left;
    connection->in_taken = 0;
  }
  /* A frame that has begun must fit; then what comes may be twice of what came. */
  uint32_t need = left == 0 ? FIRST_ROOM : left + FIRST_ROOM / 2;
  if (left >= MOLT_HEADER && connection->preface_read) {
    uint32_t length = molt_get32(connection->in);
    if (length <= connection->max_frame && MOLT_HEADER + length > need) need = MOLT_HEADER + length;
  }
  if (connection->in_room >= need && !(left == 0 && connection->in_room > MOST_ROOM)) return 0;
  if (left == 0) {
    free(connection->in);
    connection->in = NULL;
  }
  uint32_t room = need > 2 * connection->in_room || left == 0 ? need : 2 * connection->in_room;
  uint8_t *in = realloc(connection->in, room);
  if (in == NULL) return -1;
  connection->in = in;
  connection->in_room = room;
  return 0;
}

uint32_t connection_read(Connection *connection) {
  for (;;) {
    if (make_room(connection) != 0) {
      connection->state = CLOSED;
      return 0;
    }
    ssize_t count = recv(connection->fd, connection->in + connection->in_length, connection->in_room - connection->in_length, MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
    if (count <= 0) {
      connection->state = CLOSED;
      return 0;
    }
    /* A connection that is closing reads on so that its last words arrive, but no longer listens. */
    if (connection->state >= CLOSING) connection->in_length = connection->in_taken = 0;
    else connection->in_length += (uint32_t)count;
    return (uint32_t)count;
  }
}
