/* Sum of an array of a million small integers, over and over; every addition is checked, as a Python int would be. */
#include <stdio.h>
#include <stdlib.h>

static long long total(const long long *values, long long count) {
  long long result = 0;
  for (long long i = 0; i < count; i++) {
    if (__builtin_add_overflow(result, values[i], &result)) abort();
  }
  return result;
}

int main(void) {
  const long long count = 1000000;
  long long *values = malloc(sizeof(long long) * count), checksum = 0;
  for (long long i = 0; i < count; i++) values[i] = i * 7919 % 1000003;
  for (long long repeat = 0; repeat < 40; repeat++) {
    values[repeat] = repeat;
    checksum ^= total(values, count);
  }
  printf("%lld %lld\n", checksum, total(values, count));
  free(values);
  return 0;
}
