/*
 * What generated code and its support code share: an instance of a module, access to its linear memory, and the arithmetic whose
 * meaning C leaves open. Every address of compiled code is a 32-bit offset from `mem`; the reservation behind it is larger than any
 * offset plus displacement, so an access lands in the instance's own memory or in a page without rights.
 */
#ifndef MOLT_H
#define MOLT_H

#include <math.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "compiled modules keep little-endian data"
#endif

#define MOLT_LIKELY(x) __builtin_expect(!!(x), 1)
#define MOLT_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define MOLT_NOINLINE __attribute__((noinline))
#define MOLT_COLD __attribute__((cold, noinline))

typedef uint8_t *MoltMem;
typedef void (*MoltFunc)(void);

enum {
  MOLT_PAGE = 65536,
  /* Control cells, as in the ABI. */
  MOLT_CELL_EXC_PENDING = 64,
  MOLT_CELL_HEAP_PTR = 72,
  MOLT_CELL_HEAP_LIMIT = 76,
  MOLT_CELL_HEAP_BASE = 80,
  MOLT_CELL_HEAP_END = 84,
  MOLT_CELL_MEMORY_LIMIT = 88,
  MOLT_CELL_STACK_PTR = 92,
  MOLT_CELL_STACK_LIMIT = 96,
  MOLT_CELL_INTERRUPT = 100,
  MOLT_CELL_GC_FLAGS = 108,
  MOLT_CELL_ABI_RESULT = 152,
  /* Limits that the code may look at: 64-bit nanoseconds. */
  MOLT_CELL_WALL_START = 960,
  MOLT_CELL_WALL_BUDGET = 968,
  MOLT_CELL_CPU_START = 976,
  MOLT_CELL_CPU_BUDGET = 984,
  /* Where the shadow stack begins. */
  MOLT_STACK_BASE = 8192,
  /* Reasons why a task was stopped, as in the ABI. */
  MOLT_TRAP_UNREACHABLE = 1,
  MOLT_TRAP_MEMORY = 2,
  MOLT_TRAP_STACK = 3,
  MOLT_TRAP_DEADLINE = 4,
  MOLT_TRAP_CPU = 5,
  MOLT_TRAP_USER = 6,
  MOLT_TRAP_DISCONNECT = 7,
  MOLT_TRAP_OUTPUT = 8,
  MOLT_TRAP_SHUTDOWN = 9,
  MOLT_TRAP_FUEL = 10,
  /* Low 4 bits of a status word. */
  MOLT_STATUS_RETURNED = 2,
  MOLT_STATUS_FAILED = 3,
  MOLT_STATUS_INVALID_INPUT = 4,
  MOLT_STATUS_OVERSIZED_RESULT = 5,
};

/* A piece of the first contents of memory. */
typedef struct {
  uint32_t address;
  uint32_t length;
  const char *bytes;
} MoltSegment;

/* A compiled module; entries it does not have are null. */
typedef struct {
  const char *name;
  const MoltSegment *segments;
  uint32_t segment_count;
  uint32_t initial_pages;
  uint32_t max_pages;
  /* End of the cells, shadow stack and globals: what a task changes below the frozen data. */
  uint32_t low_end;
  uint32_t (*init)(MoltMem);
  void (*freeze)(MoltMem);
  uint32_t (*alloc)(MoltMem, uint32_t);
  uint32_t (*call)(MoltMem, uint32_t, uint32_t, uint32_t);
} MoltModule;

extern const MoltModule molt_module;

/* One instance: its memory, and where a trap leads. It lies right below the memory, so that `mem` leads to it. */
typedef struct MoltInstance {
  MoltMem mem;
  void *reservation;
  size_t reserved;
  uint32_t pages;
  uint32_t max_pages;
  /* Where molt_trap continues; valid while compiled code runs. */
  sigjmp_buf trap;
  volatile uint32_t trap_reason;
  /* The native stack of compiled code: a guard without rights, then the stack. */
  uint8_t *stack;
  size_t stack_bytes;
  /* Copy of the low region after molt_instance_freeze. */
  uint8_t *low;
  uint32_t heap_base;
  /* Program arguments. */
  int argc;
  char **argv;
  /* While the body of a service's module runs, the host gives nothing away; `denied` says what was asked for. */
  int sealed;
  const char *denied;
} MoltInstance;

static inline MoltInstance *molt_instance(MoltMem mem) {
  return (MoltInstance *)(mem - MOLT_PAGE);
}

/* instance.c */
MoltInstance *molt_instance_new(const MoltModule *module);
void molt_instance_free(MoltInstance *instance);
/* Makes the memory the image that resets go back to. */
int molt_instance_freeze(MoltInstance *instance, const MoltModule *module);
/* Another instance with the same frozen image. */
MoltInstance *molt_instance_clone(const MoltInstance *frozen, const MoltModule *module);
/* Forgets a task: low region back, heap zeroed as far as it grew. */
void molt_instance_reset(MoltInstance *instance, const MoltModule *module);
_Noreturn MOLT_COLD void molt_trap(MoltMem mem, uint32_t reason);
const char *molt_trap_text(uint32_t reason);
uint32_t molt_memory_grow(MoltMem mem, uint32_t pages);

/* stack.c */
enum { MOLT_GUARD = 1 << 20 };
/* Gives an instance a lazily committed native stack; 0 on success. */
int molt_stack_new(MoltInstance *instance, size_t bytes);
typedef void (*MoltBody)(MoltInstance *instance, void *argument);
/* Runs compiled code on the instance's stack. Returns 0, or the reason of the trap that ended it. */
uint32_t molt_run(MoltInstance *instance, MoltBody body, void *argument);

