/* Pancake flips over every permutation. */
#include <stdio.h>

#define N 9

static void fannkuch(long long *out_checksum, long long *out_flips) {
  long long permutation[N], work[N], count[N] = {0};
  long long most_flips = 0, checksum = 0, sign = 1;
  int r = N;
  for (int i = 0; i < N; i++) permutation[i] = i;
  for (;;) {
    while (r > 1) {
      count[r - 1] = r;
      r--;
    }
    if (permutation[0] != 0) {
      for (int i = 0; i < N; i++) work[i] = permutation[i];
      long long flips = 0, first = work[0];
      while (first != 0) {
        long long low = 1, high = first - 1, held;
        while (low < high) {
          held = work[low];
          work[low] = work[high];
          work[high] = held;
          low++;
          high--;
        }
        held = work[first];
        work[first] = first;
        first = held;
        flips++;
      }
      if (flips > most_flips) most_flips = flips;
      checksum += sign * flips;
    }
    sign = -sign;
    r = 1;
    for (;;) {
      if (r == N) {
        *out_checksum = checksum;
        *out_flips = most_flips;
        return;
      }
      long long first = permutation[0];
      for (int i = 0; i < r; i++) permutation[i] = permutation[i + 1];
      permutation[r] = first;
      if (--count[r] > 0) break;
      r++;
    }
  }
}

int main(void) {
  long long checksum, flips;
  fannkuch(&checksum, &flips);
  printf("%lld %lld\n", checksum, flips);
  return 0;
}
