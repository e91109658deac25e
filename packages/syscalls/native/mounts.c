// Mounts inside the root: made detached, and attached by descriptor to a target that was opened beneath the root.
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

static void attach(int mount, int target, const char *path) {
  if (sys_move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0) {
    fail("move_mount", path);
  }
}

void set_attributes(int mount, unsigned recursive, uint32_t attributes, const char *path) {
  struct mount_attr set = {.attr_set = attributes};
  if (attributes != 0 && sys_mount_setattr(mount, recursive, set) < 0) fail("mount_setattr", path);
}

// Options are `key=value` or a flag.
void set_option(int fs, const char *option) {
  char key[64];
  const char *equals = strchr(option, '=');
  size_t length = equals == NULL ? strlen(option) : (size_t)(equals - option);
  if (length >= sizeof key) fail_with("fsconfig", option, EINVAL);
  memcpy(key, option, length);
  key[length] = 0;
  int done = equals == NULL ? sys_fsconfig(fs, FSCONFIG_SET_FLAG, key, NULL, 0)
                            : sys_fsconfig(fs, FSCONFIG_SET_STRING, key, equals + 1, 0);
  if (done < 0) fail("fsconfig", option);
}

int new_filesystem(const char *type, const char *source, const char **options, unsigned attributes) {
  CLOSING int fs = sys_fsopen(type, FSOPEN_CLOEXEC);
  if (fs < 0) fail("fsopen", type);
  if (*source != 0 && sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", source, 0) < 0) fail("fsconfig", source);
  for (; *options != NULL; options++) set_option(fs, *options);
  if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) fail("fsconfig", type);
  int mount = sys_fsmount(fs, FSMOUNT_CLOEXEC, attributes);
  if (mount < 0) fail("fsmount", type);
  return mount;
}

void op_mount(struct record *record) {
  const char *type = take_path(record), *source = take_path(record), *target = take_path(record);
  const char **options = take_paths(record, NULL);
  uint32_t attributes = take_u32(record);
  enum follow follow = take_u32(record) != 0 ? IN_ROOT : NO_SYMLINKS;
  CLOSING int place = make_directories(root_fd, target, 0755, follow);
  CLOSING int mount = new_filesystem(type, source, options, attributes);
  attach(mount, place, target);
}

int open_source(const char *source, const char *within) {
  int base = open(source, O_PATH | O_CLOEXEC);
  if (base < 0) fail("open", source);
  if (*within == 0) return base;
  int place = open_beneath(base, within, O_PATH, IN_ROOT);
  close(base);
  return place;
}

static int clone_mount(int of, unsigned recursive, const char *path) {
  int mount = sys_open_tree(of, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | recursive);
  if (mount < 0) fail("open_tree", path);
  return mount;
}

static int copy_of_mount(const char *source, const char *within, unsigned recursive) {
  CLOSING int place = open_source(source, within);
  return clone_mount(place, recursive, source);
}

// Copies that `hold` made, in the order in which `bind` takes them.
enum { MOST_HELD = 256 };
static int held[MOST_HELD];
static unsigned held_count, held_taken;

void op_hold(struct record *record) {
  const char *source = take_path(record), *within = take_path(record);
  unsigned recursive = take_u32(record) != 0 ? AT_RECURSIVE : 0;
  if (held_count == MOST_HELD) fail_with("hold", source, E2BIG);
  int mount = copy_of_mount(source, within, recursive);
  struct mount_attr set = {.propagation = take_u32(record)};
  if (sys_mount_setattr(mount, recursive, set) < 0) fail("mount_setattr", source);
  uint32_t mapped = take_u32(record);
  if (mapped != 0) map_ids(mount, mapped > 1 ? AT_RECURSIVE : 0, source);
  held[held_count++] = mount;
}

static int next_held(void) {
  if (held_taken == held_count) fail_with("bind", "nothing is held", EPROTO);
  return held[held_taken++];
}

void op_bind(struct record *record) {
  const char *source = take_path(record), *within = take_path(record), *target = take_path(record);
  uint32_t attributes = take_u32(record);
  unsigned recursive = take_u32(record) != 0 ? AT_RECURSIVE : 0;
  enum follow follow = take_u32(record) != 0 ? IN_ROOT : NO_SYMLINKS;
  CLOSING int mount = *source == 0 ? next_held() : copy_of_mount(source, within, recursive);
  struct stat status;
  if (fstat(mount, &status) < 0) fail("fstat", source);
  CLOSING int place = S_ISDIR(status.st_mode) ? make_directories(root_fd, target, 0755, follow)
                                              : make_file(root_fd, target, 0644, follow);
  set_attributes(mount, recursive, attributes, target);
  attach(mount, place, target);
}

