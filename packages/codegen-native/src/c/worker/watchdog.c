/*
 * One thread that stops tasks: at their deadline, when their CPU time is used up, or when somebody asks.
 *
 * It sets the interrupt cell, which compiled code looks at in every loop. One lock covers beginning, ending and stopping, so a stop
 * can never hit the task after the one it was meant for. The thread sleeps until the next thing that could happen; a task that begins
 * wakes it only if that is earlier.
 */
#define _GNU_SOURCE
#include "service.h"

#include <errno.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static MoltWatch *watches;
static int started;
/* When the thread looks next, in monotonic nanoseconds. */
static uint64_t next_look = UINT64_MAX;

static uint64_t clock_ns(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) return 0;
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t molt_now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }
uint64_t molt_thread_cpu_ns(void) { return clock_ns(CLOCK_THREAD_CPUTIME_ID); }

static void interrupt(MoltWatch *watch, uint32_t reason) {
  uint32_t *cell = (uint32_t *)(void *)(watch->mem + MOLT_CELL_INTERRUPT);
  uint32_t none = 0;
  /* The first reason counts. */
  __atomic_compare_exchange_n(cell, &none, reason, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/* Stops what is over its limits; returns when to look again. */
static uint64_t look(uint64_t now) {
  uint64_t next = UINT64_MAX;
  for (MoltWatch *watch = watches; watch != NULL; watch = watch->next) {
    if (watch->task == 0) continue;
    if (watch->deadline_ns != 0) {
      if (now >= watch->deadline_ns) {
        interrupt(watch, MOLT_TRAP_DEADLINE);
        continue;
      }
      if (watch->deadline_ns < next) next = watch->deadline_ns;
    }
    if (watch->cpu_limit_ns != 0) {
      uint64_t used = clock_ns(watch->cpu_clock);
      if (used >= watch->cpu_limit_ns) {
        interrupt(watch, MOLT_TRAP_CPU);
        continue;
      }
      /* CPU time cannot run faster than the clock. */
      uint64_t earliest = now + (watch->cpu_limit_ns - used);
      if (earliest < next) next = earliest;
    }
  }
  return next;
}

static void *watchdog(void *unused) {
  (void)unused;
  pthread_mutex_lock(&lock);
  for (;;) {
    next_look = look(molt_now_ns());
    if (next_look == UINT64_MAX) {
      pthread_cond_wait(&changed, &lock);
    } else {
      struct timespec until = {.tv_sec = (time_t)(next_look / 1000000000u), .tv_nsec = (long)(next_look % 1000000000u)};
      pthread_cond_timedwait(&changed, &lock, &until);
    }
  }
  return NULL;
}

/* After a fork there is one thread: the watchdog starts again with the first task. */
static void in_child(void) {
  pthread_mutex_init(&lock, NULL);
  started = 0;
  watches = NULL;
  next_look = UINT64_MAX;
}

static void start(void) {
  static int registered;
  if (!registered) {
    registered = 1;
    pthread_atfork(NULL, NULL, in_child);
  }
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&changed, &attributes);
  pthread_condattr_destroy(&attributes);
  pthread_t thread;
  if (pthread_create(&thread, NULL, watchdog, NULL) != 0) return;
  pthread_detach(thread);
  started = 1;
}

void molt_watch_add(MoltWatch *watch) {
  pthread_mutex_lock(&lock);
  watch->task = 0;
  watch->next = watches;
  watches = watch;
  if (!started) start();
  pthread_mutex_unlock(&lock);
}

void molt_watch_remove(MoltWatch *watch) {
  pthread_mutex_lock(&lock);
  for (MoltWatch **link = &watches; *link != NULL; link = &(*link)->next) {
    if (*link == watch) {
      *link = watch->next;
      break;
    }
  }
  pthread_mutex_unlock(&lock);
}

void molt_watch_begin(MoltWatch *watch, MoltMem mem, uint64_t task, uint64_t deadline_ns, uint32_t cpu_ms) {
  pthread_mutex_lock(&lock);
  watch->mem = mem;
  watch->deadline_ns = deadline_ns;
  watch->cpu_limit_ns = 0;
  uint64_t next = deadline_ns == 0 ? UINT64_MAX : deadline_ns;
  if (cpu_ms != 0 && pthread_getcpuclockid(pthread_self(), &watch->cpu_clock) == 0) {
    uint64_t allowed = (uint64_t)cpu_ms * 1000000u;
    watch->cpu_limit_ns = clock_ns(watch->cpu_clock) + allowed;
    uint64_t earliest = molt_now_ns() + allowed;
    if (earliest < next) next = earliest;
  }
  watch->task = task;
  if (next < next_look) pthread_cond_signal(&changed);
  pthread_mutex_unlock(&lock);
}

void molt_watch_end(MoltWatch *watch) {
  pthread_mutex_lock(&lock);
  watch->task = 0;
  pthread_mutex_unlock(&lock);
}

void molt_watch_interrupt(MoltWatch *watch, uint64_t task, uint32_t reason) {
  pthread_mutex_lock(&lock);
  if (watch->task == task) interrupt(watch, reason);
  pthread_mutex_unlock(&lock);
}
