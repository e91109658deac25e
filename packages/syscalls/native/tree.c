// Makes entries beneath the root. A leaf is made by O_EXCL or its like, so that nothing that is there is
// ever written through; what is in the way is removed first.
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

static int open_directory_at(const char *path) {
  return open_beneath(root_fd, path, O_RDONLY | O_DIRECTORY, reach);
}

static bool is_directory_at(int parent, const char *name) {
  struct stat status;
  return fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

// False where there was a directory already.
static bool make_directory_at(const char *path) {
  const char *name;
  if (strcmp(path, ".") == 0) return false;
  int parent = parent_of(path, &name);
  if (mkdirat(parent, name, 0700) == 0) return true;
  if (errno == EEXIST && is_directory_at(parent, name)) return false;
  if (errno == EEXIST && keeps_kinds) fail_with("create", path, ENOTDIR);
  make_way(parent, name, path);
  if (mkdirat(parent, name, 0700) < 0) fail("mkdirat", path);
  return true;
}

void op_make_directory(struct record *record) {
  const char *path = take_path(record);
  struct metadata metadata = take_owned(record);
  bool fresh = make_directory_at(path);
  CLOSING int fd = open_directory_at(path);
  if (!fresh && !keeps_kinds) clear_attributes(fd, path);
  set_owned(fd, &metadata, path);
}

void op_imply_directory(struct record *record) {
  const char *path = take_path(record);
  if (!make_directory_at(path)) return;
  struct metadata metadata = {.mode = 0755};
  CLOSING int fd = open_directory_at(path);
  set_owned(fd, &metadata, path);
}

void op_directory_times(struct record *record) {
  const char *path = take_path(record);
  struct timespec modified = take_time(record);
  CLOSING int fd = try_open_beneath(root_fd, path, O_RDONLY | O_DIRECTORY, reach);
  if (fd >= 0) set_modified(fd, modified, path);
  else if (errno != ENOENT && errno != ENOTDIR) fail("openat2", path);
}

void op_mark_opaque(struct record *record) {
  const char *path = take_path(record), *attribute = take_path(record);
  CLOSING int fd = open_directory_at(path);
  if (fsetxattr(fd, attribute, "y", 1, 0) < 0) fail("fsetxattr", path);
}

int make_file_at(int parent, const char *name, mode_t mode, const char *path) {
  static const int flags = O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC;
  int fd = openat(parent, name, flags, mode);
  if (fd >= 0) return fd;
  make_way(parent, name, path);
  fd = openat(parent, name, flags, mode);
  if (fd < 0) fail("openat", path);
  return fd;
}

void op_make_file(struct record *record) {
  const char *path = take_path(record), *name;
  struct metadata metadata = take_owned(record);
  metadata.modified = take_time(record);
  struct text content = take_text(record);
  int parent = parent_of(path, &name);
  // Set-id bits come after the owner: until then the file is ours.
  CLOSING int fd = make_file_at(parent, name, metadata.mode & 0777, path);
  write_all(fd, content.at, content.length, path);
  set_owned(fd, &metadata, path);
  set_modified(fd, metadata.modified, path);
}

// The file between open-file and close-file.
static struct open_file {
  int fd;
  char path[PATH_MAX];
  char aside[NAME_MAX + 1]; // the name by which it gets to its own, whole; empty: it has that from the beginning
  bool anonymous;           // it has no name yet
} open_file = {.fd = -1};

static int opened(void) {
  if (open_file.fd < 0) fail_with("plan", "no open file", EPROTO);
  return open_file.fd;
}

void op_open_file(struct record *record) {
  const char *path = take_path(record), *name;
  if (open_file.fd >= 0) fail_with("plan", "a file is open", EPROTO);
  if (strlen(path) >= sizeof open_file.path) fail_with("path", path, ENAMETOOLONG);
  int parent = parent_of(path, &name);
  open_file.fd = make_file_at(parent, name, 0600, path);
  strcpy(open_file.path, path);
  open_file.aside[0] = 0;
}

void op_replace_file(struct record *record) {
  const char *path = take_path(record), *aside = take_path(record), *name;
  bool anonymous = take_u32(record) != 0;
  if (open_file.fd >= 0) fail_with("plan", "a file is open", EPROTO);
  if (strlen(path) >= sizeof open_file.path || strlen(aside) >= sizeof open_file.aside) {
    fail_with("path", path, ENAMETOOLONG);
  }
  int parent = parent_of(path, &name);
  if (is_directory_at(parent, name)) fail_with("create", path, EISDIR);
  if (anonymous) open_file.fd = openat(parent, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  open_file.anonymous = open_file.fd >= 0;
  // Of a file system that makes no file without a name.
  if (open_file.fd < 0) open_file.fd = make_file_at(parent, aside, 0600, path);
  strcpy(open_file.path, path);
  strcpy(open_file.aside, aside);
}

// A reader sees what was there before, or all of what is there now.
static void put_in_place(void) {
  const char *name;
  int parent = parent_of(open_file.path, &name);
  if (open_file.anonymous && linkat(open_file.fd, "", parent, open_file.aside, AT_EMPTY_PATH) < 0) {
    fail("linkat", open_file.path);
  }
  if (renameat(parent, open_file.aside, parent, name) == 0) return;
  int error = errno;
  unlinkat(parent, open_file.aside, 0);
  fail_with("renameat", open_file.path, error);
}

void op_data(struct record *record) {
  struct text content = take_text(record);
  write_all(opened(), content.at, content.length, open_file.path);
}

void op_hole(struct record *record) {
  uint64_t length = take_u64(record);
  if (length > INT64_MAX || lseek(opened(), (off_t)length, SEEK_CUR) < 0) fail("lseek", open_file.path);
}

void op_close_file(struct record *record) {
  uint64_t size = take_u64(record);
  struct metadata metadata = take_owned(record);
  metadata.modified = take_time(record);
  off_t written = lseek(opened(), 0, SEEK_CUR);
  if (written < 0 || size > INT64_MAX || (off_t)size < written) fail_with("plan", "size", EPROTO);
  if (ftruncate(open_file.fd, (off_t)size) < 0) fail("ftruncate", open_file.path);
  set_owned(open_file.fd, &metadata, open_file.path);
  set_modified(open_file.fd, metadata.modified, open_file.path);
  if (*open_file.aside != 0) put_in_place();
  close(open_file.fd);
  open_file.fd = -1;
}

void op_make_symlink(struct record *record) {
  const char *path = take_path(record), *target = take_path(record), *name;
  struct metadata metadata = {.uid = take_u32(record)};
  metadata.gid = take_u32(record);
  metadata.modified = take_time(record);
  int parent = parent_of(path, &name);
  if (symlinkat(target, parent, name) < 0) {
    make_way(parent, name, path);
    if (symlinkat(target, parent, name) < 0) fail("symlinkat", path);
  }
  set_link_metadata(parent, name, &metadata, path);
}

void op_make_hardlink(struct record *record) {
  const char *path = take_path(record), *target = take_path(record), *name, *target_name;
  int parent = parent_of(path, &name);
  int target_parent = parent_of_target(target, &target_name);
  if (linkat(target_parent, target_name, parent, name, 0) == 0) return;
  make_way(parent, name, path);
  // The target may have been in what was in the way.
  target_parent = parent_of_target(target, &target_name);
  if (linkat(target_parent, target_name, parent, name, 0) < 0) fail("linkat", path);
}

void make_node_at(int parent, const char *name, mode_t mode, dev_t device, const char *path) {
  if (mknodat(parent, name, mode, device) == 0) return;
  make_way(parent, name, path);
  if (mknodat(parent, name, mode, device) < 0) fail("mknodat", path);
}

void op_make_node(struct record *record) {
  const char *path = take_path(record), *name;
  mode_t type = (mode_t)take_u32(record);
  uint32_t major = take_u32(record), minor = take_u32(record);
  struct metadata metadata = {.mode = (mode_t)take_u32(record)};
  metadata.uid = take_u32(record);
  metadata.gid = take_u32(record);
  metadata.modified = take_time(record);
  if (type != S_IFCHR && type != S_IFBLK && type != S_IFIFO) fail_with("plan", "type", EPROTO);
  int parent = parent_of(path, &name);
  make_node_at(parent, name, type | metadata.mode, makedev(major, minor), path);
  set_link_metadata(parent, name, &metadata, path);
}

void op_make_whiteout(struct record *record) {
  const char *path = take_path(record), *name;
  int parent = parent_of(path, &name);
  make_node_at(parent, name, S_IFCHR, makedev(0, 0), path);
}

void op_merge(struct record *record) {
  reach = take_u32(record) != 0 ? IN_ROOT : NO_SYMLINKS;
  keeps_kinds = true;
}

void op_sync(struct record *record) {
  (void)record;
  CLOSING int fd = open_directory_at(".");
  if (syncfs(fd) < 0) fail("syncfs", ".");
}
