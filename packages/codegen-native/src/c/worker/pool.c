/*
 * Compute slots and the queue before them.
 *
 * A call is refused at once when the queue is full or so long that its deadline cannot be met, and again when it is taken out too late:
 * nothing is started for a caller that is gone. While the queue does not get empty, the newest call is taken first and sheddable ones
 * that waited are dropped, because the oldest are the ones whose callers give up soonest.
 */
#include "worker.h"

#include <stdio.h>
#include <stdlib.h>

Pool pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .ready = PTHREAD_COND_INITIALIZER};

#define MS_NS UINT64_C(1000000)
/* A queue that was not empty for so long means overload. */
#define OVERLOAD_NS (100 * MS_NS)
/* Sheddable calls wait no longer than this under overload. */
#define SHED_NS (20 * MS_NS)

typedef struct {
  MoltInstance *instance;
  const MoltInstance *frozen;
  MoltWatch watch;
} Slot;

/* Takes a call off its connection's list; the lock is held. */
static void forget(Job *job) {
  for (Job **link = &job->connection->active; *link != NULL; link = &(*link)->next) {
    if (*link == job) {
      *link = job->next;
      job->connection->active_count--;
      return;
    }
  }
}

static void release(Job *job) {
  connection_release(job->connection);
  free(job->input);
  free(job);
}

/* Answers a call that was never started; the lock is not held, and the call is off all lists. */
static void answer_unstarted(Job *job, uint16_t code, const char *message, uint32_t after_ms, const char *reason) {
  MoltPack details = {0};
  MoltError error = {.code = code, .executed = MOLT_EXECUTED_NO, .after_ms = after_ms, .message = message, .message_length = strlen(message)};
  if (reason != NULL) {
    molt_pack_map(&details, 1);
    molt_pack_string(&details, "reason");
    molt_pack_string(&details, reason);
    if (!details.failed) {
      error.details = details.bytes;
      error.details_length = details.length;
    }
  }
  connection_send_error(job->connection, job->call_id, &error);
  free(details.bytes);
  release(job);
}

/* Takes the queue's entry at an index; the lock is held. */
static Job *take_at(uint32_t index) {
  Job *job = pool.queue[index];
  pool.queued--;
  memmove(pool.queue + index, pool.queue + index + 1, (pool.queued - index) * sizeof *pool.queue);
  if (pool.queued == 0) pool.busy_since_ns = 0;
  return job;
}

static uint32_t expected_wait_ms(uint32_t ahead) {
  uint64_t us = pool.run_us * (ahead + 1) / pool.slots;
  return us / 1000 > UINT32_MAX ? UINT32_MAX : (uint32_t)(us / 1000);
}

void pool_submit(Job *job) {
  Connection *connection = job->connection;
  char message[120];
  __atomic_add_fetch(&connection->references, 1, __ATOMIC_RELAXED);
  pthread_mutex_lock(&pool.lock);
  uint32_t wait_ms = pool.running < pool.slots ? 0 : expected_wait_ms(pool.queued);
  uint64_t left_ms = (job->task.deadline_ns - job->received_ns) / MS_NS;
  if (wait_ms > left_ms) {
    uint32_t queued = pool.queued;
    pthread_mutex_unlock(&pool.lock);
    snprintf(message, sizeof message, "%u calls wait, about %u ms; the deadline is in %llu ms", queued, wait_ms, (unsigned long long)left_ms);
    return answer_unstarted(job, MOLT_DEADLINE_UNMEETABLE, message, 0, NULL);
  }
  Job *dropped = NULL;
  /* Calls that idle slots are about to take do not wait. */
  if (pool.queued + pool.running >= pool.capacity + pool.slots && pool.queued != 0) {
    /* The newest of the least important calls makes room for a more important one. */
    uint32_t least = pool.queued;
    for (uint32_t i = 0; i < pool.queued; i++) {
      if (pool.queue[i]->criticality < job->criticality && (least == pool.queued || pool.queue[i]->criticality <= pool.queue[least]->criticality)) least = i;
    }
    if (least == pool.queued) {
      pthread_mutex_unlock(&pool.lock);
      snprintf(message, sizeof message, "the queue is full: %u calls wait", pool.capacity);
      return answer_unstarted(job, MOLT_BUSY, message, wait_ms > 10 ? wait_ms : 10, NULL);
    }
    dropped = take_at(least);
    forget(dropped);
  }
  job->task.id = ++pool.next_task;
  job->next = connection->active;
  connection->active = job;
  connection->active_count++;
  if (pool.queued == 0) pool.busy_since_ns = job->received_ns;
  pool.queue[pool.queued++] = job;
  pthread_cond_signal(&pool.ready);
  pthread_mutex_unlock(&pool.lock);
  if (dropped != NULL) answer_unstarted(dropped, MOLT_SHED, "a more important call took the place in the queue", 100, NULL);
}

