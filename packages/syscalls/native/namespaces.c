#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

static void write_file(const char *path, struct text text) {
  CLOSING int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) fail("open", path);
  write_all(fd, text.at, text.length, path);
}

void op_user_namespace(struct record *record) {
  struct text uid_map = take_text(record), gid_map = take_text(record);
  if (unshare(CLONE_NEWUSER) < 0) fail("unshare", "user");
  // A normal user may map its group only after giving up setgroups (user_namespaces(7)).
  write_file("/proc/self/setgroups", (struct text){"deny", 4});
  write_file("/proc/self/uid_map", uid_map);
  write_file("/proc/self/gid_map", gid_map);
}

void op_unshare(struct record *record) {
  if (unshare((int)take_u32(record)) < 0) fail("unshare", NULL);
}

void op_private_mounts(struct record *record) {
  (void)record;
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) fail("mount", "/");
}

void op_join_cgroup(struct record *record) {
  write_file(take_path(record), (struct text){"0", 1});
}
