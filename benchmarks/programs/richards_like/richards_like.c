/* A small operating system in simulation: tasks with priorities exchange packets through a scheduler. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Packet {
  long long source, kind, size;
  struct Packet *link;
} Packet;

typedef struct {
  Packet *head, *tail;
  long long length;
} Mailbox;

typedef struct System System;
typedef struct Task Task;

struct Task {
  int (*ready)(const Task *);
  void (*step)(Task *, System *);
  long long number, priority, runs, checksum;
  Mailbox mailbox;
  long long supply, state;       /* producer */
  long long speed, left;         /* worker */
  Packet *current;               /* worker */
  long long delay, waiting;      /* device */
};

struct System {
  Task *tasks[16], *workers[16], *devices[16];
  int task_count, worker_count, device_count;
  long long sent, finished, ticks;
};

static void put(Mailbox *box, Packet *packet) {
  packet->link = NULL;
  if (!box->tail) box->head = packet;
  else box->tail->link = packet;
  box->tail = packet;
  box->length++;
}

static Packet *take(Mailbox *box) {
  Packet *packet = box->head;
  if (!packet) return NULL;
  box->head = packet->link;
  if (!box->head) box->tail = NULL;
  box->length--;
  return packet;
}

static void note(Task *task, long long value) {
  task->runs++;
  long long sum = (task->checksum * 31 + value) % 1000003;
  task->checksum = sum < 0 ? sum + 1000003 : sum;
}

static void post(System *system, Packet *packet, Task *target) {
  system->sent++;
  put(&target->mailbox, packet);
}

static int producer_ready(const Task *task) { return task->supply > 0 && task->mailbox.length < 4; }

static void producer_step(Task *task, System *system) {
  task->state = (task->state * 1103515245 + 12345) % 2147483648LL;
  task->supply--;
  Packet *packet = malloc(sizeof(Packet));
  packet->source = task->number;
  packet->kind = task->state / 65536 % 3;
  packet->size = task->state / 1024 % 50 + 1;
  note(task, packet->size);
  post(system, packet, system->workers[packet->kind % system->worker_count]);
}

static int worker_ready(const Task *task) { return task->current != NULL || task->mailbox.length > 0; }

static void worker_step(Task *task, System *system) {
  Packet *packet = task->current;
  if (!packet) {
    packet = take(&task->mailbox);
    if (!packet) return;
    task->current = packet;
    task->left = packet->size;
  }
  task->left -= task->speed;
  note(task, task->left);
  if (task->left <= 0) {
    task->current = NULL;
    post(system, packet, system->devices[packet->source % system->device_count]);
  }
}

static int device_ready(const Task *task) { return task->mailbox.length > 0; }

static void device_step(Task *task, System *system) {
  if (task->waiting < task->delay) {
    task->waiting++;
    return;
  }
  task->waiting = 0;
  Packet *packet = take(&task->mailbox);
  if (packet) {
    note(task, packet->size * 10 + packet->kind);
    system->finished++;
    free(packet);
  }
}

static Task *add(System *system, long long number, long long priority) {
  Task *task = calloc(1, sizeof(Task));
  task->number = task->checksum = number;
  task->priority = priority;
  int at = system->task_count;
  while (at > 0 && system->tasks[at - 1]->priority < priority) {
    system->tasks[at] = system->tasks[at - 1];
    at--;
  }
  system->tasks[at] = task;
  system->task_count++;
  return task;
}

static void add_producer(System *system, long long number, long long priority, long long supply) {
  Task *task = add(system, number, priority);
  task->ready = producer_ready;
  task->step = producer_step;
  task->supply = supply;
  task->state = number * 7919;
}

static void add_worker(System *system, long long number, long long priority, long long speed) {
  Task *task = add(system, number, priority);
  task->ready = worker_ready;
  task->step = worker_step;
  task->speed = speed;
  system->workers[system->worker_count++] = task;
}

static void add_device(System *system, long long number, long long priority, long long delay) {
  Task *task = add(system, number, priority);
  task->ready = device_ready;
  task->step = device_step;
  task->delay = delay;
  system->devices[system->device_count++] = task;
}

int main(void) {
  System system;
  memset(&system, 0, sizeof system);
  add_producer(&system, 1, 10, 60000);
  add_producer(&system, 2, 20, 60000);
  add_worker(&system, 3, 30, 7);
  add_worker(&system, 4, 40, 5);
  add_worker(&system, 5, 50, 9);
  add_device(&system, 6, 60, 2);
  add_device(&system, 7, 70, 3);
  for (int busy = 1; busy;) {
    busy = 0;
    for (int i = 0; i < system.task_count; i++) {
      Task *task = system.tasks[i];
      if (task->ready(task)) {
        task->step(task, &system);
        busy = 1;
      }
    }
    system.ticks++;
  }
  printf("%lld %lld %lld\n", system.ticks, system.sent, system.finished);
  for (int i = 0; i < system.task_count; i++)
    printf("%lld %lld %lld\n", system.tasks[i]->number, system.tasks[i]->runs, system.tasks[i]->checksum);
  return 0;
}
