/*
 * Compute slots, the queue before them, and which calls of a connection are not answered.
 *
 * A slot is an instance, not a thread: whoever has a call to run and finds a slot free takes it, runs the call, answers it, and goes on
 * with what waits. Every call leaves by exactly one way: `finish` when it ran, one of the refusals when it did not.
 */
#define _GNU_SOURCE
#include "worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

Pool pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .next_deadline_ns = UINT64_MAX};

/* Calls of exports that take longer are run by a thread that holds no connection. */
enum { LONG_US = 100 };
/* Answers are kept back for each other up to here. */
enum { CORK_BYTES = 32768 };

/* The watchdog's word that a call runs long. */
static uint64_t on_long(MoltWatch *watch, uint64_t now) {
  Slot *slot = (Slot *)watch;
  Connection *held = __atomic_exchange_n(&slot->held, NULL, __ATOMIC_ACQ_REL);
  if (held != NULL) reactor_pass_on(held);
  uint64_t again = processors_tend(slot, now), deadline = __atomic_load_n(&pool.next_deadline_ns, __ATOMIC_RELAXED);
  /* Calls that wait for a slot are answered at their deadline. */
  if (now >= deadline) reactor_wake();
  return now < deadline && deadline - now < again ? deadline - now : again;
}

/* --- lists; pool.lock is held --- */

/* Takes a call off its connection's list. */
static void forget(Job *job) {
  Connection *connection = job->connection;
  for (Job **link = &connection->active; *link != NULL; link = &(*link)->next) {
    if (*link != job) continue;
    *link = job->next;
    connection->active_count--;
    connection->active_bytes -= job->size;
    return;
  }
}

static void begin(Job *job, Slot *slot) {
  job->slot = slot;
  slot->job = job;
  pool.running++;
}

/* Takes a slot; there is one when fewer calls run than there are slots. */
static Slot *free_slot(void) {
  Slot *slot = pool.free_slots;
  pool.free_slots = slot->next_free;
  return slot;
}

static uint32_t index_in_queue(const Job *job) {
  uint32_t index = 0;
  while (index < pool.queued && pool.queue[index] != job) index++;
  return index;
}

/* Takes calls that were never started off all lists. */
static void forget_all(Job *dropped) {
  for (Job *job = dropped; job != NULL; job = job->next_dropped) forget(job);
}

/* --- calls in --- */

/* Answers what the queue dropped; no lock is held. */
static void refuse_dropped(Job *dropped, uint32_t after_ms) {
  uint64_t now = dropped == NULL ? 0 : molt_now_ns();
  for (Job *job = dropped, *next; job != NULL; job = next) {
    next = job->next_dropped;
    if (now >= job->task.deadline_ns) refuse_stopped(job, "deadline");
    else refuse_shed(job, after_ms);
  }
}

static void refuse_credit(Job *job, uint32_t credit, int is_window) {
  char message[100];
  if (is_window) snprintf(message, sizeof message, "more than the %u bytes of calls in flight that were granted", (unsigned)MOLT_WINDOW);
  else snprintf(message, sizeof message, "more than the %u calls in flight that were granted", credit);
  refuse_plain(job, MOLT_BUSY, message, 10);
}

