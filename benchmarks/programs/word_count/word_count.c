/* Words of a generated text counted in a hash table with open addressing, then ranked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *SYLLABLES[16] = {"ba", "co", "du", "fe", "gi", "ka", "lo", "mu", "ne", "pi", "ra", "so", "tu", "ve", "wi", "za"};

typedef struct { char *data; size_t length, room; } Text;

static void append(Text *t, const char *data, size_t length) {
  if (t->length + length > t->room) {
    t->room = (t->length + length) * 2;
    t->data = realloc(t->data, t->room);
  }
  memcpy(t->data + t->length, data, length);
  t->length += length;
}

static Text generate(int lines) {
  Text text = {0};
  long long state = 12345;
  for (int line = 0; line < lines; line++) {
    if (line) append(&text, "\n", 1);
    for (int k = 0; k < 12; k++) {
      if (k) append(&text, " ", 1);
      state = (state * 1103515245 + 12345) % 2147483648LL;
      long long rank = state / 65536 % 256;
      long long number = rank * rank / 16 + state / 16777216 % 4;
      do {
        append(&text, SYLLABLES[number % 16], 2);
        number /= 16;
      } while (number);
    }
  }
  return text;
}

typedef struct { char *word; size_t length; unsigned long long hash; long long count; } Entry;
typedef struct { Entry *entries; size_t room, used; } Table;

static unsigned long long hash_of(const char *data, size_t length) {
  unsigned long long h = 1469598103934665603ULL;
  for (size_t i = 0; i < length; i++) h = (h ^ (unsigned char)data[i]) * 1099511628211ULL;
  return h;
}

static void grow(Table *t) {
  size_t room = t->room ? t->room * 2 : 64;
  Entry *entries = calloc(room, sizeof(Entry));
  for (size_t i = 0; i < t->room; i++) {
    if (!t->entries[i].word) continue;
    size_t slot = t->entries[i].hash & (room - 1);
    while (entries[slot].word) slot = (slot + 1) & (room - 1);
    entries[slot] = t->entries[i];
  }
  free(t->entries);
  t->entries = entries;
  t->room = room;
}

static void bump(Table *t, const char *data, size_t length) {
  if ((t->used + 1) * 3 > t->room * 2) grow(t);
  unsigned long long hash = hash_of(data, length);
  size_t slot = hash & (t->room - 1);
  for (;; slot = (slot + 1) & (t->room - 1)) {
    Entry *e = &t->entries[slot];
    if (!e->word) {
      e->word = malloc(length + 1);
      memcpy(e->word, data, length);
      e->word[length] = 0;
      e->length = length;
      e->hash = hash;
      e->count = 1;
      t->used++;
      return;
    }
    if (e->hash == hash && e->length == length && memcmp(e->word, data, length) == 0) {
      e->count++;
      return;
    }
  }
}

static Table count_words(const Text *text) {
  Table table = {0};
  size_t start = 0;
  for (size_t i = 0; i <= text->length; i++) {
    if (i == text->length || text->data[i] == ' ' || text->data[i] == '\n') {
      bump(&table, text->data + start, i - start);
      start = i + 1;
    }
  }
  return table;
}

static void release(Table *t) {
  for (size_t i = 0; i < t->room; i++) free(t->entries[i].word);
  free(t->entries);
}

static int by_count(const void *a, const void *b) {
  const Entry *x = a, *y = b;
  if (x->count != y->count) return x->count < y->count ? 1 : -1;
  return strcmp(x->word, y->word);
}

int main(void) {
  Text text = generate(16000);
  Table counts = {0};
  long long checksum = 0;
  for (int repeat = 0; repeat < 20; repeat++) {
    if (repeat) release(&counts);
    counts = count_words(&text);
    checksum = (checksum * 31 + (long long)counts.used) % 1000003;
  }
  Entry *ranked = malloc(sizeof(Entry) * counts.used);
  size_t n = 0;
  for (size_t i = 0; i < counts.room; i++)
    if (counts.entries[i].word) ranked[n++] = counts.entries[i];
  qsort(ranked, n, sizeof(Entry), by_count);
  for (int i = 0; i < 8; i++) printf("%s %lld\n", ranked[i].word, ranked[i].count);
  printf("%zu %zu %lld\n", text.length, n, checksum);
  return 0;
}
