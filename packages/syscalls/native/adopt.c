// Copies from lower layers what a layer leans on: the target of a hard link, the metadata of a parent.
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { MOST_LOWERS = 512 };
static int lowers[MOST_LOWERS];
static unsigned lower_count;

void op_lower(struct record *record) {
  const char *path = take_path(record);
  if (lower_count == MOST_LOWERS) fail_with("lower", path, E2BIG);
  int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) fail("open", path);
  lowers[lower_count++] = fd;
}

static bool is_opaque(int layer, const char *path, const char *attribute) {
  char value[2];
  CLOSING int fd = open_beneath(layer, path, O_RDONLY | O_DIRECTORY, ONE_MOUNT);
  return fgetxattr(fd, attribute, value, sizeof value) == 1 && value[0] == 'y';
}

enum found { FOUND, LOOK_BELOW, HIDDEN };

// Walks a path in one layer: an absent component leaves the rest to the layers below, unless a directory on the
// way is opaque; a whiteout, or anything that is no directory, hides what is below.
static enum found look(int layer, const char *path, const char *attribute, struct stat *status) {
  char prefix[PATH_MAX];
  bool opaque = is_opaque(layer, ".", attribute);
  for (const char *end = path;;) {
    end += strcspn(end, "/");
    if ((size_t)(end - path) >= sizeof prefix) fail_with("path", path, ENAMETOOLONG);
    memcpy(prefix, path, (size_t)(end - path));
    prefix[end - path] = 0;
    if (fstatat(layer, prefix, status, AT_SYMLINK_NOFOLLOW) < 0) {
      if (errno != ENOENT) fail("fstatat", path);
      return opaque ? HIDDEN : LOOK_BELOW;
    }
    if (S_ISCHR(status->st_mode) && status->st_rdev == 0) return HIDDEN;
    if (*end == 0) return FOUND;
    if (!S_ISDIR(status->st_mode)) return HIDDEN;
    opaque = opaque || is_opaque(layer, prefix, attribute);
    end++;
  }
}

static int find(const char *path, const char *attribute, struct stat *status) {
  for (unsigned i = 0; i < lower_count; i++) {
    enum found found = look(lowers[i], path, attribute, status);
    if (found == FOUND) return lowers[i];
    if (found == HIDDEN) return -1;
  }
  return -1;
}

static struct metadata metadata_of(const struct stat *status) {
  return (struct metadata){
      .mode = status->st_mode & 07777, .uid = status->st_uid, .gid = status->st_gid, .modified = status->st_mtim};
}

static void copy_metadata(int from, int to, const struct stat *status, const char *path) {
  struct metadata metadata = metadata_of(status);
  if (fchown(to, metadata.uid, metadata.gid) < 0) fail("fchown", path);
  copy_attributes(from, to, path);
  if (fchmod(to, metadata.mode) < 0) fail("fchmod", path);
  set_modified(to, metadata.modified, path);
}

static void copy_range(int from, int to, off_t at, off_t end, const char *path) {
  if (lseek(to, at, SEEK_SET) < 0) fail("lseek", path);
  while (at < end) {
    ssize_t count = sendfile(to, from, &at, (size_t)(end - at));
    if (count < 0 && errno != EINTR) fail("sendfile", path);
    if (count == 0) fail_with("sendfile", path, EIO);
  }
}

static void copy_contents(int from, int to, off_t size, const char *path) {
  if (ioctl(to, FICLONE, from) == 0) return;
  for (off_t at = 0; at < size;) {
    off_t data = lseek(from, at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) break; // a hole up to the end
    if (data < 0) fail("lseek", path);
    off_t hole = lseek(from, data, SEEK_HOLE);
    if (hole < 0) fail("lseek", path);
    copy_range(from, to, data, hole, path);
    at = hole;
  }
  if (ftruncate(to, size) < 0) fail("ftruncate", path);
}

static void adopt_directory(int layer, const char *path, const struct stat *status) {
  CLOSING int from = open_beneath(layer, path, O_RDONLY | O_DIRECTORY, ONE_MOUNT);
  CLOSING int to = open_beneath(root_fd, path, O_RDONLY | O_DIRECTORY, ONE_MOUNT);
  copy_metadata(from, to, status, path);
}

static void adopt_link(int layer, const char *path, const struct stat *status) {
  char target[PATH_MAX];
  const char *name;
  int parent = parent_of(path, &name);
  ssize_t length = readlinkat(layer, path, target, sizeof target - 1);
  if (length < 0) fail("readlinkat", path);
  target[length] = 0;
  if (symlinkat(target, parent, name) < 0) fail("symlinkat", path);
  struct metadata metadata = metadata_of(status);
  set_link_metadata(parent, name, &metadata, path);
}

static void adopt_leaf(int layer, const char *path, const struct stat *status) {
  const char *name;
  int parent = parent_of(path, &name);
  if (S_ISREG(status->st_mode)) {
    CLOSING int from = open_beneath(layer, path, O_RDONLY | O_NONBLOCK, ONE_MOUNT);
    CLOSING int to = make_file_at(parent, name, 0600, path);
    copy_contents(from, to, status->st_size, path);
    copy_metadata(from, to, status, path);
  } else if (S_ISLNK(status->st_mode)) {
    adopt_link(layer, path, status);
  } else {
    struct metadata metadata = metadata_of(status);
    make_node_at(parent, name, status->st_mode, status->st_rdev, path);
    set_link_metadata(parent, name, &metadata, path);
  }
}

void op_adopt(struct record *record) {
  const char *path = take_path(record), *attribute = take_path(record);
  bool required = take_u32(record) != 0;
  struct stat status;
  int layer = find(path, attribute, &status);
  if (layer < 0) {
    if (required) fail_with("adopt", path, ENOENT);
  } else if (S_ISDIR(status.st_mode)) {
    if (required) fail_with("adopt", path, EPERM); // link(2) has no links to directories either
    adopt_directory(layer, path, &status);
  } else if (required) {
    adopt_leaf(layer, path, &status);
  }
}
