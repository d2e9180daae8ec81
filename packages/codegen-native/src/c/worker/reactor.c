/*
 * The threads of the worker and the one set of sockets that they wait on.
 *
 * An event of a connection is given to one thread only (EPOLLONESHOT), which then holds the connection: it reads, runs what it read,
 * answers, and lets go, which arms the socket again. Everything else that must be done with a connection (time limits, unsent answers,
 * the end) is also done by holding it: who cannot have it leaves a mark, and the holder looks again before it lets go.
 *
 * Threads are one more than slots, so there is always one that waits or reads while all slots compute. The system wakes the thread that
 * went to sleep last, so a lone client is served by one thread whose caches are warm.
 */
#define _GNU_SOURCE
#include "worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { FREE, HELD, HELD_AGAIN };
/* What an event is about: the upper byte of its word. */
enum { ABOUT_WAKE, ABOUT_LISTENER, ABOUT_CONNECTION, ABOUT_HTTP };
/* Reads of one connection before others have their turn. */
enum { MOST_TURNS = 16 };

#define WORD(about, generation, place) ((uint64_t)(about) << 56 | (uint64_t)((generation) & 0xffffff) << 32 | (place))

static int set = -1, waker = -1, listener = -1;
/* The system had no room for another connection: the sweep listens again. */
static int deaf;