Job *pool_submit(Job *job, int may_run) {
  Connection *connection = job->connection;
  Job *dropped = NULL;
  __atomic_add_fetch(&connection->references, 1, __ATOMIC_RELAXED);
  __atomic_add_fetch(&connection->owed, 1, __ATOMIC_RELAXED);
  pthread_mutex_lock(&pool.lock);
  uint32_t credit = connection->credit;
  int no_credit = connection->active_count >= credit;
  int no_window = connection->active_count != 0 && connection->active_bytes + job->size > MOLT_WINDOW;
  if (no_credit || no_window) {
    pthread_mutex_unlock(&pool.lock);
    refuse_credit(job, credit, !no_credit);
    return NULL;
  }
  int runs = may_run && pool.queued == 0 && pool.running < settings.slots;
  Admission admission = runs ? ADMITTED : overload_admit(job, job->received_ns, &dropped);
  uint32_t queued = pool.queued, after_ms = 0;
  uint64_t expected_us = 0;
  int wake = 0;
  if (admission != ADMITTED || dropped != NULL) {
    after_ms = overload_after_ms();
    expected_us = overload_expected_us();
  }
  if (admission == ADMITTED) {
    double run_us = pool.run_us[job->task.export_index];
    job->is_long = run_us > LONG_US;
    job->task.id = ++pool.next_task;
    job->next = connection->active;
    connection->active = job;
    connection->active_count++;
    connection->active_bytes += job->size;
    if (runs) {
      begin(job, free_slot());
    } else {
      overload_put(job);
      wake = pool.running < settings.slots;
    }
  }
  if (dropped != NULL) forget(dropped);
  pthread_mutex_unlock(&pool.lock);
  if (dropped != NULL) dropped->next_dropped = NULL;
  if (dropped != NULL) refuse_dropped(dropped, after_ms);
  if (admission == REFUSED_BUSY) refuse_busy(job, queued, after_ms);
  else if (admission == REFUSED_UNMEETABLE) refuse_unmeetable(job, expected_us);
  else if (admission == REFUSED_LATE) refuse_stopped(job, "deadline");
  if (wake) reactor_wake();
  return runs ? job : NULL;
}

Job *pool_take(int *more) {
  Job *job = NULL, *dropped = NULL;
  uint32_t after_ms = 0;
  *more = 0;
  if (__atomic_load_n(&pool.queued, __ATOMIC_RELAXED) == 0) return NULL;
  uint64_t now = molt_now_ns();
  if (now < __atomic_load_n(&pool.next_deadline_ns, __ATOMIC_RELAXED) && __atomic_load_n(&pool.running, __ATOMIC_RELAXED) >= settings.slots) return NULL;
  pthread_mutex_lock(&pool.lock);
  overload_expire(now, &dropped);
  if (pool.queued != 0 && pool.running < settings.slots) job = overload_next(now, &dropped);
  forget_all(dropped);
  if (dropped != NULL) after_ms = overload_after_ms();
  if (job != NULL) {
    begin(job, free_slot());
    *more = pool.queued != 0 && pool.running < settings.slots;
  }
  pthread_mutex_unlock(&pool.lock);
  refuse_dropped(dropped, after_ms);
  return job;
}

uint32_t pool_active(Connection *connection) { return __atomic_load_n(&connection->owed, __ATOMIC_ACQUIRE); }

const char *pool_export_of(Connection *connection, uint64_t call_id) {
  pthread_mutex_lock(&pool.lock);
  Job *job = connection->active;
  while (job != NULL && job->call_id != call_id) job = job->next;
  const char *name = job == NULL ? NULL : molt_service.exports[job->task.export_index].name;
  pthread_mutex_unlock(&pool.lock);
  return name;
}

/* --- stopping --- */

/* Stops a running call; the lock is held. */
static void stop(Job *job, const char *reason) {
  uint32_t trap = strcmp(reason, "disconnect") == 0 ? MOLT_TRAP_DISCONNECT : strcmp(reason, "shutdown") == 0 ? MOLT_TRAP_SHUTDOWN : MOLT_TRAP_USER;
  job->task.cancel_reason = reason;
  __atomic_store_n(&job->task.cancel_trap, trap, __ATOMIC_SEQ_CST);
  molt_watch_interrupt(&job->slot->watch, job->task.id, trap);
}

void pool_cancel(Connection *connection, uint64_t call_id, const char *reason) {
  pthread_mutex_lock(&pool.lock);
  Job *job = connection->active;
  while (job != NULL && job->call_id != call_id) job = job->next;
  int queued = job != NULL && job->slot == NULL;
  if (queued) {
    overload_take_at(index_in_queue(job));
    forget(job);
  } else if (job != NULL) {
    stop(job, reason);
  }
  pthread_mutex_unlock(&pool.lock);
  if (queued) refuse_stopped(job, reason);
}

