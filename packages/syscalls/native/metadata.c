// Owner, extended attributes, permissions, times: in that order, because chown clears set-id bits and
// security.capability, and because a POSIX ACL and the permission bits share a mask. What a file has already is not
// set again: asking changes no inode, and of most files only the times are left to set.
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

struct metadata take_owned(struct record *record) {
  struct metadata metadata = {.mode = (mode_t)take_u32(record)};
  metadata.uid = take_u32(record);
  metadata.gid = take_u32(record);
  metadata.attributes = take_texts(record, &metadata.attribute_count);
  if (metadata.attribute_count % 2 != 0) fail_with("plan", "attributes", EPROTO);
  return metadata;
}

struct timespec take_time(struct record *record) {
  struct timespec modified = {.tv_sec = (time_t)take_i64(record)};
  modified.tv_nsec = (long)take_u32(record);
  return modified;
}

static void set_attribute(int fd, struct text name, struct text value, const char *path) {
  if (fsetxattr(fd, name.at, value.at, value.length, 0) == 0) return;
  if (errno != EOPNOTSUPP) fail("fsetxattr", path);
  report_path("unsupported-attribute", path, name.at);
}

void set_owned(int fd, const struct metadata *metadata, const char *path) {
  struct stat now;
  if (fstat(fd, &now) < 0) fail("fstat", path);
  bool same = now.st_uid == metadata->uid && now.st_gid == metadata->gid;
  if (!same && fchown(fd, metadata->uid, metadata->gid) < 0) fail("fchown", path);
  for (uint32_t i = 0; i < metadata->attribute_count; i += 2) {
    set_attribute(fd, metadata->attributes[i], metadata->attributes[i + 1], path);
  }
  same = same && metadata->attribute_count == 0 && (now.st_mode & 07777) == metadata->mode;
  if (!same && fchmod(fd, metadata->mode) < 0) fail("fchmod", path);
}

void set_modified(int fd, struct timespec modified, const char *path) {
  struct timespec times[2] = {modified, modified};
  if (futimens(fd, times) < 0) fail("futimens", path);
}

void set_link_metadata(int parent, const char *name, const struct metadata *metadata, const char *path) {
  struct timespec times[2] = {metadata->modified, metadata->modified};
  if (fchownat(parent, name, metadata->uid, metadata->gid, AT_SYMLINK_NOFOLLOW) < 0) fail("fchownat", path);
  if (utimensat(parent, name, times, AT_SYMLINK_NOFOLLOW) < 0) fail("utimensat", path);
}

bool is_overlay_attribute(const char *name) {
  return strncmp(name, "trusted.overlay.", 16) == 0 || strncmp(name, "user.overlay.", 13) == 0;
}

// The names of all attributes, each ended by a NUL; to be freed. Attributes that a file system has not are none.
static char *list_attributes(int fd, size_t *length, const char *path) {
  char *names = malloc(XATTR_LIST_MAX);
  if (names == NULL) fail_with("malloc", path, ENOMEM);
  ssize_t count = flistxattr(fd, names, XATTR_LIST_MAX);
  if (count < 0 && errno != EOPNOTSUPP) fail("flistxattr", path);
  *length = count < 0 ? 0 : (size_t)count;
  return names;
}

static bool is_ours(const char *name) {
  return strncmp(name, "user.", 5) == 0 || strcmp(name, "security.capability") == 0 ||
         strncmp(name, "trusted.overlay.", 16) == 0;
}

void clear_attributes(int fd, const char *path) {
  size_t length;
  char *names = list_attributes(fd, &length, path);
  for (char *name = names; name < names + length; name += strlen(name) + 1) {
    if (is_ours(name) && fremovexattr(fd, name) < 0 && errno != ENODATA) fail("fremovexattr", path);
  }
  free(names);
}

void copy_attributes(int from, int to, const char *path) {
  size_t length;
  char *names = list_attributes(from, &length, path), *value = malloc(XATTR_SIZE_MAX);
  if (value == NULL) fail_with("malloc", path, ENOMEM);
  for (char *name = names; name < names + length; name += strlen(name) + 1) {
    if (!is_ours(name) || is_overlay_attribute(name)) continue;
    ssize_t size = fgetxattr(from, name, value, XATTR_SIZE_MAX);
    if (size < 0) fail("fgetxattr", path);
    if (fsetxattr(to, name, value, (size_t)size, 0) < 0) fail("fsetxattr", path);
  }
  free(value);
  free(names);
}

void op_set_modified(struct record *record) {
  const char *path = take_path(record), *name;
  struct timespec modified = take_time(record), times[2] = {modified, modified};
  int parent = parent_of(path, &name);
  if (utimensat(parent, name, times, AT_SYMLINK_NOFOLLOW) < 0) fail("utimensat", path);
}

// By its name in its directory, for links and FIFOs have attributes too and cannot be opened.
void op_remove_attributes(struct record *record) {
  const char *path = take_path(record), *name;
  uint32_t count;
  const struct text *names = take_texts(record, &count);
  if (fchdir(parent_of(path, &name)) < 0) fail("fchdir", path);
  for (uint32_t i = 0; i < count; i++) {
    if (lremovexattr(name, names[i].at) < 0 && errno != ENODATA && errno != EOPNOTSUPP) fail("lremovexattr", path);
  }
}
