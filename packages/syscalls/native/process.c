// What the container's process is allowed, and its start.
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void op_read(struct record *record) {
  const char *path = take_path(record);
  uint32_t limit = take_u32(record);
  struct stat status;
  // Without waiting: a FIFO of the image must not hold us (CVE-2024-9676).
  CLOSING int fd = try_open_beneath(root_fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, IN_ROOT);
  int error = fd < 0 ? errno : fstat(fd, &status) < 0 ? errno : 0;
  if (error == 0 && !S_ISREG(status.st_mode)) error = EINVAL;
  if (error == 0 && status.st_size > limit) error = EFBIG;
  if (error != 0) {
    report_unread(path, error);
    return;
  }
  unsigned char *bytes = malloc((size_t)limit + 1);
  if (bytes == NULL) fail_with("malloc", path, ENOMEM);
  size_t length = 0;
  for (ssize_t count = 1; count > 0 && length < limit; length += (size_t)count) {
    count = read(fd, bytes + length, limit - length);
    if (count < 0) fail("read", path);
  }
  report_bytes(path, bytes, length);
  free(bytes);
}

void op_hostname(struct record *record) {
  struct text name = take_text(record);
  if (sethostname(name.at, name.length) < 0) fail("sethostname", name.at);
}

void op_domainname(struct record *record) {
  struct text name = take_text(record);
  if (setdomainname(name.at, name.length) < 0) fail("setdomainname", name.at);
}

void op_loopback_up(struct record *record) {
  (void)record;
  CLOSING int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  if (socket_fd < 0 || ioctl(socket_fd, SIOCSIFFLAGS, &request) < 0) fail("ioctl", "lo");
}

void op_resource_limit(struct record *record) {
  uint32_t resource = take_u32(record);
  struct rlimit wanted = {.rlim_cur = take_u64(record)}, present;
  wanted.rlim_max = take_u64(record);
  if (setrlimit((int)resource, &wanted) == 0) return;
  if (errno != EPERM || getrlimit((int)resource, &present) < 0) fail("setrlimit", NULL);
  wanted.rlim_max = present.rlim_max;
  if (wanted.rlim_cur > present.rlim_max) wanted.rlim_cur = present.rlim_max;
  if (setrlimit((int)resource, &wanted) < 0) fail("setrlimit", NULL);
  report("{\"event\":\"clamped\",\"resource\":%u,\"hard\":%llu}", resource, (unsigned long long)present.rlim_max);
}

void op_oom_score(struct record *record) {
  struct text adjustment = take_text(record);
  CLOSING int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) fail("open", "/proc/self/oom_score_adj");
  if (write(fd, adjustment.at, adjustment.length) == (ssize_t)adjustment.length) return;
  if (errno != EACCES && errno != EPERM) fail("write", "/proc/self/oom_score_adj");
  report("{\"event\":\"clamped\",\"oomScoreAdjustment\":\"%s\"}", adjustment.at);
}

void op_session(struct record *record) {
  (void)record;
  if (setsid() < 0) fail("setsid", NULL);
  // Without one of our own, the keys of whoever started us could be read.
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS) fail("keyctl", NULL);
}

void op_umask(struct record *record) {
  umask((mode_t)take_u32(record));
}

void op_bounding_set(struct record *record) {
  uint64_t set = take_u64(record);
  for (int capability = 0; capability < 64; capability++) {
    int present = prctl(PR_CAPBSET_READ, capability);
    if (present < 0) return; // past the last one that this kernel knows
    if (present == 0 || (set >> capability & 1) != 0) continue;
    if (prctl(PR_CAPBSET_DROP, capability) < 0) fail("prctl", "PR_CAPBSET_DROP");
  }
}

void op_groups(struct record *record) {
  uint32_t count;
  const uint32_t *gids = take_u32s(record, &count);
  if (setgroups(count, gids) < 0) fail("setgroups", NULL);
}

void op_identity(struct record *record) {
  uid_t uid = take_u32(record);
  gid_t gid = take_u32(record);
  if (prctl(PR_SET_KEEPCAPS, 1) < 0) fail("prctl", "PR_SET_KEEPCAPS");
  if (setresgid(gid, gid, gid) < 0) fail("setresgid", NULL);
  if (setresuid(uid, uid, uid) < 0) fail("setresuid", NULL);
}

void op_capabilities(struct record *record) {
  uint64_t effective = take_u64(record), permitted = take_u64(record);
  uint64_t inheritable = take_u64(record), ambient = take_u64(record);
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {
      {(uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable},
      {(uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32)},
  };
  if (syscall(SYS_capset, &header, data) < 0) fail("capset", NULL);
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0) fail("prctl", "PR_CAP_AMBIENT");
  for (int capability = 0; capability < 64; capability++) {
    if ((ambient >> capability & 1) == 0) continue;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) < 0) fail("prctl", "PR_CAP_AMBIENT");
  }
}

void op_no_new_privileges(struct record *record) {
  (void)record;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) fail("prctl", "PR_SET_NO_NEW_PRIVS");
}

void op_working_directory(struct record *record) {
  const char *path = take_path(record);
  char inside[4096];
  if (chdir(path) < 0) fail("chdir", path);
  if (syscall(SYS_getcwd, inside, sizeof inside) < 0) fail("getcwd", path);
  if (inside[0] != '/') fail_with("getcwd", path, EXDEV);
}

static void reset_signals(void) {
  struct sigaction standard = {.sa_handler = SIG_DFL};
  for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
  sigset_t none;
  sigemptyset(&none);
  if (sigprocmask(SIG_SETMASK, &none, NULL) < 0) fail("sigprocmask", NULL);
}

// As execvp searches: what is absent is passed over, what is refused is remembered (exec(3)).
void op_execute(struct record *record) {
  const char **candidates = take_paths(record, NULL), **argv = take_paths(record, NULL);
  const char **env = take_paths(record, NULL);
  int refused = 0;
  reset_signals();
  announce_execution();
  for (; *candidates != NULL; candidates++) {
    execve(*candidates, (char *const *)argv, (char *const *)env);
    if (errno == ENOENT || errno == ENOTDIR) continue;
    if (errno != EACCES) fail("execve", *candidates);
    refused = EACCES;
  }
  fail_with("execve", argv[0], refused != 0 ? refused : ENOENT);
}