uint32_t pool_active(Connection *connection) {
  pthread_mutex_lock(&pool.lock);
  uint32_t count = connection->active_count;
  pthread_mutex_unlock(&pool.lock);
  return count;
}

/* Stops a running call; the lock is held. */
static void stop(Job *job, const char *reason, uint32_t trap) {
  job->task.cancel_reason = reason;
  __atomic_store_n(&job->task.cancel_trap, trap, __ATOMIC_SEQ_CST);
  molt_watch_interrupt(job->watch, job->task.id, trap);
}

static uint32_t index_in_queue(const Job *job) {
  uint32_t index = 0;
  while (index < pool.queued && pool.queue[index] != job) index++;
  return index;
}

void pool_cancel(Connection *connection, uint64_t call_id, const char *reason, uint32_t trap) {
  pthread_mutex_lock(&pool.lock);
  Job *job = connection->active;
  while (job != NULL && job->call_id != call_id) job = job->next;
  int queued = job != NULL && job->watch == NULL;
  if (queued) {
    take_at(index_in_queue(job));
    forget(job);
  } else if (job != NULL) {
    stop(job, reason, trap);
  }
  pthread_mutex_unlock(&pool.lock);
  if (queued) answer_unstarted(job, MOLT_CANCELLED, "the call was cancelled before it began", 0, reason);
}

void pool_cancel_all(Connection *connection, const char *reason, uint32_t trap) {
  Job *unstarted = NULL;
  pthread_mutex_lock(&pool.lock);
  for (Job *job = connection->active, *next; job != NULL; job = next) {
    next = job->next;
    if (job->watch != NULL) {
      stop(job, reason, trap);
      continue;
    }
    take_at(index_in_queue(job));
    forget(job);
    job->next = unstarted;
    unstarted = job;
  }
  pthread_mutex_unlock(&pool.lock);
  for (Job *job = unstarted, *next; job != NULL; job = next) {
    next = job->next;
    if (trap == MOLT_TRAP_DISCONNECT) release(job);
    else answer_unstarted(job, MOLT_CANCELLED, "the call was cancelled before it began", 0, reason);
  }
}

/* Waits for a call that is worth starting; NULL when the worker stops. The lock is held. */
static Job *next_job(void) {
  for (;;) {
    while (pool.queued == 0 && !pool.stopping) pthread_cond_wait(&pool.ready, &pool.lock);
    if (pool.queued == 0) return NULL;
    uint64_t now = molt_now_ns();
    int overload = pool.busy_since_ns != 0 && now - pool.busy_since_ns > OVERLOAD_NS;
    Job *job = take_at(overload ? pool.queued - 1 : 0);
    uint64_t waited = now - job->received_ns;
    pool.wait_us = (7 * pool.wait_us + waited / 1000) / 8;
    int late = now >= job->task.deadline_ns;
    if (!late && !(overload && job->criticality == 0 && waited > SHED_NS)) return job;
    forget(job);
    pthread_mutex_unlock(&pool.lock);
    if (late) answer_unstarted(job, MOLT_DEADLINE_EXCEEDED, "the deadline passed while the call waited", 0, NULL);
    else answer_unstarted(job, MOLT_SHED, "the worker is overloaded and the call may be dropped", 100, NULL);
    pthread_mutex_lock(&pool.lock);
  }
}