/* host.c: the imports of the ABI */
void molt_host_write(MoltMem mem, uint32_t fd, uint32_t address, uint32_t length);
uint32_t molt_host_read(MoltMem mem, uint32_t fd, uint32_t address, uint32_t capacity);
uint64_t molt_host_clock(MoltMem mem, uint32_t kind);
void molt_host_entropy(MoltMem mem, uint32_t address, uint32_t length);
uint32_t molt_host_arg(MoltMem mem, uint32_t index, uint32_t address, uint32_t capacity);

/* --- linear memory --- */

#define MOLT_ACCESS(name, type, register_type)                                            \
  static inline register_type molt_load_##name(MoltMem mem, uint64_t at) {                \
    type value;                                                                           \
    __builtin_memcpy(&value, mem + at, sizeof value);                                     \
    return (register_type)value;                                                          \
  }
MOLT_ACCESS(u8, uint8_t, uint32_t)
MOLT_ACCESS(u16, uint16_t, uint32_t)
MOLT_ACCESS(i32, uint32_t, uint32_t)
MOLT_ACCESS(i64, uint64_t, uint64_t)
MOLT_ACCESS(f64, double, double)
#undef MOLT_ACCESS

static inline uint32_t molt_load_i8(MoltMem mem, uint64_t at) { return (uint32_t)(int32_t)(int8_t)molt_load_u8(mem, at); }
static inline uint32_t molt_load_i16(MoltMem mem, uint64_t at) { return (uint32_t)(int32_t)(int16_t)molt_load_u16(mem, at); }

#define MOLT_ACCESS(name, type, register_type)                                            \
  static inline void molt_store_##name(MoltMem mem, uint64_t at, register_type value) {   \
    type narrow = (type)value;                                                            \
    __builtin_memcpy(mem + at, &narrow, sizeof narrow);                                   \
  }
MOLT_ACCESS(8, uint8_t, uint32_t)
MOLT_ACCESS(16, uint16_t, uint32_t)
MOLT_ACCESS(i32, uint32_t, uint32_t)
MOLT_ACCESS(i64, uint64_t, uint64_t)
MOLT_ACCESS(f64, double, double)
#undef MOLT_ACCESS

static inline void molt_memory_copy(MoltMem mem, uint32_t to, uint32_t from, uint32_t bytes) { memmove(mem + to, mem + from, bytes); }
static inline void molt_memory_fill(MoltMem mem, uint32_t to, uint32_t byte, uint32_t bytes) { memset(mem + to, (int)(byte & 255), bytes); }
static inline uint32_t molt_memory_size(MoltMem mem) { return molt_instance(mem)->pages; }

/* --- exceptions, interrupts, shadow stack --- */

static inline uint32_t molt_exc_pending(MoltMem mem) { return molt_load_i32(mem, MOLT_CELL_EXC_PENDING); }
static inline void molt_exc_set(MoltMem mem, uint32_t exception) { molt_store_i32(mem, MOLT_CELL_EXC_PENDING, exception); }
static inline uint32_t molt_exc_take(MoltMem mem) {
  uint32_t exception = molt_exc_pending(mem);
  molt_exc_set(mem, 0);
  return exception;
}

/*
 * Another thread may set the cell at any time. A volatile load of an aligned word is one load each time it is passed; compilers take
 * atomic builtins of any order for barriers, which would keep every other load in the loop.
 */
static inline void molt_interrupt_check(MoltMem mem) {
  uint32_t reason = *(volatile uint32_t *)(void *)(mem + MOLT_CELL_INTERRUPT);
  if (MOLT_UNLIKELY(reason)) molt_trap(mem, reason);
}

/* The caller zeroes the slots. */
static inline uint32_t molt_frame_enter(MoltMem mem, uint32_t slots) {
  uint32_t frame = molt_load_i32(mem, MOLT_CELL_STACK_PTR);
  uint32_t end = frame + 8 * slots;
  if (MOLT_UNLIKELY(end > molt_load_i32(mem, MOLT_CELL_STACK_LIMIT))) molt_trap(mem, MOLT_TRAP_STACK);
  molt_store_i32(mem, MOLT_CELL_STACK_PTR, end);
  return frame;
}
static inline void molt_stack_set(MoltMem mem, uint32_t top) { molt_store_i32(mem, MOLT_CELL_STACK_PTR, top); }

/* --- arithmetic --- */

static inline uint32_t molt_rem_s32(uint32_t a, uint32_t b) { return b == UINT32_MAX ? 0 : (uint32_t)((int32_t)a % (int32_t)b); }
static inline uint64_t molt_rem_s64(uint64_t a, uint64_t b) { return b == UINT64_MAX ? 0 : (uint64_t)((int64_t)a % (int64_t)b); }
static inline uint32_t molt_clz32(uint32_t a) { return a == 0 ? 32 : (uint32_t)__builtin_clz(a); }
static inline uint32_t molt_ctz32(uint32_t a) { return a == 0 ? 32 : (uint32_t)__builtin_ctz(a); }
static inline uint64_t molt_clz64(uint64_t a) { return a == 0 ? 64 : (uint64_t)__builtin_clzll(a); }
static inline uint64_t molt_ctz64(uint64_t a) { return a == 0 ? 64 : (uint64_t)__builtin_ctzll(a); }

static inline uint64_t molt_bits(double x) {
  uint64_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}
static inline double molt_double(uint64_t bits) {
  double x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}
/* Towards zero, saturating; NaN gives 0. */
static inline uint64_t molt_trunc_s64(double x) {
  if (MOLT_LIKELY(x > -9223372036854775808.0 && x < 9223372036854775808.0)) return (uint64_t)(int64_t)x;
  if (x != x) return 0;
  return x < 0 ? UINT64_C(0x8000000000000000) : UINT64_C(0x7fffffffffffffff);
}

#endif
