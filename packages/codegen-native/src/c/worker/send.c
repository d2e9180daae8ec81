/*
 * What leaves on a connection: messages to frames to bytes, from any thread.
 *
 * A thread sends what the socket takes at once and keeps the rest, which leaves when the socket can be written. Whoever reads a batch of
 * calls keeps its own answers back (`cork`) until the batch is done, so that they leave together.
 */
#define _GNU_SOURCE
#include "worker.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

static const uint8_t PREFACE[MOLT_PREFACE] = {'M', 'I', 'P', '1', 1, 0, 0, 0};

/* Appends to what waits; the lock is held. */
static void keep(Connection *connection, const uint8_t *bytes, size_t length) {
  if (connection->unwritable || length == 0) return;
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

/* Sends up to two pieces; returns how many bytes left. The lock is held. */
static size_t push(Connection *connection, const uint8_t *first, size_t first_length, const uint8_t *second, size_t second_length) {
  size_t sent = 0, total = first_length + second_length;
  while (sent < total) {
    struct iovec pieces[2];
    struct msghdr message = {.msg_iov = pieces};
    if (sent < first_length) pieces[message.msg_iovlen++] = (struct iovec){(void *)(first + sent), first_length - sent};
    size_t behind = sent > first_length ? sent - first_length : 0;
    if (behind < second_length) pieces[message.msg_iovlen++] = (struct iovec){(void *)(second + behind), second_length - behind};
    ssize_t count = sendmsg(connection->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) sent += (size_t)count;
    else if (count < 0 && errno == EINTR) continue;
    else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    else {
      connection->unwritable = 1;
      break;
    }
  }
  return sent;
}

/* Sends two pieces that belong together, behind what waits. */
static void transmit(Connection *connection, const uint8_t *first, size_t first_length, const uint8_t *second, size_t second_length, int cork) {
  pthread_mutex_lock(&connection->lock);
  if (!connection->preface_sent) {
    connection->preface_sent = 1;
    keep(connection, PREFACE, sizeof PREFACE);
  }
  size_t sent = 0;
  int waits = connection->out_length != connection->out_sent;
  if (!cork && !waits && !connection->unwritable) sent = push(connection, first, first_length, second, second_length);
  if (sent < first_length) keep(connection, first + sent, first_length - sent);
  size_t behind = sent > first_length ? sent - first_length : 0;
  keep(connection, second + behind, second_length - behind);
  if (!cork && waits && !connection->unwritable) connection->out_sent += push(connection, connection->out + connection->out_sent, connection->out_length - connection->out_sent, NULL, 0);
  int attend = !cork && (connection->unwritable || connection->out_length != connection->out_sent);
  pthread_mutex_unlock(&connection->lock);
  if (attend) reactor_attend(connection);
}

int connection_flush(Connection *connection) {
  pthread_mutex_lock(&connection->lock);
  if (!connection->unwritable && connection->out_sent < connection->out_length) {
    connection->out_sent += push(connection, connection->out + connection->out_sent, connection->out_length - connection->out_sent, NULL, 0);
  }
  int waits = !connection->unwritable && connection->out_sent < connection->out_length;
  int lost = connection->unwritable;
  /* One large answer must not hold its memory for ever. */
  if (!waits && connection->out_room > (1 << 20)) {
    free(connection->out);
    connection->out = NULL;
    connection->out_length = connection->out_sent = connection->out_room = 0;
  }
  pthread_mutex_unlock(&connection->lock);
  if (lost) connection->state = CLOSED;
  return waits;
}

size_t connection_unsent(Connection *connection) {
  pthread_mutex_lock(&connection->lock);
  size_t unsent = connection->out_length - connection->out_sent;
  pthread_mutex_unlock(&connection->lock);
  return unsent;
}

static void put_header(uint8_t *at, uint32_t length, uint8_t kind, uint8_t flags, uint64_t call_id) {
  molt_put32(at, length);
  at[4] = kind;
  at[5] = flags;
  at[6] = at[7] = 0;
  molt_put32(at + 8, (uint32_t)call_id);
  molt_put32(at + 12, (uint32_t)(call_id >> 32));
}

/* Nothing can be sent any more: the peer would wait for the rest of a message. */
static void give_up(Connection *connection) {
  pthread_mutex_lock(&connection->lock);
  connection->unwritable = 1;
  pthread_mutex_unlock(&connection->lock);
  reactor_attend(connection);
}

/* Sends a message whose payload is a head and a body. */
static void send_message(Connection *connection, uint8_t kind, uint64_t call_id, const uint8_t *head, uint32_t head_length, const uint8_t *body, uint32_t body_length, int cork) {
  uint32_t max_frame = connection->max_frame;
  uint64_t length = (uint64_t)head_length + body_length;
  if (length <= max_frame) {
    uint8_t first[MOLT_HEADER + MOLT_RESULT_HEAD];
    put_header(first, (uint32_t)length, kind, MOLT_END, call_id);
    if (head_length != 0) memcpy(first + MOLT_HEADER, head, head_length);
    return transmit(connection, first, MOLT_HEADER + head_length, body, body_length, cork);
  }
  uint64_t frames = (length + max_frame - 1) / max_frame;
  uint8_t *bytes = malloc(length + frames * MOLT_HEADER);
  if (bytes == NULL) return give_up(connection);
  uint8_t *at = bytes;
  uint64_t sent = 0;
  for (uint64_t i = 0; i < frames; i++) {
    uint32_t part = length - sent < max_frame ? (uint32_t)(length - sent) : max_frame;
    put_header(at, part, kind, i + 1 == frames ? MOLT_END : MOLT_MORE, call_id);
    at += MOLT_HEADER;
    /* The head is shorter than any frame. */
    uint32_t from_head = i == 0 ? head_length : 0;
    if (from_head != 0) memcpy(at, head, from_head);
    memcpy(at + from_head, body + (sent + from_head - head_length), part - from_head);
    at += part;
    sent += part;
  }
  transmit(connection, bytes, (size_t)(at - bytes), NULL, 0, cork);
  free(bytes);
}

void connection_send(Connection *connection, uint8_t kind, uint64_t call_id, const uint8_t *payload, uint32_t length) {
  send_message(connection, kind, call_id, NULL, 0, payload, length, 0);
}

void connection_send_result(Connection *connection, uint64_t call_id, const uint8_t head[MOLT_RESULT_HEAD], const uint8_t *body, uint32_t length, int cork) {
  send_message(connection, MOLT_RESULT, call_id, head, MOLT_RESULT_HEAD, body, length, cork);
}

void connection_send_pack(Connection *connection, uint8_t kind, uint64_t call_id, MoltPack *pack) {
  if (pack->failed) give_up(connection);
  else connection_send(connection, kind, call_id, pack->bytes, pack->length);
  free(pack->bytes);
  pack->bytes = NULL;
}

void connection_send_failure(Connection *connection, uint64_t call_id, MoltPack *pack, int cork) {
  molt_shrink_error(pack, connection->max_frame);
  if (pack->failed) give_up(connection);
  else send_message(connection, MOLT_ERROR, call_id, NULL, 0, pack->bytes, pack->length, cork);
  free(pack->bytes);
  pack->bytes = NULL;
}

void connection_send_plain_error(Connection *connection, uint64_t call_id, uint16_t code, const char *message) {
  MoltPack pack = {0};
  molt_pack_plain_error(&pack, code, message);
  connection_send_failure(connection, call_id, &pack, 0);
}
