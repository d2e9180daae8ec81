/* Orders held as a tree of tagged values, written as JSON text, read back into a new tree, which is then walked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { NONE, FALSE_VALUE, TRUE_VALUE, INTEGER, REAL, STRING, LIST, OBJECT } Kind;

/* A string is UTF-8 with its length in code points; lists and objects hold their items, objects also their keys. */
typedef struct Value {
  Kind kind;
  long long integer;
  double real;
  char *bytes;
  size_t length, points, count, room;
  struct Value **items;
  struct Value **keys;
} Value;

static Value *make(Kind kind) {
  Value *value = calloc(1, sizeof(Value));
  value->kind = kind;
  return value;
}

static Value *make_integer(long long integer) {
  Value *value = make(INTEGER);
  value->integer = integer;
  return value;
}

static Value *make_real(double real) {
  Value *value = make(REAL);
  value->real = real;
  return value;
}

static Value *make_string(const char *bytes, size_t length) {
  Value *value = make(STRING);
  value->bytes = malloc(length + 1);
  memcpy(value->bytes, bytes, length);
  value->bytes[length] = 0;
  value->length = length;
  for (size_t i = 0; i < length; i++) value->points += ((unsigned char)bytes[i] & 0xC0) != 0x80;
  return value;
}

static Value *text_value(const char *bytes) { return make_string(bytes, strlen(bytes)); }

static void push(Value *into, Value *key, Value *item) {
  if (into->count == into->room) {
    into->room = into->room ? into->room * 2 : 4;
    into->items = realloc(into->items, sizeof(Value *) * into->room);
    if (into->kind == OBJECT) into->keys = realloc(into->keys, sizeof(Value *) * into->room);
  }
  if (into->kind == OBJECT) into->keys[into->count] = key;
  into->items[into->count++] = item;
}

static void release(Value *value) {
  for (size_t i = 0; i < value->count; i++) {
    release(value->items[i]);
    if (value->kind == OBJECT) release(value->keys[i]);
  }
  free(value->items);
  free(value->keys);
  free(value->bytes);
  free(value);
}

static Value *order(long long number) {
  char buffer[64];
  Value *lines = make(LIST), *address = make(OBJECT), *result = make(OBJECT);
  for (long long k = 0; k < number % 4 + 1; k++) {
    Value *line = make(OBJECT);
    snprintf(buffer, sizeof buffer, "SKU-%05lld", (number * 31 + k) % 9973);
    push(line, text_value("sku"), text_value(buffer));
    push(line, text_value("count"), make_integer(k + 1));
    push(line, text_value("price"), make_real((double)((number * 7 + k * 13) % 4000) / 8.0));
    push(lines, NULL, line);
  }
  push(result, text_value("id"), make_integer(number));
  snprintf(buffer, sizeof buffer, "customer \"%lld\" \xC3\xA9\n", number % 100);
  push(result, text_value("customer"), text_value(buffer));
  push(result, text_value("paid"), make(number % 3 == 0 ? TRUE_VALUE : FALSE_VALUE));
  push(result, text_value("coupon"), number % 5 ? make(NONE) : text_value("TEN"));
  push(result, text_value("lines"), lines);
  snprintf(buffer, sizeof buffer, "%lld Main Street", number % 300);
  push(address, text_value("street"), text_value(buffer));
  snprintf(buffer, sizeof buffer, "%05lld", number * 17 % 100000);
  push(address, text_value("zip"), text_value(buffer));
  push(result, text_value("address"), address);
  return result;
}

/* --- writing ------------------------------------------------------------------------------------------------------------ */

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

static unsigned decode(const unsigned char **at) {
  const unsigned char *p = *at;
  unsigned point = p[0];
  int more = point >= 0xF0 ? 3 : point >= 0xE0 ? 2 : point >= 0xC0 ? 1 : 0;
  if (more) point &= 0x3Fu >> more;
  for (int i = 1; i <= more; i++) point = point << 6 | (p[i] & 0x3F);
  *at = p + more + 1;
  return point;
}

static void write_string(Text *out, const Value *value) {
  const unsigned char *at = (const unsigned char *)value->bytes, *end = at + value->length;
  char buffer[16];
  append(out, "\"", 1);
  while (at < end) {
    unsigned point = decode(&at);
    if (point == '"' || point == '\\') {
      buffer[0] = '\\';
      buffer[1] = (char)point;
      append(out, buffer, 2);
    } else if (point == '\n') {
      append(out, "\\n", 2);
    } else if (point >= 32 && point < 127) {
      buffer[0] = (char)point;
      append(out, buffer, 1);
    } else {
      append(out, buffer, (size_t)snprintf(buffer, sizeof buffer, "\\u%04x", point));
    }
  }
  append(out, "\"", 1);
}

/* The shortest digits that read back as the same number, with '.0' when there is no fraction. */
static void write_real(Text *out, double real) {
  char buffer[32];
  int length = 0;
  for (int digits = 1; digits <= 17; digits++) {
    length = snprintf(buffer, sizeof buffer, "%.*g", digits, real);
    if (strtod(buffer, NULL) == real && !strchr(buffer, 'e')) break;
  }
  append(out, buffer, (size_t)length);
  if (!strchr(buffer, '.')) append(out, ".0", 2);
}

