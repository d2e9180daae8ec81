/* Doubly recursive Fibonacci numbers; every addition and subtraction is checked, as a Python int would be. */
#include <stdio.h>
#include <stdlib.h>

static long long checked_add(long long a, long long b) {
  long long r;
  if (__builtin_add_overflow(a, b, &r)) abort();
  return r;
}

static long long checked_sub(long long a, long long b) {
  long long r;
  if (__builtin_sub_overflow(a, b, &r)) abort();
  return r;
}

static long long fib(long long n) {
  if (n < 2) return n;
  return checked_add(fib(checked_sub(n, 1)), fib(checked_sub(n, 2)));
}

int main(void) {
  for (int n = 29; n <= 32; n++) printf("%lld\n", fib(n));
  return 0;
}
