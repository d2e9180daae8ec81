/*
 * The native stack of compiled code, and faults.
 *
 * Compiled code runs on a stack of its instance, whatever thread calls it: the thread switches to it and back. A fault in the guard of
 * that stack is deep recursion; a fault inside the instance's reservation is an access outside of its memory. These and a division by
 * zero end the task by a trap. Any other fault is none of ours: it goes to the handler that was there before.
 */
#define _GNU_SOURCE
#include "molt.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#define MOLT_SIGNAL_STACK 65536

static _Thread_local MoltInstance *running;
static struct sigaction previous_segv, previous_bus, previous_fpe;

static void on_fault(int number, siginfo_t *info, void *context) {
  MoltInstance *instance = running;
  uint8_t *at = info->si_addr;
  uint32_t reason = 0;
  if (instance != NULL && number == SIGFPE) {
    /* A division that compiled code should have checked. */
    reason = MOLT_TRAP_UNREACHABLE;
  } else if (instance != NULL) {
    if (at >= instance->stack && at < instance->stack + MOLT_GUARD) reason = MOLT_TRAP_STACK;
    else if (at >= instance->mem && at < (uint8_t *)instance->reservation + instance->reserved) reason = MOLT_TRAP_UNREACHABLE;
  }
  if (reason != 0) {
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, number);
    pthread_sigmask(SIG_UNBLOCK, &mask, NULL);
    molt_trap(instance->mem, reason);
  }
  struct sigaction *previous = number == SIGSEGV ? &previous_segv : number == SIGBUS ? &previous_bus : &previous_fpe;
  if (previous->sa_flags & SA_SIGINFO) previous->sa_sigaction(number, info, context);
  else if (previous->sa_handler != SIG_DFL && previous->sa_handler != SIG_IGN) previous->sa_handler(number);
  else signal(number, SIG_DFL);
}

static pthread_key_t signal_stack_key;
static void free_signal_stack(void *memory) {
  stack_t none;
  memset(&none, 0, sizeof none);
  none.ss_flags = SS_DISABLE;
  sigaltstack(&none, NULL);
  free(memory);
}

static void install(void) {
  pthread_key_create(&signal_stack_key, free_signal_stack);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, &previous_segv);
  sigaction(SIGBUS, &action, &previous_bus);
  sigaction(SIGFPE, &action, &previous_fpe);
}

/* A handler cannot run on a full stack: each thread gets another one for signals, unless it has one. */
static void prepare_thread(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  static _Thread_local int prepared;
  if (prepared) return;
  prepared = 1;
  pthread_once(&once, install);
  stack_t present;
  if (sigaltstack(NULL, &present) == 0 && !(present.ss_flags & SS_DISABLE)) return;
  void *memory = malloc(MOLT_SIGNAL_STACK);
  if (memory == NULL) return;
  stack_t alternate;
  memset(&alternate, 0, sizeof alternate);
  alternate.ss_sp = memory;
  alternate.ss_size = MOLT_SIGNAL_STACK;
  sigaltstack(&alternate, NULL);
  pthread_setspecific(signal_stack_key, memory);
}

int molt_stack_new(MoltInstance *instance, size_t bytes) {
  uint8_t *stack = mmap(NULL, MOLT_GUARD + bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stack == MAP_FAILED) return -1;
  if (mprotect(stack, MOLT_GUARD, PROT_NONE) != 0) {
    munmap(stack, MOLT_GUARD + bytes);
    return -1;
  }
  instance->stack = stack;
  instance->stack_bytes = bytes;
  return 0;
}

typedef struct {
  MoltInstance *instance;
  MoltBody body;
  void *argument;
} Start;

/* makecontext passes ints only, so the start of a switch is handed over here. */
static _Thread_local Start *starting;

static void on_stack(void) {
  Start *start = starting;
  MoltInstance *instance = start->instance;
  instance->trap_reason = 0;
  if (sigsetjmp(instance->trap, 0) == 0) start->body(instance, start->argument);
}

uint32_t molt_run(MoltInstance *instance, MoltBody body, void *argument) {
  prepare_thread();
  Start start = {instance, body, argument};
  ucontext_t back, there;
  getcontext(&there);
  there.uc_stack.ss_sp = instance->stack + MOLT_GUARD;
  there.uc_stack.ss_size = instance->stack_bytes;
  there.uc_link = &back;
  makecontext(&there, on_stack, 0);
  MoltInstance *outer = running;
  running = instance;
  starting = &start;
  swapcontext(&back, &there);
  running = outer;
  /* Deep recursion touched all of it: give the pages back. */
  if (instance->trap_reason == MOLT_TRAP_STACK) madvise(instance->stack + MOLT_GUARD, instance->stack_bytes, MADV_DONTNEED);
  return instance->trap_reason;
}
