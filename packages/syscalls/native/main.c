// ctr-helper MODE: carries out the plan on descriptor 3, reports on descriptor 4.
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "operations.h"

static enum mode { TREE = 1, WALK = 2, LAUNCH = 4, ENTER = 8, SUPERVISE = 16, ATTACH = 32 } mode;

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
  if (strcmp(name, "enter") == 0) return ENTER;
  if (strcmp(name, "supervise") == 0) return SUPERVISE;
  if (strcmp(name, "attach") == 0) return ATTACH;
  fail_with("mode", name, EINVAL);
}

void carry_out_plan(void) {
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
  mode = mode_named(argv[1]);
  bool executes = mode == LAUNCH || mode == ENTER;
  int last = executes ? GATE_FD : REPORT_FD;
  if (sys_close_range((unsigned)last + 1, ~0U, 0) < 0) fail("close_range", NULL);
  if (executes) run_from_sealed_copy(argv);
  if (mode == SUPERVISE) read_no_further();
  if (sys_close_range(PLAN_FD, (unsigned)last, CLOSE_RANGE_CLOEXEC) < 0) fail("close_range", NULL);
  umask(0);
  carry_out_plan();
  current_operation = "end";
  // They end in execute: a plan that stops before it has lost its author.
  if (executes) fail_with("plan", "ended before execute", ECANCELED);
  return 0;
}