/* All connections, by place. */
static struct {
  pthread_mutex_t lock;
  Connection *places[MOLT_MAX_CONNECTIONS];
  uint32_t generations[MOLT_MAX_CONNECTIONS];
  uint32_t used;
  uint32_t count;
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Held connections that wait for a thread. */
static struct {
  pthread_mutex_t lock;
  Connection *first;
  Connection **last;
} attended = {.lock = PTHREAD_MUTEX_INITIALIZER, .first = NULL, .last = &attended.first};

/* --- waking and passing on --- */

void reactor_wake(void) {
  uint64_t one = 1;
  ssize_t written = write(waker, &one, sizeof one);
  (void)written;
}

void reactor_pass_on(Connection *connection) {
  __atomic_add_fetch(&connection->references, 1, __ATOMIC_RELAXED);
  pthread_mutex_lock(&attended.lock);
  connection->next_attended = NULL;
  *attended.last = connection;
  attended.last = &connection->next_attended;
  pthread_mutex_unlock(&attended.lock);
  reactor_wake();
}

/* A connection that waits for a thread, with a reference; `*more`: another one does too. */
static Connection *next_attended(int *more) {
  pthread_mutex_lock(&attended.lock);
  Connection *connection = attended.first;
  if (connection != NULL) attended.first = connection->next_attended;
  if (attended.first == NULL) attended.last = &attended.first;
  *more = attended.first != NULL;
  pthread_mutex_unlock(&attended.lock);
  return connection;
}

/* Whether the caller now holds it; otherwise its holder looks again. */
static int take_hold(Connection *connection) {
  int seen = __atomic_load_n(&connection->hold, __ATOMIC_ACQUIRE);
  for (;;) {
    if (seen == HELD_AGAIN) return 0;
    if (__atomic_compare_exchange_n(&connection->hold, &seen, seen == FREE ? HELD : HELD_AGAIN, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return seen == FREE;
  }
}

void reactor_attend(Connection *connection) {
  if (take_hold(connection)) reactor_pass_on(connection);
}

/* --- connections in and out --- */

/* Gives a connection a place; -1 when there is none. */
static int enlist(Connection *connection) {
  int found = -1;
  pthread_mutex_lock(&table.lock);
  if (table.count < MOLT_MAX_CONNECTIONS) {
    uint32_t place = 0;
    while (place < table.used && table.places[place] != NULL) place++;
    if (place == table.used) table.used++;
    table.places[place] = connection;
    table.count++;
    connection->place = place;
    connection->generation = table.generations[place];
    found = 0;
  }
  pthread_mutex_unlock(&table.lock);
  return found;
}

/* The connection of an event, with a reference; NULL when it is gone. */
static Connection *look_up(uint64_t word) {
  uint32_t place = (uint32_t)word, generation = (uint32_t)(word >> 32) & 0xffffff;
  pthread_mutex_lock(&table.lock);
  Connection *connection = place < table.used && (table.generations[place] & 0xffffff) == generation ? table.places[place] : NULL;
  if (connection != NULL) __atomic_add_fetch(&connection->references, 1, __ATOMIC_RELAXED);
  pthread_mutex_unlock(&table.lock);
  return connection;
}

/* Lets go of a connection for good; the caller holds it, and it stays held. */
static void dispose(Connection *connection) {
  pool_cancel_all(connection, "disconnect");
  pthread_mutex_lock(&table.lock);
  table.places[connection->place] = NULL;
  table.generations[connection->place]++;
  while (table.used > 0 && table.places[table.used - 1] == NULL) table.used--;
  table.count--;
  pthread_mutex_unlock(&table.lock);
  /* Slots may still want to answer: the number must not be reused under them. */
  pthread_mutex_lock(&connection->lock);
  connection->unwritable = 1;
  close(connection->fd);
  pthread_mutex_unlock(&connection->lock);
  connection_release(connection);
}

/* --- holding a connection --- */

/* Arms the socket and lets go. 0: something happened meanwhile and the caller still holds it. */
static int let_go(Connection *connection) {
  /* While a client does not read its answers, its calls are not read either. */
  uint32_t wanted = connection_unsent(connection) != 0 ? EPOLLOUT : EPOLLIN | EPOLLRDHUP;
  struct epoll_event event = {.events = wanted | EPOLLONESHOT, .data.u64 = WORD(ABOUT_CONNECTION, connection->generation, connection->place)};
  int action = connection->registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  connection->registered = 1;
  if (epoll_ctl(set, action, connection->fd, &event) != 0) {
    connection->state = CLOSED;
    return 0;
  }
  int held = HELD;
  if (__atomic_compare_exchange_n(&connection->hold, &held, FREE, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return 1;
  __atomic_store_n(&connection->hold, HELD, __ATOMIC_RELEASE);
  return 0;
}

/* Takes what else was read without running it, then lets go and runs a call that may take long. */
static void run_alone(Connection *connection, Job *job) {
  connection->no_more = 1;
  connection_take_frames(connection);
  connection->no_more = 0;
  connection_flush(connection);
  if (!let_go(connection)) reactor_pass_on(connection);
  pool_run(job, NULL);
}

/* Handles what was read. 0: the connection is not held any more. */
static int handle(Connection *connection) {
  for (;;) {
    connection_take_frames(connection);
    Job *job = connection->mine;
    if (job == NULL) return 1;
    connection->mine = NULL;
    if (job->is_long) {
      run_alone(connection, job);
      return 0;
    }
    if (pool_run(job, connection) == NULL) return 0;
  }
}

/* Does what is to be done with a held connection. 0: it is not held any more. */
static int look_after(Connection *connection) {
  uint64_t limit = __atomic_load_n(&connection->time_limit_ns, __ATOMIC_RELAXED);
  if (limit != 0 && molt_now_ns() >= limit) connection->state = CLOSED;
  if (__atomic_load_n(&pool.stopping, __ATOMIC_ACQUIRE)) connection_drain(connection, settings.drain_ms);
  int is_full = 1;
  for (int turns = 0; turns < MOST_TURNS; turns++) {
    if (connection->state != CLOSED && !handle(connection)) return 0;
    int waits = connection_flush(connection);
    if (connection->state == DRAINING && pool_active(connection) == 0) connection_close(connection);
    if (connection->state == CLOSING && !waits && !connection->said_goodbye) {
      connection->said_goodbye = 1;
      shutdown(connection->fd, SHUT_WR);
    }
    /* What comes after a short read is told by the set of sockets. */
    if (connection->state == CLOSED || waits || !is_full || connection_read(connection) == 0) break;
    is_full = connection->in_length == connection->in_room || connection->state >= CLOSING;
  }
  if (connection->state != CLOSED) return 1;
  dispose(connection);
  return 0;
}

/* The same until it can be let go; the caller holds it and has a reference. */
static void attend(Connection *connection) {
  while (look_after(connection)) {
    if (let_go(connection)) return;
  }
}

/* --- accepting --- */

/* Whether the peer runs as this user, or as root. */
static int is_trusted(int fd) {
  struct ucred peer;
  socklen_t length = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return 0;
  return peer.uid == geteuid() || peer.uid == 0;
}

static void greet(int fd) {
  Connection *connection = connection_new(fd);
  if (connection == NULL || enlist(connection) != 0) {
    close(fd);
    free(connection);
    return;
  }
  __atomic_add_fetch(&connection->references, 1, __ATOMIC_RELAXED);
  int is_refused = !is_trusted(fd);
  if (is_refused) connection_refuse(connection, MOLT_UNAUTHORIZED, "this socket serves the user that started the worker, and root");
  if (is_refused || !let_go(connection)) reactor_pass_on(connection);
  connection_release(connection);
}

static void listen_again(void) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.u64 = WORD(ABOUT_LISTENER, 0, 0)};
  epoll_ctl(set, EPOLL_CTL_MOD, listener, &event);
}

static void accept_all(void) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) greet(fd);
    else if (errno == EAGAIN || errno == EWOULDBLOCK) return listen_again();
    else if (errno != EINTR && errno != ECONNABORTED) {
      log_fault("no more connections can be accepted: %s", strerror(errno));
      __atomic_store_n(&deaf, 1, __ATOMIC_RELEASE);
      return;
    }
  }
}

/* --- threads --- */

/* Does what waits for any thread: connections that were passed on, and calls for idle slots. */
static void help(void) {
  for (;;) {
    int more;
    Connection *connection = next_attended(&more);
    if (connection != NULL) {
      if (more) reactor_wake();
      attend(connection);
      connection_release(connection);
      continue;
    }
    Job *job = pool_take(&more);
    if (job == NULL) return;
    if (more) reactor_wake();
    pool_run(job, NULL);
  }
}

