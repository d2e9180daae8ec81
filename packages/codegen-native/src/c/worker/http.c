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
  /* The answer once it is made, and how much of it has left. */
  char *out;
  size_t out_length;
  size_t out_sent;
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
  int failed = fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, MOST) != 0 || reactor_watch_http(fd, LISTENER, 0, 0) != 0;
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
  free(visit->out);
  visit->out = NULL;
  visit->fd = -1;
}

static void listen_again(void) { reactor_watch_http(visits[LISTENER].fd, LISTENER, 1, 0); }

/* Lets in who waits, as long as there is room; the others wait in the listener's queue until the next sweep. */
static void let_in(void) {
  for (uint32_t i = 1; i <= MOST; i++) {
    if (visits[i].fd >= 0) continue;
    int fd = accept4(visits[LISTENER].fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
      if (errno == EAGAIN || errno == EWOULDBLOCK) listen_again();
      return;
    }
    visits[i] = (Visit){.fd = fd, .limit_ns = molt_now_ns() + PATIENCE_NS};
    if (reactor_watch_http(fd, i, 0, 0) != 0) end(&visits[i]);
  }
}

/* Makes the answer. */
static void answer(Visit *visit, const char *status, const char *type, const char *body, size_t length) {
  int only_head = strncmp(visit->request, "HEAD ", 5) == 0;
  FILE *out = open_memstream(&visit->out, &visit->out_length);
  if (out == NULL) return;
  fprintf(out, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n", status, type, length);
  if (!only_head) fwrite(body, 1, length, out);
  fclose(out);
}

static void plain(Visit *visit, const char *status, const char *body) { answer(visit, status, "text/plain; charset=utf-8", body, strlen(body)); }

/* Whether the request's line asks for a path, with or without a query. */
static int asks_for(const char *request, const char *path) {
  size_t length = strlen(path);
  return strncmp(request, path, length) == 0 && (request[length] == ' ' || request[length] == '?');
}

static void respond(Visit *visit) {
  const char *request = visit->request;
  size_t method = strncmp(request, "GET ", 4) == 0 ? 4 : strncmp(request, "HEAD ", 5) == 0 ? 5 : 0;
  if (method == 0) return plain(visit, "405 Method Not Allowed", "only GET\n");
  if (asks_for(request + method, "/healthz")) {
    int stopping = __atomic_load_n(&pool.stopping, __ATOMIC_ACQUIRE);
    return plain(visit, stopping ? "503 Service Unavailable" : "200 OK", stopping ? "draining\n" : "ok\n");
  }
  if (!asks_for(request + method, "/metrics")) return plain(visit, "404 Not Found", "there are /metrics and /healthz\n");
  size_t length = 0;
  char *text = metrics_text(&length);
  if (text == NULL) return plain(visit, "503 Service Unavailable", "no memory\n");
  answer(visit, "200 OK", "text/plain; version=0.0.4; charset=utf-8", text, length);
  free(text);
}

/* Sends what the socket takes; 1 when the visit is over. */
static int send_on(Visit *visit) {
  while (visit->out_sent < visit->out_length) {
    ssize_t count = send(visit->fd, visit->out + visit->out_sent, visit->out_length - visit->out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return errno != EAGAIN && errno != EWOULDBLOCK;
    visit->out_sent += (size_t)count;
  }
  return 1;
}

/* Reads on, then answers; 1 when the visit is over. */
static int go_on(Visit *visit) {
  while (visit->out == NULL) {
    ssize_t count = recv(visit->fd, visit->request + visit->length, MOST_BYTES - 1 - visit->length, MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno != EAGAIN && errno != EWOULDBLOCK;
    if (count == 0) return 1;
    visit->length += (uint32_t)count;
    visit->request[visit->length] = 0;
    if (strstr(visit->request, "\r\n\r\n") != NULL || strstr(visit->request, "\n\n") != NULL) respond(visit);
    else if (visit->length == MOST_BYTES - 1) plain(visit, "431 Request Header Fields Too Large", "the request is too large\n");
    else continue;
    if (visit->out == NULL) return 1;
  }
  return send_on(visit);
}

void http_serve(uint32_t index) {
  pthread_mutex_lock(&lock);
  Visit *visit = &visits[index];
  if (visit->fd >= 0) {
    if (index == LISTENER) let_in();
    else if (go_on(visit)) end(visit);
    else reactor_watch_http(visit->fd, index, 1, visit->out != NULL);
  }
  pthread_mutex_unlock(&lock);
}

void http_sweep(uint64_t now) {
  pthread_mutex_lock(&lock);
  for (uint32_t i = 1; i <= MOST; i++) {
    if (visits[i].fd >= 0 && now >= visits[i].limit_ns) end(&visits[i]);
  }
  listen_again();
  pthread_mutex_unlock(&lock);
}