// Over what it is a copy of: an overlay takes only layers that are mounted somewhere.
void op_map_ids(struct record *record) {
  const char *path = take_path(record);
  CLOSING int place = open_source(path, "");
  CLOSING int mount = clone_mount(place, 0, path);
  map_ids(mount, 0, path);
  attach(mount, place, path);
}

void op_remount(struct record *record) {
  const char *path = take_path(record);
  CLOSING int mount = open_beneath(root_fd, path, O_PATH, NO_SYMLINKS);
  set_attributes(mount, 0, take_u32(record), path);
}

void op_directory(struct record *record) {
  const char *path = take_path(record);
  close(make_directories(root_fd, path, (mode_t)take_u32(record), IN_ROOT));
}

void op_device(struct record *record) {
  const char *path = take_path(record), *name;
  mode_t mode = (mode_t)take_u32(record);
  uint32_t major = take_u32(record), minor = take_u32(record);
  CLOSING int parent = open_parent(root_fd, path, NO_SYMLINKS, &name);
  if (mknodat(parent, name, S_IFCHR | mode, makedev(major, minor)) < 0) fail("mknodat", path);
}

void op_link(struct record *record) {
  const char *path = take_path(record), *target = take_path(record), *name;
  CLOSING int parent = open_parent(root_fd, path, NO_SYMLINKS, &name);
  if (symlinkat(target, parent, name) < 0) fail("symlinkat", path);
}

// The host's /dev/null, verified once: a container's own could have been swapped (CVE-2025-31133).
static int host_null(void) {
  static int null = -1;
  if (null >= 0) return null;
  struct stat status;
  null = open("/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (null < 0 || fstat(null, &status) < 0) fail("open", "/dev/null");
  if (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, 3)) fail_with("fstat", "/dev/null", ENODEV);
  return null;
}

// Our own standard streams may be the host's null, whose inode would come into the container with them.
void op_own_null(struct record *record) {
  (void)record;
  CLOSING int own = open_beneath(root_fd, "dev/null", O_RDWR, NO_SYMLINKS);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
    struct stat status;
    if (fstat(fd, &status) < 0 || !S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, 3)) continue;
    if (dup2(own, fd) < 0) fail("dup2", "/dev/null");
  }
}

// One empty file system for every directory that is hidden. It is copied from where it was first attached:
// a detached mount cannot be copied before Linux 6.15.
static int empty_directory(void) {
  static int first = -1;
  if (first >= 0) return clone_mount(first, 0, "empty");
  static const char *options[] = {"mode=0755", "size=0", "nr_inodes=1", NULL};
  unsigned attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  first = new_filesystem("tmpfs", "tmpfs", options, attributes);
  return dup(first);
}

static int open_if_there(const char *path) {
  int place = try_open_beneath(root_fd, path, O_PATH, NO_SYMLINKS);
  if (place < 0 && errno != ENOENT && errno != ENOTDIR) fail("openat2", path);
  return place;
}

void op_mask(struct record *record) {
  const char *path = take_path(record);
  CLOSING int place = open_if_there(path);
  if (place < 0) return;
  struct stat status;
  if (fstat(place, &status) < 0) fail("fstat", path);
  CLOSING int cover = S_ISDIR(status.st_mode) ? empty_directory() : clone_mount(host_null(), 0, path);
  // It is the host's own inode: nobody in the container may change its mode, owner or times.
  set_attributes(cover, 0, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, path);
  attach(cover, place, path);
}

void op_read_only(struct record *record) {
  const char *path = take_path(record);
  CLOSING int place = open_if_there(path);
  if (place < 0) return;
  CLOSING int copy = clone_mount(place, AT_RECURSIVE, path);
  set_attributes(copy, AT_RECURSIVE, MOUNT_ATTR_RDONLY, path);
  attach(copy, place, path);
}

void op_sysctl(struct record *record) {
  const char *key = take_path(record);
  struct text value = take_text(record);
  static const char *options[] = {NULL};
  CLOSING int proc = new_filesystem("proc", "proc", options, 0);
  char path[512] = "sys/";
  if (strlen(key) >= sizeof path - 4) fail_with("sysctl", key, ENAMETOOLONG);
  strcpy(path + 4, key);
  CLOSING int fd = open_beneath(proc, path, O_WRONLY, NO_SYMLINKS);
  write_all(fd, value.at, value.length, key);
}