void pool_cancel_all(Connection *connection, const char *reason) {
  Job *unstarted = NULL;
  pthread_mutex_lock(&pool.lock);
  for (Job *job = connection->active; job != NULL; job = job->next) {
    if (job->slot != NULL) {
      stop(job, reason);
      continue;
    }
    overload_take_at(index_in_queue(job));
    job->next_dropped = unstarted;
    unstarted = job;
  }
  forget_all(unstarted);
  pthread_mutex_unlock(&pool.lock);
  for (Job *job = unstarted, *next; job != NULL; job = next) {
    next = job->next_dropped;
    refuse_stopped(job, reason);
  }
}

void pool_stop_all(const char *reason) {
  Job *unstarted = NULL;
  pthread_mutex_lock(&pool.lock);
  while (pool.queued != 0) {
    Job *job = overload_take_at(pool.queued - 1);
    job->next_dropped = unstarted;
    unstarted = job;
  }
  forget_all(unstarted);
  for (Slot *slot = pool.slots; slot < pool.slots + settings.slots; slot++) {
    if (slot->job != NULL) stop(slot->job, reason);
  }
  pthread_mutex_unlock(&pool.lock);
  for (Job *job = unstarted, *next; job != NULL; job = next) {
    next = job->next_dropped;
    refuse_stopped(job, reason);
  }
}

/* --- running --- */

/* A result that the connection does not take becomes an error. */
static void fit(const Job *job, MoltOutcome *outcome) {
  uint32_t most = job->connection->max_message - MOLT_RESULT_HEAD;
  if (!outcome->ok || outcome->body_length <= most) return;
  MoltLabel label = {molt_service.exports[job->task.export_index].name, 0, 0};
  outcome->ok = 0;
  outcome->reason = "output";
  if (outcome->body_length > MOLT_MAX_MESSAGE - MOLT_RESULT_HEAD) {
    outcome->code = molt_pack_trapped(&outcome->pack, &label, MOLT_TRAP_OUTPUT);
    return;
  }
  MoltError error = {.code = MOLT_RESULT_TOO_LARGE, .executed = -1, .details = (const uint8_t *)"\x80", .details_length = 1};
  outcome->code = molt_pack_failure(&outcome->pack, &label, &error, "the result of %s has %u bytes, the connection takes %u", label.name, outcome->body_length, most);
}

static void answer(Job *job, MoltOutcome *outcome, uint64_t queue_us, int cork) {
  Connection *connection = job->connection;
  if (!outcome->ok) return connection_send_failure(connection, job->call_id, &outcome->pack, cork);
  uint8_t head[MOLT_RESULT_HEAD];
  molt_put32(head, queue_us > UINT32_MAX ? UINT32_MAX : (uint32_t)queue_us);
  molt_put32(head + 4, outcome->exec_us);
  molt_put32(head + 8, outcome->cpu_us);
  molt_put32(head + 12, outcome->peak_kib);
  connection_send_result(connection, job->call_id, head, outcome->body, outcome->body_length, cork);
}

/* While calls are short, a connection that uses all its credit gets more; the lock is held. */
static uint32_t more_credit(Connection *connection, uint32_t export_index) {
  if (connection->credit >= MOLT_FULL_CREDIT || connection->active_count < connection->credit) return 0;
  if (settings.strict_queue || pool.run_us[export_index] * MOLT_FULL_CREDIT > 5000.0 * settings.slots) return 0;
  uint32_t more = MOLT_FULL_CREDIT - connection->credit;
  connection->credit = MOLT_FULL_CREDIT;
  return more;
}

static void send_credit(Connection *connection, uint32_t calls) {
  MoltPack pack = {0};
  molt_pack_map(&pack, 1);
  molt_pack_string(&pack, "calls");
  molt_pack_uint(&pack, calls);
  connection_send_pack(connection, MOLT_CREDIT, 0, &pack);
}

