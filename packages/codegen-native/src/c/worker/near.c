/*
 * "Did you mean": the exports whose names are nearest to one that the artifact does not have.
 *
 * Distance is the restricted edit distance (insert, delete, replace, swap neighbours); a third of the letters may differ.
 */
#define _GNU_SOURCE
#include "service.h"

#include <stdio.h>
#include <stdlib.h>

enum { LONGEST = 255, SHOWN = 10, LISTED = 100 };

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

/* Edits between two names of at most LONGEST bytes. */
static uint32_t distance(const char *a, size_t a_length, const char *b, size_t b_length) {
  uint32_t rows[3][LONGEST + 1];
  uint32_t *before = rows[0], *last = rows[1], *row = rows[2];
  for (size_t j = 0; j <= b_length; j++) last[j] = (uint32_t)j;
  for (size_t i = 1; i <= a_length; i++) {
    row[0] = (uint32_t)i;
    for (size_t j = 1; j <= b_length; j++) {
      uint32_t cost = last[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
      if (last[j] + 1 < cost) cost = last[j] + 1;
      if (row[j - 1] + 1 < cost) cost = row[j - 1] + 1;
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]) && before[j - 2] + 1 < cost) cost = before[j - 2] + 1;
      row[j] = cost;
    }
    uint32_t *free_row = before;
    before = last;
    last = row;
    row = free_row;
  }
  return last[b_length];
}

uint32_t molt_near(const char *name, uint32_t found[MOLT_NEAR_MOST]) {
  size_t length = strlen(name);
  uint32_t distances[MOLT_NEAR_MOST], count = 0, limit = length / 3 > 1 ? (uint32_t)(length / 3) : 1;
  if (length > LONGEST) return 0;
  for (uint32_t i = 0; i < molt_service.export_count; i++) {
    const char *other = molt_service.exports[i].name;
    size_t other_length = strlen(other);
    if (other_length > LONGEST || strcmp(other, name) == 0) continue;
    uint32_t edits = distance(name, length, other, other_length);
    if (edits > limit) continue;
    uint32_t at = count;
    while (at > 0 && (edits < distances[at - 1] || (edits == distances[at - 1] && strcmp(other, molt_service.exports[found[at - 1]].name) < 0))) at--;
    if (at == MOLT_NEAR_MOST) continue;
    if (count < MOLT_NEAR_MOST) count++;
    for (uint32_t k = count - 1; k > at; k--) {
      found[k] = found[k - 1];
      distances[k] = distances[k - 1];
    }
    found[at] = i;
    distances[at] = edits;
  }
  return count;
}

void molt_pack_unknown_export(MoltPack *pack, const char *name) {
  const MoltExport *exports = molt_service.exports;
  uint32_t found[MOLT_NEAR_MOST], count = molt_near(name, found), total = molt_service.export_count;
  char *message = NULL, *hint = NULL;
  size_t message_length = 0, hint_length = 0;
  FILE *text = open_memstream(&message, &message_length);
  if (text != NULL) {
    fprintf(text, "the worker has no export named %s", name);
    for (uint32_t i = 0; i < count; i++) fprintf(text, "%s%s", i == 0 ? "; did you mean " : " or ", exports[found[i]].name);
    if (count > 0) fputc('?', text);
    fclose(text);
  }
  text = open_memstream(&hint, &hint_length);
  if (text != NULL) {
    if (total == 0) fputs("the worker exports nothing", text);
    else fputs("it exports ", text);
    for (uint32_t i = 0; i < total && i < SHOWN; i++) fprintf(text, "%s%s", i == 0 ? "" : ", ", exports[i].name);
    if (total > SHOWN) fputs(", ...", text);
    if (total > 0) fputs("; if the function is new, build again and restart the worker", text);
    fclose(text);
  }
  MoltPack details = {0};
  molt_pack_map(&details, 3);
  molt_pack_string(&details, "export");
  molt_pack_string(&details, name);
  molt_pack_string(&details, "near");
  molt_pack_array(&details, count);
  for (uint32_t i = 0; i < count; i++) molt_pack_string(&details, exports[found[i]].name);
  molt_pack_string(&details, "known");
  uint32_t listed = total < LISTED ? total : LISTED;
  molt_pack_array(&details, listed);
  for (uint32_t i = 0; i < listed; i++) molt_pack_string(&details, exports[i].name);
  MoltError error = {.code = MOLT_UNKNOWN_EXPORT, .executed = -1, .message = message == NULL ? "" : message, .message_length = message_length, .hint = hint};
  if (!details.failed) {
    error.details = details.bytes;
    error.details_length = details.length;
  }
  molt_pack_error(pack, &error);
  free(details.bytes);
  free(message);
  free(hint);
}
