/* Primes by the sieve of Eratosthenes. */
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  const long long limit = 6000000;
  unsigned char *composite = calloc(limit, 1);
  long long *primes = NULL, count = 0, room = 0;
  for (long long number = 2; number < limit; number++) {
    if (composite[number]) continue;
    if (count == room) {
      room = room ? room * 2 : 16;
      primes = realloc(primes, sizeof(long long) * room);
    }
    primes[count++] = number;
    for (long long multiple = number * number; multiple < limit; multiple += number) composite[multiple] = 1;
  }
  long long total = 0;
  for (long long i = 0; i < count; i++) total = (total * 31 + primes[i]) % 1000000007;
  printf("%lld %lld %lld\n", count, primes[count - 1], total);
  free(composite);
  free(primes);
  return 0;
}
