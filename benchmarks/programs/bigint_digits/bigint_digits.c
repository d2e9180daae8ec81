/* Digits of pi from an unbounded spigot over natural numbers of any size, held as 32-bit limbs, least significant first. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  uint32_t *limbs;
  size_t count, room;
} Big;

static void reserve(Big *a, size_t room) {
  if (room <= a->room) return;
  a->room = room * 2;
  a->limbs = realloc(a->limbs, a->room * sizeof(uint32_t));
}

static void trim(Big *a) {
  while (a->count && a->limbs[a->count - 1] == 0) a->count--;
}

static void set(Big *a, uint32_t value) {
  reserve(a, 1);
  a->limbs[0] = value;
  a->count = value != 0;
}

static void copy(Big *to, const Big *from) {
  reserve(to, from->count + 1);
  memcpy(to->limbs, from->limbs, from->count * sizeof(uint32_t));
  to->count = from->count;
}

static void times_small(Big *a, uint32_t factor) {
  uint64_t carry = 0;
  reserve(a, a->count + 1);
  for (size_t i = 0; i < a->count; i++) {
    carry += (uint64_t)a->limbs[i] * factor;
    a->limbs[i] = (uint32_t)carry;
    carry >>= 32;
  }
  if (carry) a->limbs[a->count++] = (uint32_t)carry;
  trim(a);
}

/* a += b * factor */
static void add_product(Big *a, const Big *b, uint32_t factor) {
  size_t longest = a->count > b->count ? a->count : b->count;
  reserve(a, longest + 2);
  memset(a->limbs + a->count, 0, (longest + 2 - a->count) * sizeof(uint32_t));
  uint64_t carry = 0;
  for (size_t i = 0; i < longest + 2; i++) {
    if (i >= b->count && !carry) break;
    carry += (i < b->count ? (uint64_t)b->limbs[i] * factor : 0) + a->limbs[i];
    a->limbs[i] = (uint32_t)carry;
    carry >>= 32;
  }
  a->count = longest + 2;
  trim(a);
}

/* a -= b * factor, where the result is not negative */
static void subtract_product(Big *a, const Big *b, uint32_t factor) {
  uint64_t carry = 0;
  int64_t borrow = 0;
  for (size_t i = 0; i < a->count; i++) {
    carry += i < b->count ? (uint64_t)b->limbs[i] * factor : 0;
    int64_t t = (int64_t)a->limbs[i] - (uint32_t)carry + borrow;
    a->limbs[i] = (uint32_t)t;
    borrow = t >> 32;
    carry >>= 32;
  }
  trim(a);
}

static int compare(const Big *a, const Big *b) {
  if (a->count != b->count) return a->count < b->count ? -1 : 1;
  for (size_t i = a->count; i-- > 0;)
    if (a->limbs[i] != b->limbs[i]) return a->limbs[i] < b->limbs[i] ? -1 : 1;
  return 0;
}

static void shift_left(Big *a, int bits) {
  if (bits) times_small(a, (uint32_t)1 << bits);
}

static void shift_right(Big *a, int bits) {
  if (!bits) return;
  for (size_t i = 0; i < a->count; i++) {
    uint32_t above = i + 1 < a->count ? a->limbs[i + 1] : 0;
    a->limbs[i] = a->limbs[i] >> bits | above << (32 - bits);
  }
  trim(a);
}

