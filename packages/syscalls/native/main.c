// ctr-helper MODE: carries out the plan on descriptor 3, reports on descriptor 4.
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "operations.h"

enum mode { TREE = 1, WALK = 2, LAUNCH = 4 };

#define DECLARE(code, name, handler, modes) void handler(struct record *record);
OPERATIONS(DECLARE)

static const struct operation {
  const char *name;
  void (*carry_out)(struct record *record);
  unsigned modes;
} operations[] = {
#define ENTRY(code, name, handler, modes) [code] = {name, handler, modes},
    OPERATIONS(ENTRY)};

static enum mode mode_named(const char *name) {
  if (strcmp(name, "tree") == 0) return TREE;
  if (strcmp(name, "walk") == 0) return WALK;
  if (strcmp(name, "launch") == 0) return LAUNCH;
  fail_with("mode", name, EINVAL);
}

enum { WANTED_SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

// Where vm.memfd_noexec is set it has to be said that it will be executed; before Linux 6.3 it must not be said.
static int executable_memory(void) {
  const unsigned executable = 0x10; // MFD_EXEC
  int memory = memfd_create("ctr-helper", MFD_CLOEXEC | MFD_ALLOW_SEALING | executable);
  if (memory < 0 && errno == EINVAL) memory = memfd_create("ctr-helper", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (memory < 0) fail("memfd_create", NULL);
  return memory;
}

// A container that runs /proc/self/exe, or opens it, must find a sealed copy and not the host's file (CVE-2019-5736).
static void run_from_sealed_copy(char **argv) {
  CLOSING int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (self < 0) fail("open", "/proc/self/exe");
  // All of them: any file of a tmpfs reports one (F_SEAL_SEAL).
  int seals = fcntl(self, F_GET_SEALS);
  if (seals >= 0 && (seals & WANTED_SEALS) == WANTED_SEALS) return;
  struct stat status;
  if (fstat(self, &status) < 0) fail("fstat", "/proc/self/exe");
  int copy = executable_memory();
  for (off_t at = 0; at < status.st_size;) {
    if (sendfile(copy, self, &at, (size_t)(status.st_size - at)) <= 0) fail("sendfile", "/proc/self/exe");
  }
  if (fcntl(copy, F_ADD_SEALS, WANTED_SEALS) < 0) {
    fail("fcntl", "F_ADD_SEALS");
  }
  char *const empty[] = {NULL};
  fexecve(copy, argv, empty);
  fail("fexecve", "/proc/self/exe");
}

static void carry_out(enum mode mode) {
  struct record record;
  uint16_t code;
  for (; next_record(&record, &code); current_step++) {
    if (code >= sizeof operations / sizeof *operations || (operations[code].modes & mode) == 0) {
      fail_with("plan", "operation", EPROTO);
    }
    current_operation = operations[code].name;
    operations[code].carry_out(&record);
    if (record.at != record.end) fail_with("plan", "long record", EPROTO);
  }
}

int main(int argc, char **argv) {
  if (argc != 2 || fcntl(PLAN_FD, F_GETFD) < 0 || fcntl(REPORT_FD, F_GETFD) < 0) {
    static const char usage[] = "ctr-helper is not run by hand: it carries out plans of ctr, which --explain prints\n";
    if (write(STDERR_FILENO, usage, sizeof usage - 1) < 0) return EXIT_HELPER_FAILED;
    return EXIT_HELPER_FAILED;
  }
  if (sys_close_range(REPORT_FD + 1, ~0U, 0) < 0) fail("close_range", NULL);
  enum mode mode = mode_named(argv[1]);
  if (mode == LAUNCH) run_from_sealed_copy(argv);
  if (sys_close_range(PLAN_FD, REPORT_FD, CLOSE_RANGE_CLOEXEC) < 0) fail("close_range", NULL);
  umask(0);
  carry_out(mode);
  current_operation = "end";
  // A launch ends in execute: a plan that stops before it has lost its author.
  if (mode == LAUNCH) fail_with("plan", "ended before execute", ECANCELED);
  return 0;
}
