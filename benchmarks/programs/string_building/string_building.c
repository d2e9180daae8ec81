/* Text made and taken apart: growing buffers, replacement, search, upper case and copies of parts. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { char *data; size_t length, room; } Text;

static void append(Text *t, const char *data, size_t length) {
  if (t->length + length + 1 > t->room) {
    t->room = (t->length + length + 1) * 2;
    t->data = realloc(t->data, t->room);
  }
  memcpy(t->data + t->length, data, length);
  t->length += length;
  t->data[t->length] = 0;
}

static Text table(long long rows) {
  Text text = {0};
  char row[128];
  for (long long number = 0; number < rows; number++) {
    if (number) append(&text, "\n", 1);
    int length = snprintf(row, sizeof row, "%lld,%04lld,item-%lld,%s", number, number * 37 % 1009, number % 97,
                          number % 7 == 0 ? "True" : "False");
    append(&text, row, (size_t)length);
  }
  return text;
}

static Text replaced(const Text *text, const char *from, const char *to) {
  Text out = {0};
  const char *at = text->data, *next;
  while ((next = strstr(at, from))) {
    append(&out, at, (size_t)(next - at));
    append(&out, to, strlen(to));
    at = next + strlen(from);
  }
  append(&out, at, (size_t)(text->data + text->length - at));
  return out;
}

static Text caesar(const char *data, size_t length, int shift) {
  Text out = {0};
  for (size_t i = 0; i < length; i++) {
    char c = data[i];
    if (c >= 'a' && c <= 'z') c = (char)((c - 97 + shift) % 26 + 97);
    append(&out, &c, 1);
  }
  return out;
}

static long long count_of(const Text *text, const char *part) {
  long long count = 0;
  const char *at = strstr(text->data, part);
  while (at) {
    count++;
    at = strstr(at + 1, part);
  }
  return count;
}

static long long checksum(const char *data, size_t length) {
  long long total = 7;
  for (size_t i = 0; i < length; i++) total = (total * 31 + (unsigned char)data[i]) % 1000003;
  return total;
}

int main(void) {
  Text text = table(150000);
  printf("%zu %lld\n", text.length, checksum(text.data, text.length));
  printf("%lld %lld\n", count_of(&text, "item-9"), count_of(&text, "True"));
  Text shouted = replaced(&text, "item-", "thing/");
  for (size_t i = 0; i < shouted.length; i++) shouted.data[i] = (char)toupper((unsigned char)shouted.data[i]);
  printf("%zu %lld\n", shouted.length, checksum(shouted.data, 1000000));
  Text secret = caesar(text.data, 1000000, 3);
  printf("%lld\n", checksum(secret.data, secret.length));
  Text grown = {0};
  for (int number = 0; number < 300000; number++) {
    char digits[16];
    int length = snprintf(digits, sizeof digits, "%d", number % 10);
    append(&grown, digits, (size_t)length);
    if (grown.length > 2000) {
      memmove(grown.data, grown.data + 1000, grown.length - 1000 + 1);
      grown.length -= 1000;
    }
  }
  printf("%zu %lld\n", grown.length, checksum(grown.data, grown.length));
  return 0;
}