/* Long division: quotient = a / b, a = a % b. */
static void divide(Big *quotient, Big *a, const Big *divisor) {
  if (compare(a, divisor) < 0) {
    quotient->count = 0;
    return;
  }
  Big b = {0};
  copy(&b, divisor);
  int bits = __builtin_clz(b.limbs[b.count - 1]);
  shift_left(&b, bits);
  shift_left(a, bits);
  size_t n = b.count, m = a->count - n;
  reserve(a, a->count + 1);
  a->limbs[a->count] = 0;
  reserve(quotient, m + 1);
  quotient->count = m + 1;
  uint64_t top = b.limbs[n - 1], next = n > 1 ? b.limbs[n - 2] : 0;
  for (size_t j = m + 1; j-- > 0;) {
    uint64_t high = (uint64_t)a->limbs[j + n] << 32 | a->limbs[j + n - 1];
    uint64_t guess = high / top, rest = high % top;
    uint64_t below = j + n >= 2 ? a->limbs[j + n - 2] : 0;
    while (guess >> 32 || (n > 1 && guess * next > (rest << 32 | below))) {
      guess--;
      rest += top;
      if (rest >> 32) break;
    }
    uint64_t carry = 0;
    int64_t borrow = 0;
    for (size_t i = 0; i < n; i++) {
      carry += guess * b.limbs[i];
      int64_t t = (int64_t)a->limbs[i + j] - (uint32_t)carry + borrow;
      a->limbs[i + j] = (uint32_t)t;
      borrow = t >> 32;
      carry >>= 32;
    }
    int64_t t = (int64_t)a->limbs[j + n] - (int64_t)carry + borrow;
    a->limbs[j + n] = (uint32_t)t;
    if (t < 0) {
      guess--;
      uint64_t sum = 0;
      for (size_t i = 0; i < n; i++) {
        sum += (uint64_t)a->limbs[i + j] + b.limbs[i];
        a->limbs[i + j] = (uint32_t)sum;
        sum >>= 32;
      }
      a->limbs[j + n] += (uint32_t)sum;
    }
    quotient->limbs[j] = (uint32_t)guess;
  }
  a->count = n;
  trim(a);
  trim(quotient);
  shift_right(a, bits);
  free(b.limbs);
}

static uint32_t divide_small(Big *a, uint32_t divisor) {
  uint64_t rest = 0;
  for (size_t i = a->count; i-- > 0;) {
    rest = rest << 32 | a->limbs[i];
    a->limbs[i] = (uint32_t)(rest / divisor);
    rest %= divisor;
  }
  trim(a);
  return (uint32_t)rest;
}

static char *to_text(Big *a) {
  size_t room = a->count * 10 + 12, at = room;
  char *text = malloc(room + 1);
  text[at] = 0;
  while (a->count) {
    uint32_t group = divide_small(a, 1000000000);
    for (int i = 0; i < 9 && (a->count || group); i++) {
      text[--at] = (char)('0' + group % 10);
      group /= 10;
    }
  }
  memmove(text, text + at, room - at + 1);
  return text;
}

static char *digits_of_pi(size_t count) {
  char *digits = malloc(count + 1);
  size_t found = 0;
  Big numerator = {0}, total = {0}, denominator = {0}, scratch = {0}, quotient = {0};
  set(&numerator, 1);
  set(&total, 3);
  set(&denominator, 1);
  for (uint32_t k = 1; found < count; k++) {
    uint32_t odd = 2 * k + 1;
    times_small(&total, odd);
    add_product(&total, &numerator, k - 1);
    times_small(&numerator, k);
    times_small(&denominator, odd);
    copy(&scratch, &numerator);
    times_small(&scratch, 4);
    if (compare(&scratch, &total) > 0) continue;
    copy(&scratch, &total);
    divide(&quotient, &scratch, &denominator);
    uint32_t digit = quotient.count ? quotient.limbs[0] : 0;
    add_product(&scratch, &numerator, 1);
    if (compare(&scratch, &denominator) >= 0) continue;
    digits[found++] = (char)('0' + digit);
    subtract_product(&total, &denominator, digit);
    times_small(&total, 10);
    times_small(&numerator, 10);
  }
  digits[found] = 0;
  return digits;
}

int main(void) {
  char *digits = digits_of_pi(5000);
  long long total = 0;
  for (char *d = digits; *d; d++) total = (total * 31 + (*d - '0')) % 1000003;
  printf("%.30s %s %lld\n", digits, digits + strlen(digits) - 10, total);
  Big factorial = {0}, power = {0}, quotient = {0}, high = {0};
  set(&factorial, 1);
  for (uint32_t k = 2; k < 1500; k++) times_small(&factorial, k);
  set(&power, 1);
  for (int i = 0; i < 500; i++) times_small(&power, 7);
  divide(&quotient, &factorial, &power);
  uint32_t remainder = divide_small(&factorial, 1000000007);
  set(&power, 1);
  for (int i = 0; i < 1000; i++) times_small(&power, 10);
  divide(&high, &quotient, &power);
  char *text = to_text(&quotient);
  printf("%zu %.20s %u\n", strlen(text), text, remainder);
  return 0;
}
