/*
 * The worker program: options, signals, start and end.
 *
 *   molt_worker [--socket PATH] [--slots N] [--queue N] [--memory MIB] [--cpu MS] [--drain MS] [--metrics HOST:PORT] [--log text|json] [--quiet]
 *
 * Without a path it listens at $MOLT_SOCKET, as clients ask there, else at molt.sock in the working folder. It prints `listening PATH` when
 * clients can connect, then `metrics URL` if metrics are served. SIGTERM and SIGINT let calls in flight finish, then end it with 0; a second one
 * ends it at once. Exit codes: 2 for wrong arguments, 1 when it cannot start.
 */
#define _GNU_SOURCE
#include "worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

Settings settings = {.drain_ms = 5000, .memory_kib = 256 * 1024};

#define MS_NS UINT64_C(1000000)
/* How often time limits are looked at, and how often while the worker ends. */
enum { SWEEP_MS = 250, END_MS = 5 };
/* Milliseconds that answers of calls get to leave after the calls were stopped. */
enum { STOP_MS = 500 };

static int usage(FILE *out, int code) {
  fputs("usage: molt_worker [--socket PATH] [--slots N] [--queue N] [--memory MIB] [--cpu MS]\n"
        "                   [--drain MS] [--metrics HOST:PORT] [--log text|json] [--quiet]\n"
        "PATH is $MOLT_SOCKET, else molt.sock, when it is not given.\n",
        out);
  return code;
}

static int wrong(const char *name, const char *expected, const char *found) {
  fprintf(stderr, "molt_worker: %s: expected %s, found %s\n", name, expected, found == NULL ? "nothing" : found);
  return -1;
}

static int number_from(const char *name, const char *text, uint32_t least, uint32_t most, uint32_t *value) {
  char *end = NULL, expected[64];
  errno = 0;
  unsigned long parsed = text == NULL ? 0 : strtoul(text, &end, 10);
  if (text == NULL || *text < '0' || *text > '9' || *end != 0 || errno != 0 || parsed < least || parsed > most) {
    snprintf(expected, sizeof expected, "a number from %u to %u", least, most);
    return wrong(name, expected, text);
  }
  *value = (uint32_t)parsed;
  return 0;
}

/* Takes one option; returns how many arguments it had, or -1 after saying what is wrong. */
static int take_option(const char *name, const char *value) {
  uint32_t mib;
  if (strcmp(name, "--quiet") == 0) {
    settings.quiet = 1;
    return 0;
  }
  if (strcmp(name, "--socket") == 0) return (settings.socket_path = value) == NULL ? wrong(name, "a path", NULL) : 1;
  if (strcmp(name, "--metrics") == 0) return (settings.metrics = value) == NULL ? wrong(name, "HOST:PORT", NULL) : 1;
  if (strcmp(name, "--slots") == 0) return number_from(name, value, 1, MOLT_MAX_SLOTS, &settings.slots) == 0 ? 1 : -1;
  if (strcmp(name, "--cpu") == 0) return number_from(name, value, 1, 86400000, &settings.cpu_ms) == 0 ? 1 : -1;
  if (strcmp(name, "--drain") == 0) return number_from(name, value, 0, 3600000, &settings.drain_ms) == 0 ? 1 : -1;
  if (strcmp(name, "--queue") == 0) {
    settings.strict_queue = 1;
    return number_from(name, value, 0, 1000000, &settings.queue) == 0 ? 1 : -1;
  }
  if (strcmp(name, "--memory") == 0) {
    if (number_from(name, value, 1, 4095, &mib) != 0) return -1;
    settings.memory_kib = mib * 1024;
    return 1;
  }
  if (strcmp(name, "--log") == 0) {
    if (value == NULL || (strcmp(value, "text") != 0 && strcmp(value, "json") != 0)) return wrong(name, "text or json", value);
    settings.json_log = strcmp(value, "json") == 0;
    return 1;
  }
  fprintf(stderr, "molt_worker: unknown option %s\n", name);
  return -1;
}

/* Waits for one of the signals for at most so long; 0 when none came. */
static int wait_for(const sigset_t *signals, uint32_t ms) {
  struct timespec patience = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
  int number = sigtimedwait(signals, NULL, &patience);
  return number < 0 ? 0 : number;
}

/* Lets calls finish, then stops the rest; a second signal ends it at once. */
static void shut_down(const sigset_t *signals) {
  log_drain();
  uint64_t stop_at = molt_now_ns() + settings.drain_ms * MS_NS, end_at = stop_at + STOP_MS * MS_NS;
  reactor_stop();
  for (int stopped = 0; reactor_connections() != 0;) {
    if (wait_for(signals, END_MS) != 0) break;
    uint64_t now = molt_now_ns();
    reactor_sweep(now);
    if (!stopped && now >= stop_at) {
      stopped = 1;
      pool_stop_all("shutdown");
    }
    /* Whoever does not take its answers in time loses them. */
    if (now >= end_at) break;
  }
  unlink(settings.socket_path);
  log_stop();
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc;) {
    if (strcmp(argv[i], "--help") == 0) return usage(stdout, 0);
    int values = take_option(argv[i], i + 1 < argc ? argv[i + 1] : NULL);
    if (values < 0) return 2;
    i += 1 + values;
  }
  if (settings.socket_path == NULL) settings.socket_path = getenv("MOLT_SOCKET");
  if (settings.socket_path == NULL || *settings.socket_path == 0) settings.socket_path = "molt.sock";
  if (settings.slots == 0) {
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    settings.slots = online < 1 ? 1 : online > MOLT_MAX_SLOTS ? MOLT_MAX_SLOTS : (uint32_t)online;
  }
  if (!settings.strict_queue) settings.queue = 4 * settings.slots;
  signal(SIGPIPE, SIG_IGN);
  /* Signals are waited for by this thread; the others, which are made after this, leave them to it. */
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);

  const char *why = NULL;
  MoltInstance *frozen = molt_service_start(&why);
  if (frozen == NULL) {
    fprintf(stderr, "molt_worker: the module cannot be started: %s\n", why);
    return 1;
  }
  if (pool_start(frozen) != 0 || metrics_start() != 0) {
    fprintf(stderr, "molt_worker: slots: not enough memory or threads\n");
    return 1;
  }
  if (reactor_start() != 0) return 1;
  log_start();
  printf("listening %s\n", settings.socket_path);
  if (settings.metrics != NULL) printf("metrics %s/metrics\n", http_url());
  fflush(stdout);
  while (wait_for(&signals, SWEEP_MS) == 0) reactor_sweep(molt_now_ns());
  shut_down(&signals);
  return 0;
}
