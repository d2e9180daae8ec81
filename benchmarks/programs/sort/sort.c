/* Sorting of integers, floats, strings and records by one stable merge sort over pointers or words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { char name[8]; long long age; double score; } Person;
typedef union { long long number; double real; char *word; Person *person; } Item;
typedef int (*Order)(Item, Item);

static void merge_sort(Item *items, Item *spare, size_t count, Order order) {
  if (count < 2) return;
  if (count <= 16) {
    for (size_t i = 1; i < count; i++) {
      Item held = items[i];
      size_t j = i;
      while (j > 0 && order(items[j - 1], held) > 0) {
        items[j] = items[j - 1];
        j--;
      }
      items[j] = held;
    }
    return;
  }
  size_t half = count / 2, i = 0, j = half, k = 0;
  merge_sort(items, spare, half, order);
  merge_sort(items + half, spare, count - half, order);
  if (order(items[half - 1], items[half]) <= 0) return;
  memcpy(spare, items, half * sizeof(Item));
  while (i < half && j < count) items[k++] = order(spare[i], items[j]) <= 0 ? spare[i++] : items[j++];
  while (i < half) items[k++] = spare[i++];
}

static void sort_items(Item *items, size_t count, Order order) {
  Item *spare = malloc(sizeof(Item) * (count / 2 + 1));
  merge_sort(items, spare, count, order);
  free(spare);
}

static int ascending(Item a, Item b) { return (a.number > b.number) - (a.number < b.number); }
static int descending(Item a, Item b) { return ascending(b, a); }
static int by_real(Item a, Item b) { return (a.real > b.real) - (a.real < b.real); }
static int by_word(Item a, Item b) { return strcmp(a.word, b.word); }
static int by_score(Item a, Item b) { return (a.person->score > b.person->score) - (a.person->score < b.person->score); }
static int by_age_down(Item a, Item b) { return (a.person->age < b.person->age) - (a.person->age > b.person->age); }

static Item *numbers(size_t count, long long seed) {
  Item *items = malloc(sizeof(Item) * count);
  long long state = seed;
  for (size_t i = 0; i < count; i++) {
    state = (state * 1103515245 + 12345) % 2147483648LL;
    items[i].number = state / 1024;
  }
  return items;
}

static Item *copy_of(const Item *items, size_t count) {
  Item *copy = malloc(sizeof(Item) * count);
  memcpy(copy, items, sizeof(Item) * count);
  return copy;
}

static long long checksum(const Item *items, size_t count) {
  long long total = 0;
  for (size_t i = 0; i < count; i++) total = (total * 31 + items[i].number) % 1000003;
  return total;
}

int main(void) {
  size_t count = 320000;
  Item *values = numbers(count, 1), *up = copy_of(values, count), *down = copy_of(values, count);
  sort_items(up, count, ascending);
  printf("%lld\n", checksum(up, count));
  sort_items(down, count, descending);
  printf("%lld\n", checksum(down, count));
  Item *nearly = copy_of(values, count);
  sort_items(nearly, count, ascending);
  for (size_t i = 0; i < count - 1; i += 100) {
    Item held = nearly[i];
    nearly[i] = nearly[i + 1];
    nearly[i + 1] = held;
  }
  sort_items(nearly, count, ascending);
  printf("%lld\n", checksum(nearly, count));

  count = 150000;
  Item *floats = numbers(count, 2);
  for (size_t i = 0; i < count; i++) floats[i].real = (double)floats[i].number / 7.0;
  sort_items(floats, count, by_real);
  printf("%.6f %.6f %.6f\n", floats[0].real, floats[75000].real, floats[count - 1].real);

  count = 100000;
  Item *words = numbers(count, 3);
  for (size_t i = 0; i < count; i++) {
    char *word = malloc(8);
    snprintf(word, 8, "w%05d", (int)(words[i].number % 100000));
    words[i].word = word;
  }
  sort_items(words, count, by_word);
  printf("%s %s %s\n", words[0].word, words[50000].word, words[count - 1].word);

  count = 80000;
  Item *people = numbers(count, 4);
  for (size_t i = 0; i < count; i++) {
    long long value = people[i].number;
    Person *person = malloc(sizeof(Person));
    snprintf(person->name, sizeof person->name, "p%d", (int)(value % 1000));
    person->age = value % 90;
    person->score = (double)(value % 977) / 8.0;
    people[i].person = person;
  }
  sort_items(people, count, by_score);
  sort_items(people, count, by_age_down);
  long long total = 0;
  for (size_t i = 0; i < count; i++)
    total = (total * 31 + (long long)(people[i].person->score * 8.0) + (long long)strlen(people[i].person->name)) % 1000003;
  printf("%s %s %lld\n", people[0].person->name, people[count - 1].person->name, total);
  return 0;
}
