#include "helper.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

uint32_t current_step;
const char *current_operation = "start";
const char *failure_event = "error";
void (*before_failing)(void);

// One write a line, so that the lines of parent and child never mix (a pipe keeps up to 4096 bytes whole).
static void send(const char *line, size_t length) {
  while (length > 0) {
    ssize_t count = write(REPORT_FD, line, length);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return; // nobody reads any more: the exit code still tells
    line += count;
    length -= (size_t)count;
  }
}

void report(const char *format, ...) {
  char line[3072];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line - 1, format, arguments);
  va_end(arguments);
  if (length < 0 || (size_t)length >= sizeof line - 1) return;
  line[length] = '\n';
  send(line, (size_t)length + 1);
}

// A JSON string's inside. What is cut off is cut between characters of the source, never within an escape.
static const char *escaped(const char *text, char *out, size_t size) {
  size_t at = 0;
  for (const unsigned char *c = (const unsigned char *)text; *c != 0 && at + 7 < size; c++) {
    if (*c == '"' || *c == '\\') {
      out[at++] = '\\';
      out[at++] = (char)*c;
    } else if (*c < 0x20 || *c == 0x7f) {
      at += (size_t)snprintf(out + at, size - at, "\\u%04x", *c);
    } else {
      out[at++] = (char)*c;
    }
  }
  out[at] = 0;
  return out;
}

void report_bytes(const char *path, const unsigned char *bytes, size_t length) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char name[1024], block[1024];
  size_t at = (size_t)snprintf(block, sizeof block, "{\"event\":\"file\",\"path\":\"");
  send(block, at);
  send(name, strlen(escaped(path, name, sizeof name)));
  send("\",\"base64\":\"", 12);
  at = 0;
  for (size_t i = 0; i < length; i += 3) {
    unsigned one = bytes[i], two = i + 1 < length ? bytes[i + 1] : 0, three = i + 2 < length ? bytes[i + 2] : 0;
    block[at++] = digits[one >> 2];
    block[at++] = digits[(one & 3) << 4 | two >> 4];
    block[at++] = i + 1 < length ? digits[(two & 15) << 2 | three >> 6] : '=';
    block[at++] = i + 2 < length ? digits[three & 63] : '=';
    if (at == sizeof block) {
      send(block, at);
      at = 0;
    }
  }
  send(block, at);
  send("\"}\n", 3);
}

void report_unread(const char *path, int error) {
  char name[1024];
  report("{\"event\":\"file\",\"path\":\"%s\",\"errno\":%d}", escaped(path, name, sizeof name), error);
}

void report_path(const char *event, const char *path, const char *attribute) {
  char name[1024], value[512];
  report("{\"event\":\"%s\",\"path\":\"%s\",\"attribute\":\"%s\"}", event, escaped(path, name, sizeof name),
         escaped(attribute, value, sizeof value));
}

static void report_failure(const char *event, const char *call, const char *path, int error) {
  char name[2048];
  report("{\"event\":\"%s\",\"step\":%u,\"operation\":\"%s\",\"call\":\"%s\",\"errno\":%d,\"path\":\"%s\"}", event,
         current_step, current_operation, call, error, escaped(path == NULL ? "" : path, name, sizeof name));
}

void complain(const char *call, const char *path) {
  report_failure("unfinished", call, path, errno);
}

void fail_with(const char *call, const char *path, int error) {
  report_failure(failure_event, call, path, error);
  if (before_failing != NULL) before_failing();
  _exit(EXIT_HELPER_FAILED);
}

void fail(const char *call, const char *path) {
  fail_with(call, path, errno);
}
