/*
 * One thread that stops tasks: at their deadline, when their CPU time is used up, or when somebody asks.
 *
 * It sets the interrupt cell, which compiled code looks at in every loop. One lock covers beginning, ending and stopping, so a stop
 * can never hit the task after the one it was meant for. The thread sleeps until the next thing that could happen; a task that begins
 * wakes it only if that is earlier. While tasks that want to know that they run long come and go, it looks every MOLT_LONG_NS, so that
 * beginning a task costs no wake-up; when none has begun since its last look, it sleeps.
 */
#define _GNU_SOURCE
#include "service.h"

#include <errno.h>
#include <sys/prctl.h>

/* A task that shares its processor is not looked at more often than this. */
#define LEAST_NAP_NS UINT64_C(50000)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static MoltWatch *watches;
static int started;
/* When the thread looks next, in monotonic nanoseconds. */
static uint64_t next_look = UINT64_MAX;
/* Whether a task with `on_long` has begun since the last look. */
static int begun;

static uint64_t clock_ns(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) return 0;
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t molt_now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }
uint64_t molt_watch_cpu_ns(const MoltWatch *watch) { return clock_ns(watch->cpu_clock); }
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
    if (watch->long_at_ns != 0) {
      if (now >= watch->long_at_ns) {
        uint64_t again = watch->on_long(watch, now);
        watch->long_at_ns = again == 0 ? 0 : now + again;
      }
      if (watch->long_at_ns != 0 && watch->long_at_ns < next) next = watch->long_at_ns;
    }
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
      uint64_t rest = watch->cpu_limit_ns - used;
      uint64_t earliest = now + (rest < LEAST_NAP_NS ? LEAST_NAP_NS : rest);
      if (earliest < next) next = earliest;
    }
  }
  return next;
}

static void *watchdog(void *unused) {
  (void)unused;
  /* Limits are kept to the microsecond where the system can. */
  prctl(PR_SET_TIMERSLACK, 1000UL);
  pthread_mutex_lock(&lock);
  for (;;) {
    uint64_t now = molt_now_ns();
    next_look = look(now);
    if (begun && now + MOLT_LONG_NS < next_look) next_look = now + MOLT_LONG_NS;
    begun = 0;
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
  begun = 0;
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

void molt_watch_begin(MoltWatch *watch, MoltMem mem, uint64_t task, uint64_t now_ns, uint64_t cpu_ns, uint64_t deadline_ns, uint32_t cpu_ms) {
  clockid_t clock = CLOCK_MONOTONIC;
  /* A system that does not tell the CPU time of threads limits the time instead. */
  if (pthread_getcpuclockid(pthread_self(), &clock) != 0) cpu_ns = now_ns;
  uint64_t allowed = (uint64_t)cpu_ms * 1000000u;
  pthread_mutex_lock(&lock);
  watch->mem = mem;
  watch->begin_ns = now_ns;
  watch->begin_cpu_ns = cpu_ns;
  watch->cpu_clock = clock;
  watch->deadline_ns = deadline_ns;
  watch->cpu_limit_ns = 0;
  uint64_t next = deadline_ns == 0 ? UINT64_MAX : deadline_ns;
  if (allowed != 0) {
    watch->cpu_limit_ns = cpu_ns + allowed;
    if (now_ns + allowed < next) next = now_ns + allowed;
  }
  watch->long_at_ns = 0;
  if (watch->on_long != NULL) {
    watch->long_at_ns = now_ns + MOLT_LONG_NS;
    begun = 1;
    if (watch->long_at_ns < next) next = watch->long_at_ns;
  }
  watch->task = task;
  if (next < next_look) {
    next_look = next;
    pthread_cond_signal(&changed);
  }
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
