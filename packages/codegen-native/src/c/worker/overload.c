/*
 * What is taken in, in which order it is started, and what is dropped: the policy of the worker, under pool.lock.
 *
 * At most `--queue` calls wait, 4 per slot by default; while what waits is done in less than 5 ms, so many short calls are no overload
 * and up to 64 per slot may wait. A call whose deadline would pass before its turn, by the moving averages of what waits before it, is
 * refused at once. When the oldest call has waited for more than 100 ms, the queue stands: then the newest of the most important calls
 * is started first, because its caller still waits, and at each start the calls that have waited for more than 5 ms beyond that are
 * dropped, the least important first, until no more than one per slot is left.
 */
#include "worker.h"

/* A queue whose oldest call has waited for so long stands. */
#define STANDING_NS UINT64_C(100000000)
/* Calls that waited for less than this are never dropped. */
#define TARGET_NS UINT64_C(5000000)
/* What waits takes less than this: no overload. */
enum { SHORT_US = 5000, SHORT_PER_SLOT = 64 };
/* Weight of the newest call in a moving average. */
#define WEIGHT 0.2

Job *overload_take_at(uint32_t index) {
  Job *job = pool.queue[index];
  pool.queued--;
  memmove(pool.queue + index, pool.queue + index + 1, (pool.queued - index) * sizeof *pool.queue);
  return job;
}

void overload_note(uint32_t export_index, uint32_t run_us) {
  double *mean = &pool.run_us[export_index];
  double us = run_us == 0 ? 0.5 : run_us;
  *mean = *mean == 0 ? us : *mean + WEIGHT * (us - *mean);
}

/* The same, and whether an export among them was never seen. */
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
  if (job->task.deadline_ns <= now || us * 1000 > (double)(job->task.deadline_ns - now)) return REFUSED_UNMEETABLE;
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

Job *overload_next(uint64_t now, Job **dropped) {
  for (uint32_t i = 0; i < pool.queued;) {
    if (now >= pool.queue[i]->task.deadline_ns) drop(i, dropped);
    else i++;
  }
  if (pool.queued == 0) return NULL;
  if (now - pool.queue[0]->received_ns <= STANDING_NS) return overload_take_at(0);
  uint32_t best = pool.queued - 1;
  for (uint32_t i = pool.queued; i-- > 0;) {
    if (pool.queue[i]->criticality > pool.queue[best]->criticality) best = i;
  }
  Job *job = overload_take_at(best);
  for (uint8_t criticality = 0; criticality < 4; criticality++) {
    for (uint32_t i = 0; i < pool.queued && pool.queued > settings.slots;) {
      const Job *waiting = pool.queue[i];
      if (waiting->criticality == criticality && now - waiting->received_ns > TARGET_NS) drop(i, dropped);
      else i++;
    }
  }
  return job;
}
