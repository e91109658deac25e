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

int make_file(int root, const char *path, mode_t mode, enum follow follow) {
  int fd = try_open_beneath(root, path, O_PATH, follow);
  if (fd >= 0) return fd;
  if (errno != ENOENT) fail("openat2", path);
  char parent[PATH_MAX];
  const char *slash = strrchr(relative(path), '/');
  if (slash != NULL) {
    size_t length = (size_t)(slash - relative(path));
    if (length >= sizeof parent) fail_with("path", path, ENAMETOOLONG);
    memcpy(parent, relative(path), length);
    parent[length] = 0;
    close(make_directories(root, parent, 0755, follow));
  }
  const char *name;
  CLOSING int directory = open_parent(root, path, follow, &name);
  int made = openat(directory, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, mode);
  if (made < 0) fail("openat", path);
  close(made);
  return open_beneath(root, path, O_PATH, follow);
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