static void answer(Job *job, MoltOutcome *outcome, uint64_t started_ns) {
  Connection *connection = job->connection;
  if (outcome->pack.failed) {
    connection_send_plain_error(connection, job->call_id, MOLT_INTERNAL, "the worker has no memory for the answer", 0);
  } else if (!outcome->ok) {
    connection_send(connection, MOLT_ERROR, job->call_id, outcome->pack.bytes, outcome->pack.length);
  } else if (outcome->pack.length - MOLT_HEADER > connection->max_message) {
    connection_send_plain_error(connection, job->call_id, MOLT_RESULT_TOO_LARGE, "the result is larger than the connection takes", 0);
  } else {
    uint8_t *head = outcome->pack.bytes + MOLT_HEADER;
    uint64_t queue_us = (started_ns - job->received_ns) / 1000;
    molt_put32(head, queue_us > UINT32_MAX ? UINT32_MAX : (uint32_t)queue_us);
    molt_put32(head + 4, outcome->exec_us);
    molt_put32(head + 8, outcome->cpu_us);
    molt_put32(head + 12, outcome->peak_kib);
    connection_send_in_place(connection, MOLT_RESULT, job->call_id, outcome->pack.bytes, outcome->pack.length - MOLT_HEADER);
  }
  free(outcome->pack.bytes);
}

static void *work(void *argument) {
  Slot *slot = argument;
  pthread_mutex_lock(&pool.lock);
  for (Job *job; (job = next_job()) != NULL;) {
    job->watch = &slot->watch;
    pool.running++;
    pthread_mutex_unlock(&pool.lock);
    uint64_t started = molt_now_ns();
    MoltOutcome outcome;
    int broken;
    molt_task_run(slot->instance, &slot->watch, &job->task, &outcome, &broken);
    if (broken) {
      MoltInstance *fresh = molt_service_clone(slot->frozen);
      if (fresh != NULL) {
        molt_instance_free(slot->instance);
        slot->instance = fresh;
      } else {
        molt_instance_reset(slot->instance, &molt_module);
      }
    }
    pthread_mutex_lock(&pool.lock);
    pool.run_us = pool.run_us == 0 ? outcome.exec_us : (7 * pool.run_us + outcome.exec_us) / 8;
    pool.running--;
    /* The credit returns before the answer leaves, so the next call cannot be too early. */
    forget(job);
    pthread_mutex_unlock(&pool.lock);
    answer(job, &outcome, started);
    release(job);
    pthread_mutex_lock(&pool.lock);
    /* A connection that drains ends with its last answer. */
    if (pool.stopping) worker_wake();
  }
  pthread_mutex_unlock(&pool.lock);
  return NULL;
}

int pool_start(uint32_t slots, uint32_t credit, const MoltInstance *frozen) {
  pool.slots = slots;
  pool.credit = credit;
  /* How many may wait. */
  pool.capacity = 4 * slots;
  pool.queue = calloc(pool.capacity + slots, sizeof *pool.queue);
  if (pool.queue == NULL) return -1;
  for (uint32_t i = 0; i < slots; i++) {
    Slot *slot = calloc(1, sizeof *slot);
    if (slot == NULL) return -1;
    slot->frozen = frozen;
    slot->instance = molt_service_clone(frozen);
    pthread_t thread;
    if (slot->instance == NULL) return -1;
    molt_watch_add(&slot->watch);
    if (pthread_create(&thread, NULL, work, slot) != 0) return -1;
    pthread_detach(thread);
  }
  return 0;
}
