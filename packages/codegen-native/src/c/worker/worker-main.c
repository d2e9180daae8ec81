/*
 * The worker program: listens on a Unix socket and moves bytes between clients and slots.
 *
 *   molt_worker --socket PATH [--slots N] [--credit N] [--drain-ms N]
 *
 * It prints `listening PATH` when clients can connect. SIGTERM and SIGINT let calls in flight finish, then end it with 0; a second one
 * ends it at once. Exit codes: 2 for wrong arguments, 1 when it cannot start.
 */
#define _GNU_SOURCE
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int wake_pipe[2];
static volatile sig_atomic_t asked_to_stop;

void worker_wake(void) {
  int saved = errno;
  ssize_t written = write(wake_pipe[1], "", 1);
  (void)written;
  errno = saved;
}

static void on_stop(int number) {
  (void)number;
  if (asked_to_stop++) _exit(0);
  worker_wake();
}

static int fail(const char *what, const char *why) {
  fprintf(stderr, "molt_worker: %s: %s\n", what, why);
  return 1;
}

/* Listens at a path that only this user can open; removes the file of a worker that is gone. -1 with errno. */
static int listen_at(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(address.sun_path, path);
  int probe = socket(AF_UNIX, SOCK_STREAM, 0);
  if (probe < 0) return -1;
  int answered = connect(probe, (struct sockaddr *)&address, sizeof address) == 0;
  int gone = !answered && errno == ECONNREFUSED;
  close(probe);
  if (answered) {
    errno = EADDRINUSE;
    return -1;
  }
  if (gone) unlink(path);
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) return -1;
  mode_t mask = umask(0177);
  int failed = bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 128) != 0;
  umask(mask);
  if (failed) {
    int saved = errno;
    close(listener);
    errno = saved;
    return -1;
  }
  return listener;
}

typedef struct {
  Connection *items[MOLT_MAX_CONNECTIONS];
  int count;
} Connections;

static void accept_all(int listener, Connections *connections) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    Connection *connection = connections->count < MOLT_MAX_CONNECTIONS ? connection_new(fd) : NULL;
    if (connection == NULL) close(fd);
    else connections->items[connections->count++] = connection;
  }
}

/* Lets go of what is over: closed by the peer, unwritable, out of time, or with nothing left to say. */
static void sweep(Connections *connections) {
  uint64_t now = molt_now_ns();
  for (int i = 0; i < connections->count;) {
    Connection *connection = connections->items[i];
    int waits = connection_flush(connection);
    if (connection->time_limit_ns != 0 && now >= connection->time_limit_ns) connection->state = CLOSED;
    if (connection->state == DRAINING && pool_active(connection) == 0) connection_close(connection);
    if (connection->state == CLOSING && !waits) shutdown(connection->fd, SHUT_WR);
    if (connection->state != CLOSED) {
      i++;
      continue;
    }
    pool_cancel_all(connection, "disconnect", MOLT_TRAP_DISCONNECT);
    /* Slots may still want to answer: the number must not be reused under them. */
    pthread_mutex_lock(&connection->lock);
    connection->unwritable = 1;
    close(connection->fd);
    pthread_mutex_unlock(&connection->lock);
    connection_release(connection);
    connections->items[i] = connections->items[--connections->count];
  }
}

/* Milliseconds until the next time limit; -1 = none. */
static int patience(const Connections *connections, uint64_t stop_at_ns) {
  uint64_t next = stop_at_ns == 0 ? UINT64_MAX : stop_at_ns;
  for (int i = 0; i < connections->count; i++) {
    uint64_t limit = connections->items[i]->time_limit_ns;
    if (limit != 0 && limit < next) next = limit;
  }
  if (next == UINT64_MAX) return -1;
  uint64_t now = molt_now_ns();
  return next <= now ? 0 : (int)((next - now) / 1000000u + 1);
}

