// A record: u32 length of what follows, u16 operation, its fields; numbers little-endian.
// A text or bytes field: u32 length, the bytes, a NUL that is not counted. A list: u32 count, its items.
#include "helper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER_SIZE = 1 << 20, LARGEST_RECORD = 16 << 20, LARGEST_LIST = 1 << 17 };

// What was read from the plan and not yet taken. A spawned child inherits it with the descriptor,
// and so goes on exactly where its parent stopped.
static unsigned char *buffer;
static size_t capacity, start, filled;
static int plan_fd = PLAN_FD;
static bool no_further;

void read_no_further(void) {
  no_further = true;
}

void read_from_memory(const void *bytes, size_t length) {
  plan_fd = -1;
  buffer = malloc(length);
  if (buffer == NULL) fail_with("malloc", NULL, ENOMEM);
  memcpy(buffer, bytes, length);
  start = 0;
  filled = capacity = length;
}

// Lists that were taken of the present record; freed when the next one is read.
struct list {
  struct list *next;
  uint64_t items[];
};
static struct list *lists;
// Most are short, and found here.
static uint64_t short_lists[512];
static size_t short_used;

static uint32_t u32_at(const unsigned char *bytes) {
  uint32_t value;
  memcpy(&value, bytes, sizeof value);
  return value;
}

static void make_room(size_t needed) {
  if (start > 0) memmove(buffer, buffer + start, filled - start);
  filled -= start;
  start = 0;
  if (needed <= capacity) return;
  capacity = needed > BUFFER_SIZE || no_further ? needed : BUFFER_SIZE;
  buffer = realloc(buffer, capacity);
  if (buffer == NULL) fail_with("realloc", NULL, ENOMEM);
}

// Reads until `needed` bytes are there; false at the end of the plan.
static bool fill(size_t needed) {
  if (filled - start >= needed) return true;
  if (plan_fd < 0) return false;
  if (start + needed > capacity) make_room(needed);
  flush_output(); // whoever writes the plan may wait for it
  while (filled - start < needed) {
    size_t room = no_further ? needed - (filled - start) : capacity - filled;
    ssize_t count = read(plan_fd, buffer + filled, room);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("read", "plan");
    if (count == 0) return false;
    filled += (size_t)count;
  }
  return true;
}

static void free_lists(void) {
  short_used = 0;
  while (lists != NULL) {
    struct list *next = lists->next;
    free(lists);
    lists = next;
  }
}

bool next_record(struct record *record, uint16_t *code) {
  free_lists();
  if (!fill(sizeof(uint32_t))) {
    if (filled > start) fail_with("plan", "truncated", EPROTO);
    return false;
  }
  uint32_t length = u32_at(buffer + start);
  if (length < sizeof *code || length > LARGEST_RECORD) fail_with("plan", "record size", EPROTO);
  if (!fill(sizeof length + length)) fail_with("plan", "truncated", EPROTO);
  record->at = buffer + start + sizeof length;
  record->end = record->at + length;
  memcpy(code, record->at, sizeof *code);
  record->at += sizeof *code;
  start += sizeof length + length;
  return true;
}

static const unsigned char *take(struct record *record, size_t size) {
  if ((size_t)(record->end - record->at) < size) fail_with("plan", "short record", EPROTO);
  const unsigned char *bytes = record->at;
  record->at += size;
  return bytes;
}

uint32_t take_u32(struct record *record) {
  return u32_at(take(record, sizeof(uint32_t)));
}

uint64_t take_u64(struct record *record) {
  uint64_t value;
  memcpy(&value, take(record, sizeof value), sizeof value);
  return value;
}

int64_t take_i64(struct record *record) {
  return (int64_t)take_u64(record);
}

struct text take_text(struct record *record) {
  uint32_t length = take_u32(record);
  const unsigned char *bytes = take(record, (size_t)length + 1);
  if (bytes[length] != 0) fail_with("plan", "text without end", EPROTO);
  return (struct text){.at = (const char *)bytes, .length = length};
}

const char *take_path(struct record *record) {
  struct text text = take_text(record);
  if (memchr(text.at, 0, text.length) != NULL) fail_with("plan", "NUL in a path", EPROTO);
  return text.at;
}

static void *new_list(struct record *record, uint32_t count, size_t item) {
  if (count > LARGEST_LIST || count > (size_t)(record->end - record->at)) {
    fail_with("plan", "list size", EPROTO);
  }
  size_t size = ((size_t)count + 1) * item, words = (size + 7) / 8;
  if (words <= sizeof short_lists / 8 - short_used) return short_lists + (short_used += words) - words;
  struct list *made = malloc(sizeof *made + size);
  if (made == NULL) fail_with("malloc", NULL, ENOMEM);
  made->next = lists;
  lists = made;
  return made->items;
}

const char **take_paths(struct record *record, uint32_t *count) {
  uint32_t length = take_u32(record);
  const char **paths = new_list(record, length, sizeof *paths);
  for (uint32_t i = 0; i < length; i++) paths[i] = take_path(record);
  paths[length] = NULL;
  if (count != NULL) *count = length;
  return paths;
}

const uint32_t *take_u32s(struct record *record, uint32_t *count) {
  *count = take_u32(record);
  uint32_t *values = new_list(record, *count, sizeof *values);
  for (uint32_t i = 0; i < *count; i++) values[i] = take_u32(record);
  return values;
}

const struct text *take_texts(struct record *record, uint32_t *count) {
  *count = take_u32(record);
  struct text *texts = new_list(record, *count, sizeof *texts);
  for (uint32_t i = 0; i < *count; i++) texts[i] = take_text(record);
  return texts;
}
