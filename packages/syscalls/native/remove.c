// Removing, by descriptors: never through a symbolic link, never into another mount.
#include "helper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// A tree may be deeper than descriptors and stack reach: what lies deeper is moved up and met again there.
enum { DEEPEST = 64 };

struct removal {
  int top;
  const char *path;
  const char **keep;
};

static void empty(const struct removal *removal, int directory, unsigned depth);

static void move_up(const struct removal *removal, int directory, const char *name) {
  static unsigned count;
  char above[32];
  do {
    snprintf(above, sizeof above, ".deep-%u", count++);
  } while (syscall(SYS_renameat2, directory, name, removal->top, above, 1 /* RENAME_NOREPLACE */) < 0 &&
           errno == EEXIST);
  if (faccessat(removal->top, above, F_OK, AT_SYMLINK_NOFOLLOW) < 0) fail("renameat2", removal->path);
}

// Others may remove the same tree, or still fill it: what is gone is removed, what is full again is emptied again.
enum { MOST_TRIES = 1000 };

static void empty_and_remove(const struct removal *removal, int parent, const char *name, unsigned depth) {
  for (int tries = 0; tries < MOST_TRIES; tries++) {
    if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return;
    if (errno != ENOTEMPTY && errno != EEXIST) break;
    int directory = try_open_beneath(parent, name, O_RDONLY | O_DIRECTORY, ONE_MOUNT);
    if (directory < 0 && errno == ENOENT) return;
    // A directory may deny its owner the right to read it (an overlay's work directory) or to empty it (0555).
    if (directory < 0 && errno == EACCES && fchmodat(parent, name, 0700, 0) == 0) continue;
    if (directory < 0) fail("openat2", removal->path);
    if (faccessat(directory, ".", W_OK | X_OK, AT_EACCESS) < 0) fchmod(directory, 0700);
    struct removal inner = *removal;
    if (depth == 0) inner.top = directory;
    empty(&inner, directory, depth);
  }
  fail("unlinkat", removal->path);
}

static void remove_directory(const struct removal *removal, int parent, const char *name, unsigned depth) {
  if (depth < DEEPEST) {
    empty_and_remove(removal, parent, name, depth + 1);
  } else if (unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT) {
    if (errno != ENOTEMPTY && errno != EEXIST) fail("unlinkat", removal->path);
    move_up(removal, parent, name);
  }
}

static bool is_kept(const char **keep, const char *name) {
  for (; keep != NULL && *keep != NULL; keep++) {
    if (strcmp(*keep, name) == 0) return true;
  }
  return false;
}

static bool is_itself(const char *name) {
  return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

// unlinkat tells a directory by EISDIR; POSIX, and so some file systems, by EPERM.
static bool is_directory_error(int error) {
  return error == EISDIR || error == EPERM;
}

// Takes the descriptor. Some file systems skip entries while others are removed: read until nothing is left.
static void empty(const struct removal *removal, int directory, unsigned depth) {
  const char **keep = depth == 0 ? removal->keep : NULL;
  DIR *entries = fdopendir(directory);
  if (entries == NULL) fail("fdopendir", removal->path);
  for (bool found = true; found; rewinddir(entries)) {
    found = false;
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
      if (is_itself(entry->d_name) || is_kept(keep, entry->d_name)) continue;
      found = true;
      if (unlinkat(directory, entry->d_name, 0) == 0 || errno == ENOENT) continue;
      if (!is_directory_error(errno)) fail("unlinkat", removal->path);
      remove_directory(removal, directory, entry->d_name, depth);
    }
  }
  closedir(entries);
}

void remove_entry(int parent, const char *name, const char *path) {
  if (unlinkat(parent, name, 0) == 0 || errno == ENOENT) return;
  if (!is_directory_error(errno)) fail("unlinkat", path);
  forget_beneath(path);
  struct removal removal = {.path = path};
  empty_and_remove(&removal, parent, name, 0);
}

bool keeps_kinds;

void make_way(int parent, const char *name, const char *path) {
  if (errno != EEXIST) fail("create", path);
  struct stat status;
  if (keeps_kinds && fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode)) {
    fail_with("create", path, EISDIR);
  }
  remove_entry(parent, name, path);
}

static bool is_absence(int error) {
  return error == ENOENT || error == ENOTDIR;
}

void op_remove(struct record *record) {
  const char *path = take_path(record), *name;
  int there = try_open_beneath(root_fd, path, O_PATH | O_NOFOLLOW, ONE_MOUNT);
  if (there >= 0) close(there);
  else if (is_absence(errno)) return;
  int parent = parent_of(path, &name);
  remove_entry(parent, name, path);
}

void op_empty_directory(struct record *record) {
  const char *path = take_path(record);
  const char **keep = take_paths(record, NULL);
  int directory = try_open_beneath(root_fd, path, O_RDONLY | O_DIRECTORY, ONE_MOUNT);
  if (directory < 0 && is_absence(errno)) return;
  if (directory < 0) fail("openat2", path);
  forget_beneath(path);
  struct removal removal = {.top = directory, .path = path, .keep = keep};
  empty(&removal, directory, 0);
}
