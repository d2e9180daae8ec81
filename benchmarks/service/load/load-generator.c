/*
 * Load for one server over a Unix socket or TCP: MIP/1 frames or HTTP/1.1, open or closed loop, one thread.
 *
 *   load-generator --address unix:PATH|tcp:PORT --protocol mip|http --greeting FILE --requests FILE --out FILE
 *     [--connections N] [--depth N] [--rate PER_SECOND] [--seconds S] [--calls N] [--seed N]
 *
 * With --rate calls are sent at times drawn beforehand (a Poisson process), whether or not answers come, and latency counts from the time
 * at which a call should have been sent: a stall of server or generator shows in every call that it delays. Without it each connection
 * keeps --depth calls in flight. REQUESTS holds records of u32 length, u32 flags (1: cancel at once) and the payload of a CALL, or a whole
 * HTTP request. OUT gets 16 bytes per call: microseconds at which it was due, its latency, how late it was sent, and the code of its error
 * (0: answered; HTTP: the status, if not 200). Unanswered calls are counted on standard output.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CONNECTIONS = 512, HEADER = 16, END = 2 };

typedef struct { uint32_t length, flags; uint8_t *bytes; } Request;
typedef struct { uint8_t *bytes; size_t length, room, taken; } Buffer;
typedef struct { uint64_t due, sent; } Due;
typedef struct { uint32_t at, latency, late, code; } Record;

typedef struct {
  int fd;
  Buffer in, out;
  Due *calls;
  uint64_t sent, room, answered;
} Connection;

static Connection connections[MOST_CONNECTIONS];
static int connection_count = 1, depth = 1, http;
static Request *requests;
static uint32_t request_count;
static Record *records;
static uint64_t record_count, record_room, started, total_sent, most_calls = UINT64_MAX, random_state = 88172645463325252u;
static int next_connection;
/* Calls of the open loop over HTTP that wait for a connection. */
static Due *backlog;
static uint64_t backlog_first, backlog_end, backlog_room;

static void fail(const char *what) {
  fprintf(stderr, "load-generator: %s: %s\n", what, errno ? strerror(errno) : "unexpected");
  exit(1);
}

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t draw(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state;
}

static void *grown(void *old, size_t bytes) {
  void *made = realloc(old, bytes);
  if (made == NULL) fail("memory");
  return made;
}

