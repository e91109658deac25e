// Joining a running container: by the descriptor of its first process, whose number may be another's by now.
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int target = -1;

// Field 22 of /proc/<pid>/stat; field 2, the name, may itself hold brackets and spaces.
static bool has_start_time(pid_t pid, const char *wanted) {
  char path[32], stat[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  CLOSING int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? -1 : read(fd, stat, sizeof stat - 1);
  if (length < 0) return false;
  stat[length] = 0;
  const char *field = strrchr(stat, ')');
  for (int number = 2; field != NULL && number < 22; number++) field = strchr(field + 1, ' ');
  if (field == NULL) return false;
  size_t size = strcspn(++field, " ");
  return strlen(wanted) == size && memcmp(field, wanted, size) == 0;
}

void op_target(struct record *record) {
  pid_t pid = (pid_t)take_u32(record);
  const char *start_time = take_path(record);
  target = (int)syscall(SYS_pidfd_open, pid, 0);
  if (target < 0) fail("pidfd_open", NULL);
  // Read while the descriptor is held: from here on the number cannot become somebody else's unnoticed.
  if (!has_start_time(pid, start_time)) fail_with("pidfd_open", "another process", ESRCH);
  if (syscall(SYS_pidfd_send_signal, target, 0, NULL, 0) < 0) fail("pidfd_send_signal", NULL);
}

void op_join_namespaces(struct record *record) {
  int flags = (int)take_u32(record);
  // Nothing of the container may look into us, or through us at the host (CVE-2016-9962).
  if (prctl(PR_SET_DUMPABLE, 0) < 0) fail("prctl", "PR_SET_DUMPABLE");
  if (setns(target, flags) < 0) fail("setns", NULL);
  close(target);
  if (root_fd >= 0) close(root_fd);
  root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root_fd < 0) fail("open", "/");
}
