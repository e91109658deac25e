// What is done when a container has ended: plans that were prepared before it began.
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct ending ending;

static const char *oom_events;

static struct plan {
  size_t length;
  char *bytes;
} at_end, afterwards;

static void keep_plan(struct plan *plan, struct record *record) {
  struct text text = take_text(record);
  plan->bytes = malloc(text.length);
  if (plan->bytes == NULL) fail_with("malloc", NULL, ENOMEM);
  memcpy(plan->bytes, text.at, text.length);
  plan->length = text.length;
}

void op_at_end(struct record *record) {
  keep_plan(&at_end, record);
}

void op_afterwards(struct record *record) {
  keep_plan(&afterwards, record);
}

static jmp_buf next_step;

static void go_on(void) {
  longjmp(next_step, 1);
}

// A step that fails is reported and keeps no other from being done but those beneath the same root, which lean on it.
static void carry_out_step(const char *bytes, size_t length) {
  if (setjmp(next_step) == 0) {
    read_from_memory(bytes, length);
    carry_out_plan();
    return;
  }
  close_descriptor(&root_fd);
  root_fd = -1;
  current_step++;
}

static void carry_out_steps(const struct plan *plan) {
  uint32_t length;
  failure_event = "unfinished";
  current_step = 0;
  for (size_t at = 0; plan->length - at >= sizeof length; at += length) {
    memcpy(&length, plan->bytes + at, sizeof length);
    if (length > plan->length - at - sizeof length) return;
    length += sizeof length;
    carry_out_step(plan->bytes + at, length);
  }
}

// In a child, whose namespaces and root are not ours; here, where there is no room for one more.
static void carry_out(const struct plan *plan) {
  if (plan->length == 0) return;
  pid_t child = fork();
  void (*before)(void) = before_failing;
  before_failing = go_on;
  if (child <= 0) carry_out_steps(plan);
  before_failing = before;
  if (child == 0) _exit(0);
  while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
}

// `oom_kill N` stands in memory.events (v2) and in memory.oom_control (v1).
static bool has_oom_kills(const char *path) {
  char text[1024];
  CLOSING int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (length < 0) return false;
  text[length] = 0;
  const char *count = strstr(text, "\noom_kill ");
  return count != NULL && strtoul(count + sizeof "\noom_kill " - 1, NULL, 10) > 0;
}

void op_oom_events(struct record *record) {
  oom_events = strdup(take_path(record));
  if (oom_events == NULL) fail_with("strdup", NULL, ENOMEM);
}

void finish_container(void) {
  ending.oom_killed = has_oom_kills(oom_events);
  carry_out(&at_end);
}

void leave(bool started, int code) {
  if (started) carry_out(&afterwards);
  _exit(code);
}

static bool write_record(const char *path, const char *text, size_t length) {
  char temporary[4096];
  if ((size_t)snprintf(temporary, sizeof temporary, "%s.new", path) >= sizeof temporary) return false;
  CLOSING int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  if (write(fd, text, length) != (ssize_t)length || fsync(fd) < 0 || rename(temporary, path) < 0) {
    int error = errno;
    unlink(temporary);
    errno = error;
    return false;
  }
  *strrchr(temporary, '/') = 0;
  CLOSING int directory = open(temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return directory < 0 || fsync(directory) == 0;
}

// Into the first of several places that takes it: a disk may be full.
void op_record_exit(struct record *record) {
  const char **paths = take_paths(record, NULL);
  int status = ending.status, signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  char text[256], finished[32];
  write_time(finished);
  int length = snprintf(text, sizeof text,
                        "{\"exitCode\":%d,\"signal\":%d,\"oomKilled\":%s,\"startedAt\":\"%s\",\"finishedAt\":\"%s\"}\n",
                        signal != 0 ? 128 + signal : WEXITSTATUS(status), signal,
                        ending.oom_killed ? "true" : "false", ending.started, finished);
  for (; *paths != NULL; paths++) {
    if (write_record(*paths, text, (size_t)length)) return;
    complain("write", *paths);
  }
}

// The kernel lets go of the last process of a cgroup in its own time.
static bool remove_cgroup(const char *path, uint32_t patience) {
  const struct timespec pause = {.tv_nsec = 1000000};
  for (uint32_t waited = 0; rmdir(path) < 0; waited++) {
    if (errno == ENOENT) return true;
    if (errno != EBUSY || waited >= patience) return false;
    nanosleep(&pause, NULL);
  }
  return true;
}

void op_remove_cgroup(struct record *record) {
  const char *path = take_path(record);
  uint32_t patience = take_u32(record);
  // Without patience it is one that others may still be in.
  if (!remove_cgroup(path, patience) && patience > 0) complain("rmdir", path);
}

void op_rename(struct record *record) {
  const char *from = take_path(record), *to = take_path(record);
  if (syscall(SYS_renameat2, root_fd, from, root_fd, to, 1 /* RENAME_NOREPLACE */) < 0 && errno != ENOENT) {
    fail("renameat2", from);
  }
}