static void append(Buffer *buffer, const void *bytes, size_t length) {
  if (buffer->taken != 0 && buffer->taken == buffer->length) buffer->taken = buffer->length = 0;
  if (buffer->length + length > buffer->room) buffer->bytes = grown(buffer->bytes, buffer->room = 2 * (buffer->length + length));
  memcpy(buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
}

static void put32(uint8_t *at, uint32_t value) { memcpy(at, &value, 4); }
static uint32_t get32(const uint8_t *at) { uint32_t value; memcpy(&value, at, 4); return value; }

static void flush(Connection *c) {
  while (c->out.taken < c->out.length) {
    ssize_t count = send(c->fd, c->out.bytes + c->out.taken, c->out.length - c->out.taken, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) c->out.taken += (size_t)count;
    else if (errno == EAGAIN) return;
    else if (errno != EINTR) fail("send");
  }
}

static void send_frame(Connection *c, uint8_t kind, uint64_t id, const uint8_t *payload, uint32_t length) {
  uint8_t head[HEADER] = {0};
  put32(head, length);
  head[4] = kind;
  head[5] = END;
  memcpy(head + 8, &id, 8);
  append(&c->out, head, sizeof head);
  append(&c->out, payload, length);
}

static void send_call(Connection *c, uint64_t due) {
  static const uint8_t cancel[] = {0x81, 0xa6, 'r', 'e', 'a', 's', 'o', 'n', 0xa4, 'u', 's', 'e', 'r'};
  const Request *request = &requests[draw() % request_count];
  if (c->sent == c->room) c->calls = grown(c->calls, (c->room = 2 * c->room + 1024) * sizeof *c->calls);
  uint64_t now = now_ns();
  c->calls[c->sent++] = (Due){due == 0 ? now : due, now};
  total_sent++;
  if (http) append(&c->out, request->bytes, request->length);
  else {
    uint64_t id = 2 * c->sent - 1;
    send_frame(c, 0x10, id, request->bytes, request->length);
    if (request->flags & 1) send_frame(c, 0x13, id, cancel, sizeof cancel);
  }
  flush(c);
}

static void note(Connection *c, uint64_t index, uint32_t code) {
  if (index >= c->sent || c->calls[index].due == 0) fail("an answer to no call");
  if (record_count == record_room) records = grown(records, (record_room = 2 * record_room + 65536) * sizeof *records);
  Due call = c->calls[index];
  records[record_count++] = (Record){(uint32_t)((call.due - started) / 1000), (uint32_t)((now_ns() - call.due) / 1000), (uint32_t)((call.sent - call.due) / 1000), code};
  c->calls[index].due = 0;
  c->answered++;
}

static int more_to_send(uint64_t stop_at) { return total_sent < most_calls && now_ns() < stop_at; }

/* Takes whole frames; 1 when the handshake's last message was among them. */
static int take_frames(Connection *c, uint64_t *ended) {
  int greeted = 0;
  for (;;) {
    size_t at = c->in.taken, left = c->in.length - at;
    if (left < HEADER) break;
    const uint8_t *head = c->in.bytes + at;
    uint32_t length = get32(head);
    if (left < HEADER + (size_t)length) break;
    uint64_t id;
    memcpy(&id, head + 8, 8);
    if (head[4] == 0x04 && (head[5] & END)) greeted = 1;
    if (head[4] == 0x12 && id == 0) { fprintf(stderr, "load-generator: the server ended the connection: %.*s\n", (int)length - 8, head + HEADER + 8); exit(1); }
    if ((head[4] == 0x11 || head[4] == 0x12) && (head[5] & END)) {
      note(c, (id - 1) / 2, head[4] == 0x11 ? 0 : (uint32_t)(head[HEADER] | head[HEADER + 1] << 8));
      (*ended)++;
    }
    c->in.taken += HEADER + length;
  }
  return greeted;
}

static void take_http(Connection *c, uint64_t *ended) {
  for (;;) {
    uint8_t *begin = c->in.bytes + c->in.taken;
    size_t left = c->in.length - c->in.taken;
    uint8_t *body = left == 0 ? NULL : memmem(begin, left, "\r\n\r\n", 4);
    if (body == NULL) return;
    *body = 0;
    const char *field = strcasestr((char *)begin, "content-length:");
    size_t length = field == NULL ? 0 : strtoul(field + 15, NULL, 10), whole = (size_t)(body + 4 - begin) + length;
    *body = '\r';
    if (field == NULL) fail("an answer without Content-Length");
    if (left < whole) return;
    uint32_t status = (uint32_t)atoi((char *)begin + 9);
    note(c, c->answered, status == 200 ? 0 : status);
    c->in.taken += whole;
    (*ended)++;
  }
}

static int receive(Connection *c, uint64_t *ended) {
  if (c->in.taken != 0) {
    memmove(c->in.bytes, c->in.bytes + c->in.taken, c->in.length - c->in.taken);
    c->in.length -= c->in.taken;
    c->in.taken = 0;
  }
  if (c->in.room < c->in.length + 65536) c->in.bytes = grown(c->in.bytes, c->in.room = 2 * c->in.length + 131072);
  ssize_t count = recv(c->fd, c->in.bytes + c->in.length, c->in.room - c->in.length - 1, MSG_DONTWAIT);
  if (count == 0) { errno = 0; fail("the server closed a connection"); }
  if (count < 0) { if (errno == EAGAIN || errno == EINTR) return 0; fail("recv"); }
  c->in.length += (size_t)count;
  if (!http) return take_frames(c, ended);
  take_http(c, ended);
  return 0;
}

static uint8_t *read_file(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) fail(path);
  fseek(file, 0, SEEK_END);
  *length = (size_t)ftell(file);
  rewind(file);
  uint8_t *bytes = grown(NULL, *length + 1);
  if (fread(bytes, 1, *length, file) != *length) fail(path);
  fclose(file);
  return bytes;
}

static int open_socket(const char *address) {
  int fd;
  if (strncmp(address, "unix:", 5) == 0) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    strncpy(to.sun_path, address + 5, sizeof to.sun_path - 1);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) fail(address);
  } else {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(address + 4)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int yes = 1;
    fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) fail(address);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }
  return fd;
}

/* Sends a call that is due now; over HTTP it waits for a connection that is free. */
static void send_due(uint64_t due) {
  if (!http) {
    send_call(&connections[next_connection++ % connection_count], due);
    return;
  }
  for (int i = 0; i < connection_count; i++) {
    Connection *c = &connections[next_connection++ % connection_count];
    if (c->sent == c->answered) { send_call(c, due); return; }
  }
  if (backlog_end == backlog_room) backlog = grown(backlog, (backlog_room = 2 * backlog_room + 1024) * sizeof *backlog);
  backlog[backlog_end++].due = due;
}

static void wait_for_bytes(uint64_t until_ns) {
  static struct pollfd polled[MOST_CONNECTIONS];
  for (int i = 0; i < connection_count; i++) {
    Connection *c = &connections[i];
    polled[i] = (struct pollfd){.fd = c->fd, .events = (short)(POLLIN | (c->out.taken < c->out.length ? POLLOUT : 0))};
  }
  uint64_t now = now_ns(), wait = until_ns > now ? until_ns - now : 0;
  struct timespec patience = {(time_t)(wait / 1000000000u), (long)(wait % 1000000000u)};
  ppoll(polled, (nfds_t)connection_count, &patience, NULL);
}

