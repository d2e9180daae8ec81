/*
 * What the system should know of threads that compute for long, so that the others get a processor when they need one.
 *
 * Turns: threads that read sockets and watch limits ask for short turns; a thread whose call runs long takes those that everybody has,
 * and then a thread that wakes up takes its processor at once instead of waiting for the end of its turn. Places: a client that wakes often keeps
 * the system from noticing that two calls share one processor while another is idle; a call that gets much less CPU time than time
 * passes is moved away from the other one. Systems that know neither ignore both.
 */
#define _GNU_SOURCE
#include "worker.h"

#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOOK_AGAIN_NS UINT64_C(4000000)
enum { SHORT_TURN_NS = 100000, USUAL_TURN = 0 };

/* struct sched_attr of the kernel, its first version. */
typedef struct {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
} Turn;

static void take_turns(int thread, uint64_t ns) {
#ifdef SYS_sched_setattr
  Turn turn = {.size = sizeof turn, .runtime = ns};
  turn.nice = getpriority(PRIO_PROCESS, (id_t)thread);
  syscall(SYS_sched_setattr, thread, &turn, 0);
#else
  (void)thread;
  (void)ns;
#endif
}

void processors_short_turns(void) { take_turns(0, SHORT_TURN_NS); }

/* On which processor a thread is; -1 when the system does not tell. */
static int processor_of(int thread) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
  FILE *file = fopen(path, "re");
  if (file == NULL) return -1;
  size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = 0;
  /* Field 39; the second one, a name in parentheses, may hold spaces. */
  char *at = strrchr(text, ')');
  for (int field = 2; at != NULL && field < 39; field++) at = strchr(at + 1, ' ');
  int processor;
  return at != NULL && sscanf(at, "%d", &processor) == 1 ? processor : -1;
}

/* Moves a thread to another processor, from which it may be moved again. */
static void move_away(int thread, int processor) {
  cpu_set_t all, others;
  if (sched_getaffinity(thread, sizeof all, &all) != 0) return;
  others = all;
  CPU_CLR(processor, &others);
  if (CPU_COUNT(&others) == 0) return;
  sched_setaffinity(thread, sizeof others, &others);
  sched_setaffinity(thread, sizeof all, &all);
}

/* Parts a call from another one on the same processor, if there may be an idle one. */
static void part(Slot *slot) {
  cpu_set_t all;
  if (settings.slots < 2 || sched_getaffinity(0, sizeof all, &all) != 0 || (uint32_t)CPU_COUNT(&all) < settings.slots) return;
  int own = processor_of(slot->thread_id);
  for (Slot *other = pool.slots; own >= 0 && other < pool.slots + settings.slots; other++) {
    if (other == slot || other->watch.task == 0 || processor_of(other->thread_id) != own) continue;
    move_away(slot->thread_id, own);
    return;
  }
}

uint64_t processors_tend(Slot *slot, uint64_t now) {
  static _Thread_local int prepared;
  if (!prepared) {
    prepared = 1;
    processors_short_turns();
  }
  uint64_t cpu = molt_watch_cpu_ns(&slot->watch);
  if (!slot->patient) {
    slot->patient = 1;
    slot->seen_ns = slot->watch.begin_ns;
    slot->seen_cpu_ns = slot->watch.begin_cpu_ns;
    take_turns(slot->thread_id, USUAL_TURN);
  }
  /* Less than three quarters: it shares its processor. */
  if (4 * (cpu - slot->seen_cpu_ns) < 3 * (now - slot->seen_ns)) part(slot);
  slot->seen_ns = now;
  slot->seen_cpu_ns = cpu;
  return LOOK_AGAIN_NS;
}

int processors_release(Slot *slot) {
  int was_patient = slot->patient;
  slot->patient = 0;
  return was_patient;
}
