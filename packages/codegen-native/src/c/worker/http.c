/*
 * GET /metrics and GET /healthz, for whoever watches the worker.
 *
 * One request per connection, at most 4 KiB, within two seconds, at most 16 connections at once: a port that somebody left open by
 * mistake costs nothing. Served by whichever thread gets the event; one lock covers everything, since there is never much.
 */
#define _GNU_SOURCE
#include "worker.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTENER = 0, MOST = 16, MOST_BYTES = 4096 };
#define PATIENCE_NS UINT64_C(2000000000)

/* A connection; index 0 is the listener. */
typedef struct {
  int fd;
  uint32_t length;
  uint64_t limit_ns;
  char request[MOST_BYTES];
} Visit;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Visit visits[MOST + 1];

int http_listen(const char *address) {
  char host[256] = "127.0.0.1";
  const char *colon = strrchr(address, ':'), *port = colon == NULL ? address : colon + 1;
  size_t length = colon == NULL ? 0 : (size_t)(colon - address);
  const char *begin = address;
  if (length >= 2 && begin[0] == '[' && begin[length - 1] == ']') {
    begin++;
    length -= 2;
  }
  if (length >= sizeof host) length = sizeof host - 1;
  if (length != 0) {
    memcpy(host, begin, length);
    host[length] = 0;
  }
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found = NULL;
  int wrong = getaddrinfo(host, port, &hints, &found);
  if (wrong != 0) {
    fprintf(stderr, "molt_worker: --metrics: %s: %s\n", address, gai_strerror(wrong));
    return -1;
  }
  int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
  if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  int failed = fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, 16) != 0 || reactor_watch_http(fd, LISTENER, 0) != 0;
  if (failed) {
    fprintf(stderr, "molt_worker: --metrics: %s: %s\n", address, strerror(errno));
    if (fd >= 0) close(fd);
  }
  freeaddrinfo(found);
  for (int i = 0; i <= MOST; i++) visits[i].fd = -1;
  visits[LISTENER].fd = failed ? -1 : fd;
  return failed ? -1 : 0;
}

static void end(Visit *visit) {
  close(visit->fd);
  visit->fd = -1;
}

/* Lets in who waits, as long as there is room; the others wait in the listener's queue until the next sweep. */
static void let_in(void) {
  for (uint32_t i = 1; i <= MOST; i++) {
    if (visits[i].fd >= 0) continue;
    int fd = accept4(visits[LISTENER].fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) break;
    visits[i] = (Visit){.fd = fd, .limit_ns = molt_now_ns() + PATIENCE_NS};
    if (reactor_watch_http(fd, i, 0) != 0) end(&visits[i]);
  }
  reactor_watch_http(visits[LISTENER].fd, LISTENER, 1);
}

/* Sends a whole answer: it fits into what a socket takes at once, else the visitor gets what fits in 200 ms. */
static void send_all(int fd, const char *bytes, size_t length) {
  struct timeval patience = {.tv_usec = 200000};
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  while (length != 0) {
    ssize_t count = send(fd, bytes, length, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    bytes += count;
    length -= (size_t)count;
  }
}

static void answer(int fd, const char *status, const char *type, const char *body, size_t length) {
  char head[256];
  int head_length = snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n", status, type, length);
  int size = (int)(length + sizeof head);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  send_all(fd, head, (size_t)head_length);
  send_all(fd, body, length);
}

static void plain(int fd, const char *status, const char *body) { answer(fd, status, "text/plain; charset=utf-8", body, strlen(body)); }

/* Whether the request's line asks for a path, with or without a query. */
static int asks_for(const char *request, const char *path) {
  size_t length = strlen(path);
  return strncmp(request, path, length) == 0 && (request[length] == ' ' || request[length] == '?');
}

static void respond(int fd, const char *request) {
  if (strncmp(request, "GET ", 4) != 0) return plain(fd, "405 Method Not Allowed", "only GET is served here\n");
  if (asks_for(request + 4, "/healthz")) {
    int stopping = __atomic_load_n(&pool.stopping, __ATOMIC_ACQUIRE);
    return plain(fd, stopping ? "503 Service Unavailable" : "200 OK", stopping ? "draining\n" : "ok\n");
  }
  if (!asks_for(request + 4, "/metrics")) return plain(fd, "404 Not Found", "there are /metrics and /healthz\n");
  size_t length = 0;
  char *text = metrics_text(&length);
  if (text == NULL) return plain(fd, "503 Service Unavailable", "no memory\n");
  answer(fd, "200 OK", "text/plain; version=0.0.4; charset=utf-8", text, length);
  free(text);
}

/* Reads on; returns 1 when the visit is over. */
static int go_on(Visit *visit) {
  for (;;) {
    ssize_t count = recv(visit->fd, visit->request + visit->length, MOST_BYTES - 1 - visit->length, MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno != EAGAIN && errno != EWOULDBLOCK;
    visit->length += (uint32_t)count;
    visit->request[visit->length] = 0;
    if (count == 0) return 1;
    if (strstr(visit->request, "\r\n\r\n") != NULL || strstr(visit->request, "\n\n") != NULL) {
      respond(visit->fd, visit->request);
      return 1;
    }
    if (visit->length == MOST_BYTES - 1) {
      plain(visit->fd, "431 Request Header Fields Too Large", "the request is too large\n");
      return 1;
    }
  }
}

void http_serve(uint32_t index) {
  pthread_mutex_lock(&lock);
  Visit *visit = &visits[index];
  if (visit->fd >= 0) {
    if (index == LISTENER) let_in();
    else if (go_on(visit)) end(visit);
    else reactor_watch_http(visit->fd, index, 1);
  }
  pthread_mutex_unlock(&lock);
}

void http_sweep(uint64_t now) {
  pthread_mutex_lock(&lock);
  for (uint32_t i = 1; i <= MOST; i++) {
    if (visits[i].fd >= 0 && now >= visits[i].limit_ns) end(&visits[i]);
  }
  pthread_mutex_unlock(&lock);
}