int main(int argc, char **argv) {
  const char *address = NULL, *greeting_file = NULL, *requests_file = NULL, *out_file = NULL;
  double rate = 0, seconds = 5;
  for (int i = 1; i + 1 < argc; i += 2) {
    const char *name = argv[i], *value = argv[i + 1];
    if (strcmp(name, "--address") == 0) address = value;
    else if (strcmp(name, "--protocol") == 0) http = strcmp(value, "http") == 0;
    else if (strcmp(name, "--greeting") == 0) greeting_file = value;
    else if (strcmp(name, "--requests") == 0) requests_file = value;
    else if (strcmp(name, "--out") == 0) out_file = value;
    else if (strcmp(name, "--connections") == 0) connection_count = atoi(value);
    else if (strcmp(name, "--depth") == 0) depth = atoi(value);
    else if (strcmp(name, "--rate") == 0) rate = atof(value);
    else if (strcmp(name, "--seconds") == 0) seconds = atof(value);
    else if (strcmp(name, "--calls") == 0) most_calls = strtoull(value, NULL, 10);
    else if (strcmp(name, "--seed") == 0) random_state ^= strtoull(value, NULL, 10) * 0x9e3779b97f4a7c15u;
  }
  if (address == NULL || requests_file == NULL || out_file == NULL || connection_count < 1 || connection_count > MOST_CONNECTIONS) fail("arguments");
  prctl(PR_SET_TIMERSLACK, 1);
  /* What measures must not wait for what is measured; without the right to it the report tells how late the generator was. */
  sched_setscheduler(0, SCHED_RR, &(struct sched_param){.sched_priority = 1});
  size_t length, at = 0;
  uint8_t *bytes = read_file(requests_file, &length);
  while (at + 8 <= length) {
    requests = grown(requests, (request_count + 1) * sizeof *requests);
    requests[request_count++] = (Request){get32(bytes + at), get32(bytes + at + 4), bytes + at + 8};
    at += 8 + get32(bytes + at);
  }
  if (request_count == 0) fail("requests");
  uint64_t ended = 0;
  uint8_t *greeting = NULL;
  size_t greeting_length = 0;
  if (greeting_file != NULL) greeting = read_file(greeting_file, &greeting_length);
  for (int i = 0; i < connection_count; i++) {
    Connection *c = &connections[i];
    c->fd = open_socket(address);
    if (http) continue;
    if (write(c->fd, greeting, greeting_length) != (ssize_t)greeting_length) fail("greeting");
    /* The preface of 8 bytes comes before the first frame. */
    uint8_t preface[8];
    if (recv(c->fd, preface, sizeof preface, MSG_WAITALL) != sizeof preface) fail("no preface");
    for (int greeted = 0; !greeted;) {
      struct pollfd one = {.fd = c->fd, .events = POLLIN};
      if (poll(&one, 1, 10000) <= 0) fail("no handshake");
      greeted = receive(c, &ended);
    }
  }
  started = now_ns();
  uint64_t stop_at = started + (uint64_t)(seconds * 1e9), give_up = stop_at + 15000000000u;
  double due = (double)started;
  if (rate == 0) {
    for (int i = 0; i < connection_count; i++)
      for (int k = 0; k < (http ? 1 : depth) && more_to_send(stop_at); k++) send_call(&connections[i], 0);
  }
  for (;;) {
    uint64_t now = now_ns();
    while (rate > 0 && due <= (double)now && due < (double)stop_at && total_sent < most_calls) {
      send_due((uint64_t)due);
      due += -log(((double)(draw() >> 11) + 1) / 9007199254740993.0) / rate * 1e9;
    }
    int sending = rate > 0 ? due < (double)stop_at && total_sent < most_calls : more_to_send(stop_at);
    if (!sending && record_count == total_sent && backlog_first == backlog_end) break;
    if (now > give_up) break;
    uint64_t until = rate > 0 && sending && due < (double)give_up ? (uint64_t)due : now + 100000000u;
    wait_for_bytes(until);
    for (int i = 0; i < connection_count; i++) {
      Connection *c = &connections[i];
      uint64_t before = ended;
      flush(c);
      receive(c, &ended);
      for (uint64_t k = before; k < ended; k++) {
        if (rate == 0 && more_to_send(stop_at)) send_call(c, 0);
        else if (backlog_first < backlog_end && c->sent == c->answered) send_call(c, backlog[backlog_first++].due);
      }
    }
  }
  FILE *out = fopen(out_file, "wb");
  if (out == NULL || fwrite(records, sizeof *records, record_count, out) != record_count || fclose(out) != 0) fail(out_file);
  printf("%llu\n", (unsigned long long)(total_sent - record_count + (backlog_end - backlog_first)));
  return 0;
}