static void write(Text *out, const Value *value) {
  char buffer[32];
  switch (value->kind) {
    case NONE: append(out, "null", 4); break;
    case FALSE_VALUE: append(out, "false", 5); break;
    case TRUE_VALUE: append(out, "true", 4); break;
    case INTEGER: append(out, buffer, (size_t)snprintf(buffer, sizeof buffer, "%lld", value->integer)); break;
    case REAL: write_real(out, value->real); break;
    case STRING: write_string(out, value); break;
    case LIST:
    case OBJECT:
      append(out, value->kind == LIST ? "[" : "{", 1);
      for (size_t i = 0; i < value->count; i++) {
        if (i) append(out, ", ", 2);
        if (value->kind == OBJECT) {
          write_string(out, value->keys[i]);
          append(out, ": ", 2);
        }
        write(out, value->items[i]);
      }
      append(out, value->kind == LIST ? "]" : "}", 1);
      break;
  }
}

/* --- reading ------------------------------------------------------------------------------------------------------------ */

typedef struct { const char *at; Text scratch; } Reader;

static void skip_space(Reader *r) {
  while (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r') r->at++;
}

static void fail(void) {
  fputs("malformed JSON\n", stderr);
  exit(1);
}

static Value *read_string(Reader *r) {
  r->scratch.length = 0;
  for (r->at++; *r->at != '"';) {
    if (!*r->at) fail();
    if (*r->at != '\\') {
      const char *start = r->at;
      while (*r->at && *r->at != '"' && *r->at != '\\') r->at++;
      append(&r->scratch, start, (size_t)(r->at - start));
      continue;
    }
    char c = r->at[1];
    r->at += 2;
    if (c == 'u') {
      char hex[5] = {0}, utf8[4];
      memcpy(hex, r->at, 4);
      r->at += 4;
      unsigned point = (unsigned)strtoul(hex, NULL, 16);
      size_t n = 1;
      if (point < 0x80) {
        utf8[0] = (char)point;
      } else if (point < 0x800) {
        utf8[0] = (char)(0xC0 | point >> 6);
        utf8[1] = (char)(0x80 | (point & 0x3F));
        n = 2;
      } else {
        utf8[0] = (char)(0xE0 | point >> 12);
        utf8[1] = (char)(0x80 | (point >> 6 & 0x3F));
        utf8[2] = (char)(0x80 | (point & 0x3F));
        n = 3;
      }
      append(&r->scratch, utf8, n);
    } else {
      if (c == 'n') c = '\n';
      else if (c == 't') c = '\t';
      else if (c != '"' && c != '\\' && c != '/') fail();
      append(&r->scratch, &c, 1);
    }
  }
  r->at++;
  return make_string(r->scratch.data ? r->scratch.data : "", r->scratch.length);
}

static Value *read_value(Reader *r) {
  skip_space(r);
  char c = *r->at;
  if (c == '"') return read_string(r);
  if (c == '[' || c == '{') {
    Value *value = make(c == '[' ? LIST : OBJECT);
    char close = c == '[' ? ']' : '}';
    r->at++;
    skip_space(r);
    if (*r->at == close) {
      r->at++;
      return value;
    }
    for (;;) {
      Value *key = NULL;
      skip_space(r);
      if (value->kind == OBJECT) {
        if (*r->at != '"') fail();
        key = read_string(r);
        skip_space(r);
        if (*r->at++ != ':') fail();
      }
      push(value, key, read_value(r));
      skip_space(r);
      if (*r->at == close) {
        r->at++;
        return value;
      }
      if (*r->at++ != ',') fail();
    }
  }
  if (strncmp(r->at, "null", 4) == 0) return r->at += 4, make(NONE);
  if (strncmp(r->at, "true", 4) == 0) return r->at += 4, make(TRUE_VALUE);
  if (strncmp(r->at, "false", 5) == 0) return r->at += 5, make(FALSE_VALUE);
  const char *start = r->at;
  char *end;
  int real = 0;
  for (const char *p = start; *p == '-' || *p == '+' || *p == '.' || *p == 'e' || *p == 'E' || (*p >= '0' && *p <= '9'); p++)
    real |= *p == '.' || *p == 'e' || *p == 'E';
  Value *value = real ? make_real(strtod(start, &end)) : make_integer(strtoll(start, &end, 10));
  if (end == start) fail();
  r->at = end;
  return value;
}

/* --- the walk ----------------------------------------------------------------------------------------------------------- */

static long long weigh(const Value *value) {
  long long total = 1;
  switch (value->kind) {
    case NONE: return 3;
    case TRUE_VALUE: return 5;
    case FALSE_VALUE: return 7;
    case INTEGER: return value->integer % 1009;
    case REAL: return (long long)(value->real * 8.0) % 1013;
    case STRING: return (long long)value->points * 11;
    case LIST:
      for (size_t i = 0; i < value->count; i++) total = (total * 31 + weigh(value->items[i])) % 1000003;
      break;
    case OBJECT:
      for (size_t i = 0; i < value->count; i++)
        total = (total * 37 + (long long)value->keys[i]->points + weigh(value->items[i])) % 1000003;
      break;
  }
  return total;
}

int main(void) {
  Value *orders = make(LIST);
  for (long long number = 0; number < 2000; number++) push(orders, NULL, order(number));
  long long checksum = 0;
  size_t length = 0;
  for (int repeat = 0; repeat < 24; repeat++) {
    Text text = {0};
    write(&text, orders);
    length += text.length;
    Reader reader = {text.data, {0}};
    Value *back = read_value(&reader);
    checksum = (checksum * 31 + weigh(back)) % 1000003;
    release(back);
    free(reader.scratch.data);
    free(text.data);
  }
  printf("%zu %lld\n", length, checksum);
  Text one = {0};
  write(&one, orders->items[7]);
  printf("%s\n", one.data);
  return 0;
}