static void serve(int listener, uint32_t drain_ms) {
  static Connections connections;
  static struct pollfd polled[MOLT_MAX_CONNECTIONS + 2];
  uint64_t stop_at_ns = 0;
  int stopping = 0;
  for (;;) {
    if (asked_to_stop && !stopping) {
      stopping = 1;
      stop_at_ns = molt_now_ns() + (uint64_t)drain_ms * 1000000u;
      close(listener);
      pthread_mutex_lock(&pool.lock);
      pool.stopping = 1;
      pthread_cond_broadcast(&pool.ready);
      pthread_mutex_unlock(&pool.lock);
      for (int i = 0; i < connections.count; i++) connection_drain(connections.items[i], drain_ms);
    }
    if (stop_at_ns != 0 && molt_now_ns() >= stop_at_ns) {
      stop_at_ns = 0;
      for (int i = 0; i < connections.count; i++) {
        pool_cancel_all(connections.items[i], "shutdown", MOLT_TRAP_SHUTDOWN);
        /* Answers of the stopped calls still leave; whoever does not take them in time loses them. */
        connections.items[i]->time_limit_ns = molt_now_ns() + 1000000000u;
      }
    }
    sweep(&connections);
    if (stopping && connections.count == 0) return;
    int count = 0;
    polled[count++] = (struct pollfd){.fd = wake_pipe[0], .events = POLLIN};
    polled[count++] = (struct pollfd){.fd = stopping ? -1 : listener, .events = POLLIN};
    for (int i = 0; i < connections.count; i++) {
      /* While a client does not read its answers, its calls are not read either. */
      int wants_write = connection_wants_write(connections.items[i]);
      polled[count++] = (struct pollfd){.fd = connections.items[i]->fd, .events = wants_write ? POLLOUT : POLLIN};
    }
    if (poll(polled, (nfds_t)count, patience(&connections, stop_at_ns)) < 0) continue;
    if (polled[0].revents & POLLIN) {
      char bytes[256];
      while (read(wake_pipe[0], bytes, sizeof bytes) == (ssize_t)sizeof bytes) {
      }
    }
    for (int i = 0; i < count - 2; i++) {
      Connection *connection = connections.items[i];
      short events = polled[i + 2].revents;
      if (events & (POLLIN | POLLHUP | POLLERR)) connection_read(connection);
    }
    if (polled[1].revents & POLLIN) accept_all(listener, &connections);
  }
}

static int number_from(const char *name, const char *text, uint32_t least, uint32_t most, uint32_t *value) {
  char *end;
  unsigned long parsed = text == NULL ? 0 : strtoul(text, &end, 10);
  if (text == NULL || *text == 0 || *end != 0 || parsed < least || parsed > most) {
    fprintf(stderr, "molt_worker: %s: expected a number from %u to %u, found %s\n", name, least, most, text == NULL ? "nothing" : text);
    return -1;
  }
  *value = (uint32_t)parsed;
  return 0;
}

int main(int argc, char **argv) {
  const char *path = NULL;
  uint32_t slots = 0, credit = 64, drain_ms = 5000;
  for (int i = 1; i < argc; i += 2) {
    const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
    int wrong = 0;
    if (strcmp(name, "--socket") == 0) path = value;
    else if (strcmp(name, "--slots") == 0) wrong = number_from(name, value, 1, 256, &slots);
    else if (strcmp(name, "--credit") == 0) wrong = number_from(name, value, 1, 65536, &credit);
    else if (strcmp(name, "--drain-ms") == 0) wrong = number_from(name, value, 0, 3600000, &drain_ms);
    else {
      fprintf(stderr, "molt_worker: unknown option %s\n", name);
      wrong = 1;
    }
    if (wrong) return 2;
  }
  if (path == NULL) {
    fprintf(stderr, "usage: molt_worker --socket PATH [--slots N] [--credit N] [--drain-ms N]\n");
    return 2;
  }
  if (slots == 0) {
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    slots = online < 1 ? 1 : online > 256 ? 256 : (uint32_t)online;
  }
  if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return fail("pipe", strerror(errno));
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_stop;
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  signal(SIGPIPE, SIG_IGN);

  const char *why = NULL;
  MoltInstance *frozen = molt_service_start(&why);
  if (frozen == NULL) return fail("the module cannot be started", why);
  if (pool_start(slots, credit, frozen) != 0) return fail("slots", "not enough memory or threads");
  int listener = listen_at(path);
  if (listener < 0) return fail(path, strerror(errno));
  printf("listening %s\n", path);
  fflush(stdout);
  serve(listener, drain_ms);
  unlink(path);
  return 0;
}
