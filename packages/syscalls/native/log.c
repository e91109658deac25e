// The output as docker's json-file log: {"log":"…\n","stream":"stdout","time":"…"}, a line each, rotated by size.
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// A longer line is kept in parts, as docker does.
enum { LONGEST_LINE = 16 << 10, NAME_SIZE = 64, BATCH = 8 << 10 };

static const char *directory_path;
static int log_fd = -1;
static uint64_t size, largest;
static uint32_t files;
static struct line {
  size_t length;
  char text[LONGEST_LINE];
} lines[2];

static char batch[BATCH];
static size_t batched;
static bool torn; // the file ends within a line

size_t write_time(char text[static 32]) {
  struct timespec now;
  struct tm parts;
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &parts);
  return (size_t)snprintf(text, 32, "%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ", parts.tm_year + 1900, parts.tm_mon + 1,
                          parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, now.tv_nsec);
}

static int open_file(const char *name, int flags) {
  return openat(spool_directory, name, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags, 0600);
}

void op_log(struct record *record) {
  directory_path = strdup(take_path(record));
  largest = take_u64(record);
  files = take_u32(record);
  if (directory_path == NULL) fail_with("strdup", NULL, ENOMEM);
}

void open_log(void) {
  if (directory_path == NULL) return;
  spool_directory = open(directory_path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (spool_directory < 0) fail("open", directory_path);
  log_fd = open_file("log", 0);
  if (log_fd < 0) fail("open", directory_path);
  size = (uint64_t)lseek(log_fd, 0, SEEK_END);
  char last = '\n';
  torn = size > 0 && pread(log_fd, &last, 1, (off_t)size - 1) == 1 && last != '\n';
}

static void move_file(uint32_t from, uint32_t to) {
  char name[NAME_SIZE], next[NAME_SIZE];
  snprintf(name, sizeof name, "log.%u", from);
  snprintf(next, sizeof next, "log.%u", to);
  renameat(spool_directory, name, spool_directory, next);
}

// log.3 becomes log.4, … log becomes log.1; the oldest goes. There is a log at any time for those who read it. Where the
// directory takes no new file, all stays as it is.
static void rotate(void) {
  int next = open_file("log.new", O_TRUNC);
  if (next < 0) return;
  for (uint32_t number = files - 1; number > 1; number--) move_file(number - 1, number);
  if (files > 1) {
    unlinkat(spool_directory, "log.1", 0);
    linkat(spool_directory, "log", spool_directory, "log.1", 0);
  }
  renameat(spool_directory, "log.new", spool_directory, "log");
  close(log_fd);
  log_fd = next;
  size = 0;
}

// What a full disk does not take is not kept; the container goes on, and the next line that is kept begins one.
static void write_batch(void) {
  if (torn && batched > 0 && write(log_fd, "\n", 1) == 1) torn = false;
  for (size_t at = 0; at < batched && !torn;) {
    ssize_t count = write(log_fd, batch + at, batched - at);
    if (count < 0 && errno == EINTR) continue;
    torn = count <= 0;
    if (torn) break;
    at += (size_t)count;
    size += (size_t)count;
  }
  batched = 0;
}

static void put(const char *text, size_t length) {
  if (batched + length > sizeof batch) write_batch();
  memcpy(batch + batched, text, length);
  batched += length;
}

// The length of the UTF-8 character at a place, 0 where there is none (Unicode 15, table 3-7).
static size_t character(const unsigned char *at, size_t left) {
  unsigned char first = at[0], low = 0x80, high = 0xbf;
  if (first < 0x80) return 1;
  size_t length = first >= 0xc2 && first <= 0xdf ? 2 : (first & 0xf0) == 0xe0 ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  if (length == 0 || length > left) return 0;
  if (first == 0xe0) low = 0xa0;
  if (first == 0xed) high = 0x9f;
  if (first == 0xf0) low = 0x90;
  if (first == 0xf4) high = 0x8f;
  if (at[1] < low || at[1] > high) return 0;
  for (size_t i = 2; i < length; i++) {
    if ((at[i] & 0xc0) != 0x80) return 0;
  }
  return length;
}

static void put_escaped(const unsigned char *at, size_t left) {
  for (size_t length; left > 0; at += length, left -= length) {
    char escape[8];
    length = character(at, left);
    if (length == 0) {
      put("\\ufffd", 6);
      length = 1;
    } else if (*at == '\n') put("\\n", 2);
    else if (*at == '\r') put("\\r", 2);
    else if (*at == '"' || *at == '\\') put((char[]){'\\', (char)*at}, 2);
    else if (*at < 0x20 || *at == 0x7f) put(escape, (size_t)snprintf(escape, sizeof escape, "\\u%04x", *at));
    else put((const char *)at, length);
  }
}

static void end_line(unsigned stream) {
  struct line *line = &lines[stream];
  char time[32];
  size_t length = write_time(time);
  put("{\"log\":\"", 8);
  put_escaped((const unsigned char *)line->text, line->length);
  put(stream == 0 ? "\",\"stream\":\"stdout\",\"time\":\"" : "\",\"stream\":\"stderr\",\"time\":\"", 28);
  put(time, length);
  put("\"}\n", 3);
  line->length = 0;
}

// A character must not be cut in two where a line is.
static size_t whole_characters(const struct line *line) {
  size_t back = 0;
  while (back < 3 && back < line->length && (line->text[line->length - back - 1] & 0xc0) == 0x80) back++;
  unsigned char first = (unsigned char)line->text[line->length - back - 1];
  bool cut = first >= 0xc0 && character((const unsigned char *)&line->text[line->length - back - 1], back + 1) == 0;
  return cut && back + 1 < line->length ? line->length - back - 1 : line->length;
}

static void end_part(unsigned stream) {
  struct line *line = &lines[stream];
  size_t whole = whole_characters(line), rest = line->length - whole;
  char kept[4];
  memcpy(kept, line->text + whole, rest);
  line->length = whole;
  end_line(stream);
  memcpy(line->text, kept, rest);
  line->length = rest;
}

void log_output(unsigned stream, const char *bytes, size_t length) {
  if (log_fd < 0) return;
  struct line *line = &lines[stream];
  while (length > 0) {
    size_t room = sizeof line->text - line->length, taken = length < room ? length : room;
    const char *newline = memchr(bytes, '\n', taken);
    if (newline != NULL) taken = (size_t)(newline - bytes) + 1;
    memcpy(line->text + line->length, bytes, taken);
    line->length += taken;
    bytes += taken;
    length -= taken;
    if (newline != NULL) end_line(stream);
    else if (line->length == sizeof line->text) end_part(stream);
  }
  write_batch();
  if (files > 0 && size >= largest) rotate();
}

void end_log(void) {
  if (log_fd < 0) return;
  for (unsigned stream = 0; stream < 2; stream++) {
    if (lines[stream].length > 0) end_line(stream);
  }
  write_batch();
}
