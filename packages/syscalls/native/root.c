// The root: the directory or mount beneath which everything else happens.
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static void set_root(int fd) {
  if (root_fd >= 0) close(root_fd);
  root_fd = fd;
}

void op_root(struct record *record) {
  const char *path = take_path(record);
  int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) fail("open", path);
  set_root(fd);
}

static int made = -1;

// Mounts can only be put onto a mount that is attached somewhere: ours lies over this namespace's own "/",
// which no path of ours passes, and pivot makes it the real one.
void op_attach_root(struct record *record) {
  (void)record;
  if (sys_move_mount(made, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0) fail("move_mount", "/");
  set_root(made);
}

struct overlay {
  const char **lowers, *upper, *work, **options;
  uint32_t count, attributes;
};

static struct overlay take_overlay(struct record *record) {
  struct overlay overlay;
  overlay.lowers = take_paths(record, &overlay.count);
  overlay.upper = take_path(record);
  overlay.work = take_path(record);
  overlay.options = take_paths(record, NULL);
  overlay.attributes = take_u32(record);
  return overlay;
}

static int open_directory(const char *path) {
  int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) fail("open", path);
  return fd;
}

// A string of fsconfig has at most 255 bytes, and overlay takes a backslash in some of them for an escape:
// the name of a descriptor is short and plain whatever the path. It is looked up at once.
static void set_directory(int fs, const char *key, const char *path) {
  CLOSING int directory = open_directory(path);
  char name[32];
  snprintf(name, sizeof name, "/proc/self/fd/%d", directory);
  if (sys_fsconfig(fs, FSCONFIG_SET_STRING, key, name, 0) < 0) fail("fsconfig", path);
}

void op_root_overlay(struct record *record) {
  struct overlay overlay = take_overlay(record);
  CLOSING int fs = sys_fsopen("overlay", FSOPEN_CLOEXEC);
  if (fs < 0) fail("fsopen", "overlay");
  for (uint32_t i = 0; i < overlay.count; i++) set_directory(fs, "lowerdir+", overlay.lowers[i]);
  if (*overlay.upper != 0) {
    set_directory(fs, "upperdir", overlay.upper);
    set_directory(fs, "workdir", overlay.work);
  }
  for (const char **option = overlay.options; *option != NULL; option++) set_option(fs, *option);
  if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) fail("fsconfig", "overlay");
  made = sys_fsmount(fs, FSMOUNT_CLOEXEC, overlay.attributes);
  if (made < 0) fail("fsmount", "overlay");
}

// From here up, so that they can be closed together and nothing else with them.
enum { FIRST_NAMED = 64 };

static int open_named(const char *path) {
  CLOSING int fd = open_directory(path);
  int named = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_NAMED);
  if (named < 0) fail("fcntl", path);
  return named;
}

// mount(2) takes one page of options: /proc/self/fd names keep 127 layers and more within it.
void op_root_overlay_by_name(struct record *record) {
  struct overlay overlay = take_overlay(record);
  char options[4096];
  int at = 0;
  for (uint32_t i = 0; i < overlay.count && at < (int)sizeof options; i++) {
    at += snprintf(options + at, sizeof options - (size_t)at, "%s/proc/self/fd/%d",
                   i == 0 ? "lowerdir=" : ":", open_named(overlay.lowers[i]));
  }
  if (*overlay.upper != 0 && at < (int)sizeof options) {
    at += snprintf(options + at, sizeof options - (size_t)at,
                   ",upperdir=/proc/self/fd/%d,workdir=/proc/self/fd/%d",
                   open_named(overlay.upper), open_named(overlay.work));
  }
  for (const char **option = overlay.options; *option != NULL && at < (int)sizeof options; option++) {
    at += snprintf(options + at, sizeof options - (size_t)at, ",%s", *option);
  }
  if (at >= (int)sizeof options) fail_with("mount", "too many layers", E2BIG);
  // Any directory of ours serves as the place: this namespace is private, and what goes on is a copy.
  const char *place = overlay.lowers[0];
  if (mount("overlay", place, "overlay", 0, options) < 0) fail("mount", "overlay");
  made = sys_open_tree(AT_FDCWD, place, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (made < 0) fail("open_tree", "overlay");
  set_attributes(made, 0, overlay.attributes, "overlay");
  if (umount2(place, MNT_DETACH) < 0) fail("umount2", "overlay");
  sys_close_range(FIRST_NAMED, ~0U, 0);
}

void op_root_bind(struct record *record) {
  const char *path = take_path(record);
  unsigned recursive = take_u32(record) != 0 ? AT_RECURSIVE : 0;
  uint32_t attributes = take_u32(record);
  made = sys_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive);
  if (made < 0) fail("open_tree", path);
  set_attributes(made, recursive, attributes, path);
}

void op_pivot(struct record *record) {
  (void)record;
  if (fchdir(root_fd) < 0) fail("fchdir", "/");
  // The old root comes to lie over the new one, at the same place, and is let go of from there: pivot_root(2).
  if (sys_pivot_root(".", ".") < 0) fail("pivot_root", "/");
  if (umount2(".", MNT_DETACH) < 0) fail("umount2", "/");
  if (chdir("/") < 0) fail("chdir", "/");
}
