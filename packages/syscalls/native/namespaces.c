#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_file(const char *path, struct text text) {
  CLOSING int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) fail("open", path);
  write_all(fd, text.at, text.length, path);
}

// The program is one that may do what we may not (newuidmap(1)); its first argument is who is meant.
static void run_mapper(const char **program, const char *pid) {
  program[1] = pid;
  pid_t child = fork();
  if (child < 0) fail("fork", *program);
  if (child == 0) {
    execv(*program, (char *const *)(uintptr_t)program);
    _exit(EXIT_HELPER_FAILED);
  }
  int status;
  if (waitpid(child, &status, 0) < 0) fail("waitpid", *program);
  if (status != 0) fail_with("execv", *program, EPERM);
}

static void write_of(const char *pid, const char *name, struct text text) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/%s", pid, name);
  write_file(path, text);
}

static int user_namespace = -1;

// Ids are mapped from outside, so somebody else is in the namespace until it has a descriptor.
void op_user_namespace(struct record *record) {
  struct text uid_map = take_text(record), gid_map = take_text(record);
  const char **uid_mapper = take_paths(record, NULL), **gid_mapper = take_paths(record, NULL);
  uint32_t set_groups = take_u32(record);
  int end[2];
  if (pipe2(end, O_CLOEXEC) < 0) fail("pipe2", NULL);
  pid_t holder = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
  if (holder < 0) fail("clone", "user");
  if (holder == 0) {
    close(end[1]);
    _exit((int)read(end[0], &holder, 1));
  }
  char pid[16], path[64];
  snprintf(pid, sizeof pid, "%d", holder);
  if (set_groups == 0) write_of(pid, "setgroups", (struct text){"deny", 4});
  if (*uid_mapper != NULL) run_mapper(uid_mapper, pid);
  else write_of(pid, "uid_map", uid_map);
  if (*gid_mapper != NULL) run_mapper(gid_mapper, pid);
  else write_of(pid, "gid_map", gid_map);
  snprintf(path, sizeof path, "/proc/%s/ns/user", pid);
  if (user_namespace >= 0) close(user_namespace);
  user_namespace = open(path, O_RDONLY | O_CLOEXEC);
  if (user_namespace < 0) fail("open", path);
  close(end[0]);
  close(end[1]);
  if (waitpid(holder, NULL, 0) < 0) fail("waitpid", NULL);
}

void op_enter_user_namespace(struct record *record) {
  (void)record;
  if (setns(user_namespace, CLONE_NEWUSER) < 0) fail("setns", "user");
  close(user_namespace);
  user_namespace = -1;
}

void map_ids(int mount, unsigned recursive, const char *path) {
  struct mount_attr set = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)user_namespace};
  if (sys_mount_setattr(mount, recursive, set) < 0) fail("mount_setattr", path);
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
