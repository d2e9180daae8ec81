/*
 * The native stack of compiled code, and faults.
 *
 * A fault inside the guard of the stack is deep recursion; a fault inside the instance's reservation is an access outside of its
 * memory. Both become traps of the task that runs on the thread. Any other fault is none of ours and keeps its default action.
 */
#define _GNU_SOURCE
#include "molt.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define MOLT_GUARD ((size_t)1 << 20)
#define MOLT_SIGNAL_STACK 65536

static _Thread_local MoltInstance *molt_running;

static void on_fault(int number, siginfo_t *info, void *context) {
  (void)context;
  MoltInstance *instance = molt_running;
  uint8_t *at = info->si_addr;
  if (instance != NULL) {
    if (at >= instance->stack_guard && at < instance->stack_limit) molt_trap(instance->mem, MOLT_TRAP_STACK);
    if (at >= instance->mem && at < (uint8_t *)instance->reservation + instance->reserved) molt_trap(instance->mem, MOLT_TRAP_UNREACHABLE);
  }
  signal(number, SIG_DFL);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void install(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
}

int molt_guard_this_stack(MoltInstance *instance) {
  pthread_once(&once, install);
  molt_running = instance;
  stack_t alternate;
  memset(&alternate, 0, sizeof alternate);
  alternate.ss_sp = malloc(MOLT_SIGNAL_STACK);
  alternate.ss_size = MOLT_SIGNAL_STACK;
  if (alternate.ss_sp == NULL) return -1;
  return sigaltstack(&alternate, NULL);
}

typedef struct {
  MoltInstance *instance;
  MoltBody body;
  void *argument;
  int failed;
} Start;

static void *run(void *argument) {
  Start *start = argument;
  start->failed = molt_guard_this_stack(start->instance);
  if (start->failed == 0) start->body(start->instance, start->argument);
  stack_t alternate;
  if (sigaltstack(NULL, &alternate) == 0 && !(alternate.ss_flags & SS_DISABLE)) {
    stack_t none;
    memset(&none, 0, sizeof none);
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, NULL);
    free(alternate.ss_sp);
  }
  return NULL;
}

int molt_on_large_stack(MoltInstance *instance, size_t bytes, MoltBody body, void *argument) {
  uint8_t *stack = mmap(NULL, bytes + MOLT_GUARD, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return -1;
  if (mprotect(stack + MOLT_GUARD, bytes, PROT_READ | PROT_WRITE) != 0) return -1;
  instance->stack_guard = stack;
  instance->stack_limit = stack + MOLT_GUARD;
  Start start = {instance, body, argument, 0};
  pthread_attr_t attributes;
  pthread_t thread;
  int failed = pthread_attr_init(&attributes) != 0 || pthread_attr_setstack(&attributes, stack + MOLT_GUARD, bytes) != 0 ||
               pthread_create(&thread, &attributes, run, &start) != 0;
  if (!failed) {
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    failed = start.failed;
  }
  munmap(stack, bytes + MOLT_GUARD);
  return failed ? -1 : 0;
}
