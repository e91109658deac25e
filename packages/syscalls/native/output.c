// Records on stdout, in the shape of the plan's: u32 length of what follows, u16 kind, fields (src/walk-record.ts).
#include "helper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FLUSH_AT = 256 << 10 };

static unsigned char *bytes;
static size_t used, capacity, record_start;

static void reserve(size_t more) {
  if (used + more <= capacity) return;
  capacity = used + more > 2 * capacity ? used + more : 2 * capacity;
  if (capacity < 2 * FLUSH_AT) capacity = 2 * FLUSH_AT;
  bytes = realloc(bytes, capacity);
  if (bytes == NULL) fail_with("realloc", NULL, ENOMEM);
}

static void put(const void *from, size_t size) {
  reserve(size);
  memcpy(bytes + used, from, size);
  used += size;
}

void begin_output(uint16_t kind) {
  record_start = used;
  put_u32(0);
  put(&kind, sizeof kind);
}

void put_u32(uint32_t value) {
  put(&value, sizeof value);
}

void put_u64(uint64_t value) {
  put(&value, sizeof value);
}

void put_text(const void *text, size_t length) {
  put_u32((uint32_t)length);
  put(text, length);
}

void end_output(void) {
  uint32_t length = (uint32_t)(used - record_start - sizeof length);
  memcpy(bytes + record_start, &length, sizeof length);
  if (used >= FLUSH_AT) flush_output();
}

void flush_output(void) {
  write_all(STDOUT_FILENO, bytes, used, "stdout");
  used = 0;
}
