/*
 * What is taken in, in which order it is started, and what is dropped: the policy of both workers (README.md of the runtime package,
 * "Overload"), under pool.lock.
 *
 * At most `--queue` calls wait, 4 per slot by default; while what waits is done in less than 5 ms, so many short calls are no overload
 * and up to 64 per slot may wait. A call whose deadline would pass before its turn is refused at once. A queue that stands all the same
 * turns around: the newest of the most important calls first, and those that have waited long leave it.
 */
#include "worker.h"

#define MS_NS UINT64_C(1000000)
/* Time without an empty moment before a queue can stand. */
#define STANDING_NS (100 * MS_NS)
/* Calls of each slot that must have left in that time: one long call alone makes no overload. */
enum { LEFT_PER_SLOT = 4 };
/* Shortest wait that makes a queue stand, and its multiple of the service time; the same for what is too long in one that stands. */
#define LIMIT_NS (100 * MS_NS)
#define LIMIT_SERVICES 8
#define TARGET_NS (5 * MS_NS)
#define TARGET_SERVICES 0.5
/* What waits takes less than this: no overload. */
enum { SHORT_US = 5000, SHORT_PER_SLOT = 64 };
/* Criticality from which a call is dropped last. */
enum { CRITICAL = 3 };
/* Weight of the newest call in a moving average. */
#define WEIGHT 0.2

/* Microseconds that a call takes, whatever its export; 0 = unknown. */
static double overall_us;
static uint64_t empty_at_ns;
/* Calls that left since the queue was empty. */
static uint32_t left_since;
static int standing;

Job *overload_take_at(uint32_t index) {
  Job *job = pool.queue[index];
  pool.queued--;
  left_since++;
  memmove(pool.queue + index, pool.queue + index + 1, (pool.queued - index) * sizeof *pool.queue);
  if (pool.queued == 0) {
    empty_at_ns = molt_now_ns();
    left_since = 0;
    standing = 0;
    __atomic_store_n(&pool.next_deadline_ns, UINT64_MAX, __ATOMIC_RELAXED);
  }
  return job;
}

void overload_put(Job *job) {
  if (pool.queued == 0) empty_at_ns = job->received_ns;
  if (job->task.deadline_ns < pool.next_deadline_ns) __atomic_store_n(&pool.next_deadline_ns, job->task.deadline_ns, __ATOMIC_RELAXED);
  pool.queue[pool.queued++] = job;
}

static double moved(double mean, double us) { return mean == 0 ? us : mean + WEIGHT * (us - mean); }

void overload_note(uint32_t export_index, uint32_t run_us) {
  /* 0 is the mark of the unknown. */
  double us = run_us == 0 ? 0.5 : run_us;
  pool.run_us[export_index] = moved(pool.run_us[export_index], us);
  overall_us = moved(overall_us, us);
}

/* Microseconds until a call that comes now would start, and whether an export among those that wait was never seen. */
static double expected_us(int *unknown) {
  double total = 0;
  *unknown = 0;
  if (pool.running < settings.slots) return 0;
  for (uint32_t i = 0; i < pool.queued; i++) {
    double us = pool.run_us[pool.queue[i]->task.export_index];
    if (us == 0) *unknown = 1;
    total += us;
  }
  return total / settings.slots;
}

uint64_t overload_expected_us(void) {
  int unknown;
  return (uint64_t)expected_us(&unknown);
}

uint32_t overload_after_ms(void) {
  uint64_t waiting = pool.queued == 0 ? 1 : pool.queued;
  uint64_t ms = (overload_expected_us() / waiting + 999) / 1000;
  return ms < 1 ? 1 : ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

Admission overload_admit(const Job *job, uint64_t now, Job **dropped) {
  int unknown;
  double us = expected_us(&unknown);
  *dropped = NULL;
  if (job->task.deadline_ns <= now) return REFUSED_LATE;
  if (us * 1000 > (double)(job->task.deadline_ns - now)) return REFUSED_UNMEETABLE;
  uint32_t idle = settings.slots - pool.running;
  if (pool.queued < settings.queue + idle) return ADMITTED;
  double own = pool.run_us[job->task.export_index];
  if (!settings.strict_queue && !unknown && own != 0 && us + own < SHORT_US && pool.queued < SHORT_PER_SLOT * settings.slots) return ADMITTED;
  /* The newest of the least important calls makes room for a more important one. */
  uint32_t least = pool.queued;
  for (uint32_t i = 0; i < pool.queued; i++) {
    if (least == pool.queued || pool.queue[i]->criticality <= pool.queue[least]->criticality) least = i;
  }
  if (least == pool.queued || pool.queue[least]->criticality >= job->criticality) return REFUSED_BUSY;
  *dropped = overload_take_at(least);
  return ADMITTED;
}

static void drop(uint32_t index, Job **dropped) {
  Job *job = overload_take_at(index);
  job->next_dropped = *dropped;
  *dropped = job;
}

void overload_expire(uint64_t now, Job **dropped) {
  if (now < pool.next_deadline_ns) return;
  uint64_t next = UINT64_MAX;
  for (uint32_t i = 0; i < pool.queued;) {
    uint64_t deadline = pool.queue[i]->task.deadline_ns;
    if (now >= deadline) {
      drop(i, dropped);
      continue;
    }
    if (deadline < next) next = deadline;
    i++;
  }
  __atomic_store_n(&pool.next_deadline_ns, next, __ATOMIC_RELAXED);
}

/* So many services, but at least so long. */
static uint64_t services(double count, uint64_t least_ns) {
  double ns = count * overall_us * 1000;
  return ns > (double)least_ns ? (uint64_t)ns : least_ns;
}

/* The newest of the most important calls; of the others, those that have waited long are dropped, critical ones only among themselves. */
static Job *turn_around(uint64_t now, Job **dropped) {
  uint32_t best = 0;
  for (uint32_t i = 1; i < pool.queued; i++) {
    if (pool.queue[i]->criticality >= pool.queue[best]->criticality) best = i;
  }
  Job *job = overload_take_at(best);
  uint64_t target = services(TARGET_SERVICES, TARGET_NS);
  int only_critical = 1;
  for (uint32_t i = 0; i < pool.queued; i++) only_critical &= pool.queue[i]->criticality >= CRITICAL;
  for (uint32_t i = 0; i < pool.queued;) {
    const Job *waiting = pool.queue[i];
    if (now - waiting->received_ns > target && (only_critical || waiting->criticality < CRITICAL)) drop(i, dropped);
    else i++;
  }
  return job;
}

Job *overload_next(uint64_t now, Job **dropped) {
  overload_expire(now, dropped);
  if (pool.queued == 0) return NULL;
  uint64_t limit = services(LIMIT_SERVICES, LIMIT_NS);
  int lasting = now - empty_at_ns > STANDING_NS && left_since >= LEFT_PER_SLOT * settings.slots;
  if (lasting && now - pool.queue[0]->received_ns > limit) standing = 1;
  return standing ? turn_around(now, dropped) : overload_take_at(0);
}
