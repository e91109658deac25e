#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

static struct parent {
  int fd, root;
  size_t length;
  char path[PATH_MAX];
} entry = {.fd = -1}, target = {.fd = -1};

static bool is_kept(const struct parent *parent, const char *path, size_t length) {
  return parent->fd >= 0 && parent->root == root_fd && parent->length == length &&
         memcmp(parent->path, path, length) == 0;
}

static void forget(struct parent *parent) {
  if (parent->fd >= 0) close(parent->fd);
  parent->fd = -1;
}

static int open_kept(struct parent *parent, const char *path, const char **name) {
  const char *slash = strrchr(path, '/');
  size_t length = slash == NULL ? 0 : (size_t)(slash - path);
  *name = slash == NULL ? path : slash + 1;
  if (**name == 0 || strcmp(*name, ".") == 0 || strcmp(*name, "..") == 0) fail_with("path", path, EINVAL);
  if (is_kept(parent, path, length)) return parent->fd;
  forget(parent);
  if (length >= sizeof parent->path) fail_with("path", path, ENAMETOOLONG);
  memcpy(parent->path, path, length);
  parent->path[length] = 0;
  parent->length = length;
  parent->root = root_fd;
  parent->fd = open_beneath(root_fd, parent->path, O_PATH | O_DIRECTORY, reach);
  return parent->fd;
}

int parent_of(const char *path, const char **name) {
  return open_kept(&entry, path, name);
}

int parent_of_target(const char *path, const char **name) {
  return open_kept(&target, path, name);
}

static void forget_if_beneath(struct parent *parent, const char *path) {
  size_t length = strlen(path);
  if (parent->fd < 0 || parent->length < length || memcmp(parent->path, path, length) != 0) return;
  if (parent->path[length] == 0 || parent->path[length] == '/') forget(parent);
}

void forget_beneath(const char *path) {
  forget_if_beneath(&entry, path);
  forget_if_beneath(&target, path);
}
