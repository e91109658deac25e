// Everything inside a root is reached by openat2 from the root's descriptor and changed by *at calls on
// the descriptor of its parent: a path of an image or a container never leaves its root.
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int root_fd = -1;
enum follow reach = ONE_MOUNT;

static const uint64_t resolution[] = {
    [NO_SYMLINKS] = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    [ONE_MOUNT] = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    [IN_ROOT] = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
};

// RESOLVE_BENEATH refuses absolute paths; ours are relative to the root either way.
static const char *relative(const char *path) {
  while (*path == '/') path++;
  return *path == 0 ? "." : path;
}

int try_open_beneath(int root, const char *path, uint64_t flags, enum follow follow) {
  int fd;
  // EAGAIN: something was renamed meanwhile, and the kernel cannot tell whether we are still inside.
  do {
    fd = sys_openat2(root, relative(path), flags | O_CLOEXEC, 0, resolution[follow]);
  } while (fd < 0 && (errno == EINTR || errno == EAGAIN));
  return fd;
}

int open_beneath(int root, const char *path, uint64_t flags, enum follow follow) {
  int fd = try_open_beneath(root, path, flags, follow);
  if (fd < 0) fail("openat2", path);
  return fd;
}

int open_parent(int root, const char *path, enum follow follow, const char **name) {
  const char *inside = relative(path);
  const char *slash = strrchr(inside, '/');
  *name = slash == NULL ? inside : slash + 1;
  if (**name == 0 || strcmp(*name, ".") == 0 || strcmp(*name, "..") == 0) fail_with("path", path, EINVAL);
  if (slash == NULL) return open_beneath(root, ".", O_PATH | O_DIRECTORY, follow);
  char parent[PATH_MAX];
  size_t length = (size_t)(slash - inside);
  if (length >= sizeof parent) fail_with("path", path, ENAMETOOLONG);
  memcpy(parent, inside, length);
  parent[length] = 0;
  return open_beneath(root, parent, O_PATH | O_DIRECTORY, follow);
}

int make_directories(int root, const char *path, mode_t mode, enum follow follow) {
  int whole = try_open_beneath(root, path, O_PATH | O_DIRECTORY, follow);
  if (whole >= 0) return whole;
  if (errno != ENOENT) fail("openat2", path);
  char prefix[PATH_MAX];
  const char *inside = relative(path);
  if (strlen(inside) >= sizeof prefix) fail_with("path", path, ENAMETOOLONG);
  for (const char *end = inside; *end != 0;) {
    end += strcspn(end, "/");
    memcpy(prefix, inside, (size_t)(end - inside));
    prefix[end - inside] = 0;
    end += strspn(end, "/");
    int fd = try_open_beneath(root, prefix, O_PATH | O_DIRECTORY, follow);
    if (fd < 0 && errno != ENOENT) fail("openat2", prefix);
    if (fd < 0) {
      const char *name;
      CLOSING int parent = open_parent(root, prefix, follow, &name);
      if (mkdirat(parent, name, mode) < 0 && errno != EEXIST) fail("mkdirat", prefix);
    } else {
      close(fd);
    }
  }
  return open_beneath(root, path, O_PATH | O_DIRECTORY, follow);
}

static void make_parents(int root, const char *path, enum follow follow) {
  const char *inside = relative(path), *slash = strrchr(inside, '/');
  if (slash == NULL) return;
  char parent[PATH_MAX];
  size_t length = (size_t)(slash - inside);
  if (length >= sizeof parent) fail_with("path", path, ENAMETOOLONG);
  memcpy(parent, inside, length);
  parent[length] = 0;
  close(make_directories(root, parent, 0755, follow));
}

// Where a symbolic link leads, as a path from the root: relative ones start where the link is.
static void read_target(int directory, const char *name, const char *path, char target[PATH_MAX]) {
  const char *slash = strrchr(path, '/');
  size_t before = slash == NULL ? 0 : (size_t)(slash - path) + 1;
  if (before >= PATH_MAX) fail_with("path", path, ENAMETOOLONG);
  memcpy(target, path, before);
  ssize_t length = readlinkat(directory, name, target + before, PATH_MAX - before - 1);
  if (length < 0) fail("readlinkat", path);
  target[before + (size_t)length] = 0;
  if (target[before] == '/') memmove(target, target + before, (size_t)length + 1);
}

// A link that leads nowhere is followed to where it leads, and the file is made there: images have an
// /etc/resolv.conf like that.
static int make_file_behind(int root, const char *path, mode_t mode, enum follow follow, int links) {
  int fd = try_open_beneath(root, path, O_PATH, follow);
  if (fd >= 0) return fd;
  if (errno != ENOENT) fail("openat2", path);
  make_parents(root, path, follow);
  const char *name;
  CLOSING int directory = open_parent(root, path, follow, &name);
  int made = openat(directory, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, mode);
  if (made < 0 && errno == EEXIST && follow == IN_ROOT && links > 0) {
    char target[PATH_MAX];
    read_target(directory, name, path, target);
    return make_file_behind(root, target, mode, follow, links - 1);
  }
  if (made < 0) fail("openat", path);
  close(made);
  return open_beneath(root, path, O_PATH, follow);
}

int make_file(int root, const char *path, mode_t mode, enum follow follow) {
  enum { MOST_LINKS = 8 };
  return make_file_behind(root, path, mode, follow, MOST_LINKS);
}

void write_all(int fd, const void *bytes, size_t length, const char *path) {
  const char *at = bytes;
  while (length > 0) {
    ssize_t count = write(fd, at, length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("write", path);
    at += count;
    length -= (size_t)count;
  }
}
