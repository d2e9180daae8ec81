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

/* http://HOST:PORT once it listens. */
static char url[128];

const char *http_url(void) { return url; }

/* Takes HOST:PORT apart; 0, or -1 when it is something else. */
static int split(const char *address, char host[256], const char **port) {
  const char *colon = strrchr(address, ':'), *begin = address;
  if (colon == NULL || colon == address || colon[1] == 0 || strlen(colon + 1) > 5 || strspn(colon + 1, "0123456789") != strlen(colon + 1) || atoi(colon + 1) > 65535) return -1;
  size_t length = (size_t)(colon - address);
  if (begin[0] == '[' && begin[length - 1] == ']') {
    begin++;
    length -= 2;
  }
  if (length == 0 || length > 255) return -1;
  memcpy(host, begin, length);
  host[length] = 0;
  *port = colon + 1;
  return 0;
}

/* Remembers where the system made us listen: port 0 is any. */
static void note_url(int fd) {
  struct sockaddr_storage bound;
  socklen_t length = sizeof bound;
  char host[64], port[8];
  if (getsockname(fd, (struct sockaddr *)&bound, &length) != 0) return;
  if (getnameinfo((struct sockaddr *)&bound, length, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0) return;
  snprintf(url, sizeof url, bound.ss_family == AF_INET6 ? "http://[%s]:%s" : "http://%s:%s", host, port);
}

int http_listen(const char *address) {
  char host[256];
  const char *port;
  for (int i = 0; i <= MOST; i++) visits[i].fd = -1;
  if (split(address, host, &port) != 0) {
    fprintf(stderr, "molt_worker: --metrics: expected HOST:PORT, found %s\n", address);
    return -1;
  }
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found = NULL;
  int wrong = getaddrinfo(host, port, &hints, &found);
  if (wrong != 0) {
    fprintf(stderr, "molt_worker: --metrics: %s: %s\n", address, gai_strerror(wrong));
    return -1;
  }
  int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
  if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  int failed = fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, MOST) != 0 || reactor_watch_http(fd, LISTENER, 0) != 0;
  if (failed) {
    fprintf(stderr, "molt_worker: --metrics: %s: %s\n", address, strerror(errno));
    if (fd >= 0) close(fd);
  } else {
    note_url(fd);
    visits[LISTENER].fd = fd;
  }
  freeaddrinfo(found);
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

static void answer(int fd, int only_head, const char *status, const char *type, const char *body, size_t length) {
  char head[256];
  int head_length = snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n", status, type, length);
  int size = (int)(length + sizeof head);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  send_all(fd, head, (size_t)head_length);
  if (!only_head) send_all(fd, body, length);
}

static void plain(int fd, int only_head, const char *status, const char *body) { answer(fd, only_head, status, "text/plain; charset=utf-8", body, strlen(body)); }

/* Whether the request's line asks for a path, with or without a query. */
static int asks_for(const char *request, const char *path) {
  size_t length = strlen(path);
  return strncmp(request, path, length) == 0 && (request[length] == ' ' || request[length] == '?');
}

static void respond(int fd, const char *request) {
  int only_head = strncmp(request, "HEAD ", 5) == 0;
  if (!only_head && strncmp(request, "GET ", 4) != 0) return plain(fd, 0, "405 Method Not Allowed", "only GET\n");
  const char *path = request + (only_head ? 5 : 4);
  if (asks_for(path, "/healthz")) {
    int stopping = __atomic_load_n(&pool.stopping, __ATOMIC_ACQUIRE);
    return plain(fd, only_head, stopping ? "503 Service Unavailable" : "200 OK", stopping ? "draining\n" : "ok\n");
  }
  if (!asks_for(path, "/metrics")) return plain(fd, only_head, "404 Not Found", "there are /metrics and /healthz\n");
  size_t length = 0;
  char *text = metrics_text(&length);
  if (text == NULL) return plain(fd, only_head, "503 Service Unavailable", "no memory\n");
  answer(fd, only_head, "200 OK", "text/plain; version=0.0.4; charset=utf-8", text, length);
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
      plain(visit->fd, 0, "431 Request Header Fields Too Large", "the request is too large\n");
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