static void *serve(void *unused) {
  (void)unused;
  processors_short_turns();
  for (;;) {
    struct epoll_event event;
    if (epoll_wait(set, &event, 1, -1) == 1) {
      uint64_t word = event.data.u64;
      switch (word >> 56) {
        case ABOUT_LISTENER: accept_all(); break;
        case ABOUT_HTTP: http_serve((uint32_t)word); break;
        case ABOUT_CONNECTION: {
          Connection *connection = look_up(word);
          if (connection == NULL) break;
          if (take_hold(connection)) attend(connection);
          connection_release(connection);
          break;
        }
        default: break;
      }
    }
    help();
  }
  return NULL;
}

/* --- start, time limits, end --- */

/* Listens at a path that only this user can open; removes the file of a worker that is gone. -1 with errno. */
static int listen_at(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(address.sun_path, path);
  int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return -1;
  int answered = connect(probe, (struct sockaddr *)&address, sizeof address) == 0;
  int gone = !answered && errno == ECONNREFUSED;
  close(probe);
  if (answered) {
    errno = EADDRINUSE;
    return -1;
  }
  if (gone) unlink(path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  mode_t mask = umask(0177);
  int failed = bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 1024) != 0;
  umask(mask);
  if (!failed) return fd;
  int saved = errno;
  close(fd);
  errno = saved;
  return -1;
}

static int cannot(const char *what) {
  fprintf(stderr, "molt_worker: %s: %s\n", what, strerror(errno));
  return -1;
}

int reactor_start(void) {
  set = epoll_create1(EPOLL_CLOEXEC);
  waker = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (set < 0 || waker < 0) return cannot("epoll");
  if (settings.metrics != NULL && http_listen(settings.metrics) != 0) return -1;
  listener = listen_at(settings.socket_path);
  if (listener < 0) return cannot(settings.socket_path);
  struct epoll_event wake = {.events = EPOLLIN | EPOLLET, .data.u64 = WORD(ABOUT_WAKE, 0, 0)};
  struct epoll_event incoming = {.events = EPOLLIN | EPOLLONESHOT, .data.u64 = WORD(ABOUT_LISTENER, 0, 0)};
  if (epoll_ctl(set, EPOLL_CTL_ADD, waker, &wake) != 0 || epoll_ctl(set, EPOLL_CTL_ADD, listener, &incoming) != 0) return cannot("epoll");
  for (uint32_t i = 0; i <= settings.slots; i++) {
    pthread_t thread;
    errno = pthread_create(&thread, NULL, serve, NULL);
    if (errno != 0) return cannot("threads");
    pthread_detach(thread);
  }
  return 0;
}

int reactor_watch_http(int fd, uint32_t index, int again, int to_write) {
  struct epoll_event event = {.events = (to_write ? EPOLLOUT : EPOLLIN) | EPOLLONESHOT, .data.u64 = WORD(ABOUT_HTTP, 0, index)};
  return epoll_ctl(set, again ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
}

/* Has threads look at every connection whose time limit has passed; at all of them when `now` is 0. */
static void attend_late(uint64_t now) {
  pthread_mutex_lock(&table.lock);
  for (uint32_t place = 0; place < table.used; place++) {
    Connection *connection = table.places[place];
    if (connection == NULL) continue;
    uint64_t limit = __atomic_load_n(&connection->time_limit_ns, __ATOMIC_RELAXED);
    if (now == 0 || (limit != 0 && now >= limit)) reactor_attend(connection);
  }
  pthread_mutex_unlock(&table.lock);
}

void reactor_sweep(uint64_t now) {
  attend_late(now);
  if (settings.metrics != NULL) http_sweep(now);
  if (!__atomic_load_n(&pool.stopping, __ATOMIC_ACQUIRE) && __atomic_exchange_n(&deaf, 0, __ATOMIC_ACQ_REL)) listen_again();
}

void reactor_stop(void) {
  __atomic_store_n(&pool.stopping, 1, __ATOMIC_RELEASE);
  epoll_ctl(set, EPOLL_CTL_DEL, listener, NULL);
  close(listener);
  attend_late(0);
}

uint64_t reactor_credit_left(void) {
  uint64_t left = 0;
  pthread_mutex_lock(&table.lock);
  for (uint32_t place = 0; place < table.used; place++) {
    const Connection *connection = table.places[place];
    if (connection == NULL) continue;
    uint32_t credit = __atomic_load_n(&connection->credit, __ATOMIC_RELAXED), used = __atomic_load_n(&connection->active_count, __ATOMIC_RELAXED);
    if (credit > used) left += credit - used;
  }
  pthread_mutex_unlock(&table.lock);
  return left;
}

uint32_t reactor_connections(void) {
  pthread_mutex_lock(&table.lock);
  uint32_t count = table.count;
  pthread_mutex_unlock(&table.lock);
  return count;
}