/* Makes a slot ready for the next call. */
static void refresh(Slot *slot, const Job *job, const MoltOutcome *outcome) {
  if (!outcome->broken) {
    molt_instance_reset(slot->instance, &molt_module);
    return;
  }
  log_fault("%s was stopped by a fault of its compiled code; its instance is replaced", molt_service.exports[job->task.export_index].name);
  MoltInstance *fresh = molt_service_clone(pool.frozen);
  if (fresh == NULL) {
    molt_instance_reset(slot->instance, &molt_module);
    return;
  }
  molt_instance_free(slot->instance);
  slot->instance = fresh;
}

/* Answers a call that ran and gives its slot to the next; returns that, or NULL. */
static Job *finish(Job *job, MoltOutcome *outcome, uint64_t started, Connection *held) {
  Connection *connection = job->connection;
  Slot *slot = job->slot;
  uint64_t queue_us = (started - job->received_ns) / 1000;
  Job *dropped = NULL;
  uint32_t after_ms = 0;
  fit(job, outcome);
  pthread_mutex_lock(&pool.lock);
  metrics_note(job, outcome->code, outcome->reason, molt_now_ns(), started, outcome);
  overload_note(job->task.export_index, outcome->exec_us);
  uint32_t credit = more_credit(connection, job->task.export_index);
  /* The credit returns before the answer leaves, so the next call cannot be too early. */
  slot->job = NULL;
  forget(job);
  pthread_mutex_unlock(&pool.lock);
  /* Whoever has the answer finds the call in the log and in the metrics. */
  log_call(job, outcome->code, outcome->reason, queue_us, outcome);
  int cork = held == connection && connection_has_frame(held) && connection_unsent(held) < CORK_BYTES;
  answer(job, outcome, queue_us, cork);
  if (credit != 0) send_credit(connection, credit);
  refresh(slot, job, outcome);
  free(outcome->pack.bytes);
  pthread_mutex_lock(&pool.lock);
  pool.running--;
  Job *next = pool.queued == 0 ? NULL : overload_next(molt_now_ns(), &dropped);
  forget_all(dropped);
  if (dropped != NULL) after_ms = overload_after_ms();
  if (next != NULL) {
    begin(next, slot);
  } else {
    slot->next_free = pool.free_slots;
    pool.free_slots = slot;
  }
  pthread_mutex_unlock(&pool.lock);
  refuse_dropped(dropped, after_ms);
  job_done(job);
  return next;
}

Connection *pool_run(Job *job, Connection *held) {
  static _Thread_local int thread_id;
  if (thread_id == 0) thread_id = (int)syscall(SYS_gettid);
  int is_patient = 0;
  while (job != NULL) {
    Slot *slot = job->slot;
    slot->thread_id = thread_id;
    __atomic_store_n(&slot->held, held, __ATOMIC_RELEASE);
    uint64_t started = molt_now_ns();
    MoltOutcome outcome;
    molt_task_execute(slot->instance, &slot->watch, &job->task, &outcome);
    if (held != NULL && __atomic_exchange_n(&slot->held, NULL, __ATOMIC_ACQ_REL) == NULL) held = NULL;
    is_patient |= processors_release(slot);
    job = finish(job, &outcome, started, held);
  }
  /* From here on this thread reads again. */
  if (is_patient) processors_short_turns();
  return held;
}

int pool_start(const MoltInstance *frozen) {
  uint32_t room = settings.queue > 64 * settings.slots ? settings.queue : 64 * settings.slots;
  pool.frozen = frozen;
  pool.queue = calloc(room + settings.slots, sizeof *pool.queue);
  pool.run_us = calloc(molt_service.export_count + 1, sizeof *pool.run_us);
  pool.slots = calloc(settings.slots, sizeof *pool.slots);
  if (pool.queue == NULL || pool.run_us == NULL || pool.slots == NULL) return -1;
  for (uint32_t i = 0; i < settings.slots; i++) {
    Slot *slot = &pool.slots[i];
    slot->instance = molt_service_clone(frozen);
    if (slot->instance == NULL) return -1;
    slot->watch.on_long = on_long;
    molt_watch_add(&slot->watch);
    slot->next_free = pool.free_slots;
    pool.free_slots = slot;
  }
  return 0;
}
