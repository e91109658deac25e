// Streams entries beneath the root: the mirror of tree.
#include "helper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { ENTRY = 1, DATA = 2, END = 3, CHUNK = 128 << 10 };

struct selection {
  const char *path;
  uint32_t depth;
  uint64_t contents;
  bool attributes, optional;
  enum follow inside; // of what is below the path
  char here[PATH_MAX]; // the path of the present entry, relative to the root
};

static void put_attributes(int fd, const char *path) {
  static char names[XATTR_LIST_MAX], value[XATTR_SIZE_MAX];
  ssize_t length = flistxattr(fd, names, sizeof names);
  if (length < 0 && errno != EOPNOTSUPP) fail("flistxattr", path);
  uint32_t count = 0;
  for (char *name = names; name < names + length; name += strlen(name) + 1) count++;
  put_u32(2 * count);
  for (char *name = names; name < names + length; name += strlen(name) + 1) {
    ssize_t size = fgetxattr(fd, name, value, sizeof value);
    if (size < 0) fail("fgetxattr", path);
    put_text(name, strlen(name));
    put_text(value, (size_t)size);
  }
}

// The parts of a file that are not holes, as offset and length; until the next file is looked at.
static off_t *segments;

static uint32_t find_segments(int fd, const struct stat *status, const char *path) {
  static uint32_t room;
  uint32_t count = 0;
  for (off_t at = 0; at < status->st_size; count += 2) {
    off_t data = lseek(fd, at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;
    if (data < 0) fail("lseek", path);
    at = lseek(fd, data, SEEK_HOLE);
    if (at < 0) fail("lseek", path);
    if (count == room) segments = realloc(segments, (room = room * 2 + 16) * sizeof *segments);
    if (segments == NULL) fail_with("realloc", path, ENOMEM);
    segments[count] = data;
    segments[count + 1] = at - data;
  }
  return count;
}

static void put_data(int fd, off_t at, off_t end, const char *path) {
  static char chunk[CHUNK];
  while (at < end) {
    size_t wanted = end - at < CHUNK ? (size_t)(end - at) : CHUNK;
    ssize_t count = pread(fd, chunk, wanted, at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("pread", path);
    if (count == 0) return; // cut short while we read: the reader sees it by the size
    begin_output(DATA);
    put_u64((uint64_t)at);
    put_text(chunk, (size_t)count);
    end_output();
    at += count;
  }
}

static void put_status(const struct selection *walk, const struct stat *status) {
  put_u32(status->st_mode);
  put_u32(status->st_uid);
  put_u32(status->st_gid);
  put_u64((uint64_t)status->st_size);
  put_u64((uint64_t)status->st_mtim.tv_sec);
  put_u32((uint32_t)status->st_mtim.tv_nsec);
  put_u64((uint64_t)status->st_ctim.tv_sec);
  put_u32((uint32_t)status->st_ctim.tv_nsec);
  put_u64(status->st_dev);
  put_u64(status->st_ino);
  put_u32((uint32_t)status->st_nlink);
  put_u32(major(status->st_rdev));
  put_u32(minor(status->st_rdev));
  put_text(walk->here, strlen(walk->here));
}

static void put_target(int fd, const struct stat *status, const char *path) {
  char target[PATH_MAX];
  ssize_t length = 0;
  if (S_ISLNK(status->st_mode) && (length = readlinkat(fd, "", target, sizeof target)) < 0) fail("readlinkat", path);
  put_text(target, (size_t)length);
}

static void put_entry(const struct selection *walk, int place, int readable, const struct stat *status) {
  bool regular = S_ISREG(status->st_mode) && readable >= 0;
  begin_output(ENTRY);
  put_status(walk, status);
  put_target(place, status, walk->here);
  if (walk->attributes && readable >= 0) put_attributes(readable, walk->here);
  else put_u32(0);
  uint32_t count = regular ? find_segments(readable, status, walk->here) : 0;
  put_u32(count);
  for (uint32_t i = 0; i < count; i++) put_u64((uint64_t)segments[i]);
  end_output();
  for (uint32_t i = 0; i < count && (uint64_t)status->st_size <= walk->contents; i += 2) {
    put_data(readable, segments[i], segments[i] + segments[i + 1], walk->here);
  }
}

static int compare_names(const void *one, const void *other) {
  return strcmp(*(char *const *)one, *(char *const *)other);
}

// Takes the descriptor; the names are sorted by their bytes and end with NULL.
char **read_names(int directory, const char *path) {
  size_t count = 0, room = 64;
  char **names = malloc(room * sizeof *names);
  DIR *entries = fdopendir(directory);
  if (entries == NULL) fail("fdopendir", path);
  errno = 0; // told apart by it: an end, and what the disk does not give back
  for (struct dirent *entry; names != NULL && (entry = readdir(entries)) != NULL; errno = 0) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (count + 1 == room) names = realloc(names, (room *= 2) * sizeof *names);
    if (names == NULL || (names[count++] = strdup(entry->d_name)) == NULL) fail_with("malloc", path, ENOMEM);
  }
  if (names == NULL) fail_with("malloc", path, ENOMEM);
  if (errno != 0 && errno != ENOENT) fail("readdir", path);
  qsort(names, count, sizeof *names, compare_names);
  names[count] = NULL;
  closedir(entries);
  return names;
}

static bool is_readable(const struct selection *walk, const struct stat *status, unsigned depth) {
  if (S_ISDIR(status->st_mode)) return walk->attributes || depth < walk->depth;
  return S_ISREG(status->st_mode) && (walk->attributes || walk->contents > 0);
}

// What a walk begins at may be reached by links, and may itself be one that is followed.
struct way {
  enum follow follow;
  uint64_t flags;
};

static void visit(struct selection *walk, int parent, const char *name, struct way way, unsigned depth);

// One descriptor a level stays open.
static void raise_descriptor_limit(void) {
  static struct rlimit limit;
  if (limit.rlim_max > 0) return;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) fail("getrlimit", NULL);
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) < 0) fail("setrlimit", NULL);
}

static void visit_children(struct selection *walk, int directory, unsigned depth) {
  raise_descriptor_limit();
  size_t length = strcmp(walk->here, ".") == 0 ? 0 : strlen(walk->here);
  int again = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (again < 0) fail("openat", walk->here);
  char **names = read_names(again, walk->here);
  for (char **name = names; *name != NULL; free(*name++)) {
    char *at = walk->here + length;
    if (length + strlen(*name) + 2 > sizeof walk->here) fail_with("path", walk->here, ENAMETOOLONG);
    if (length > 0) *at++ = '/';
    strcpy(at, *name);
    visit(walk, directory, *name, (struct way){walk->inside, O_NOFOLLOW}, depth + 1);
  }
  walk->here[length] = 0;
  free(names);
}

// What a walk begins at, where it need not be there; or what is gone, or a link or a socket, since its name was read.
static bool may_be_absent(const struct selection *walk, unsigned depth) {
  if (depth > 0) return errno == ENOENT || errno == ELOOP || errno == ENXIO;
  return walk->optional && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP);
}

static void visit(struct selection *walk, int parent, const char *name, struct way way, unsigned depth) {
  struct stat status;
  CLOSING int place = try_open_beneath(parent, name, O_PATH | way.flags, way.follow);
  if (place < 0 && may_be_absent(walk, depth)) return;
  bool elsewhere = place < 0 && errno == EXDEV && depth > 0;
  if (place < 0 && !elsewhere) fail("openat2", depth == 0 ? walk->path : walk->here);
  if ((elsewhere ? fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) : fstat(place, &status)) < 0) {
    fail("fstat", walk->here);
  }
  CLOSING int readable = -1;
  if (!elsewhere && is_readable(walk, &status, depth)) {
    // A file without waiting, and by the name again: what is a FIFO by now is opened and not read.
    readable = S_ISDIR(status.st_mode)
                   ? openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                   : try_open_beneath(parent, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | way.flags, way.follow);
    if (readable < 0 && may_be_absent(walk, depth)) return;
    if (readable < 0 || fstat(readable, &status) < 0) fail("openat2", walk->here);
  }
  put_entry(walk, place, readable, &status);
  if (S_ISDIR(status.st_mode) && readable >= 0 && depth < walk->depth) visit_children(walk, readable, depth);
}

static struct selection take_selection(struct record *record) {
  struct selection walk = {.path = take_path(record)};
  walk.depth = take_u32(record);
  walk.contents = take_u64(record);
  walk.attributes = take_u32(record) != 0;
  return walk;
}

static void name_start(struct selection *walk) {
  const char *path = walk->path + strspn(walk->path, "/");
  if (strlen(path) >= sizeof walk->here) fail_with("path", path, ENAMETOOLONG);
  strcpy(walk->here, *path == 0 ? "." : path);
}

// How a path is followed: by no link, by all, by all but the last.
static struct way take_way(struct record *record) {
  static const struct way ways[] = {{NO_SYMLINKS, O_NOFOLLOW}, {IN_ROOT, 0}, {IN_ROOT, O_NOFOLLOW}};
  uint32_t chosen = take_u32(record);
  if (chosen >= sizeof ways / sizeof *ways) fail_with("plan", "follow", EPROTO);
  return ways[chosen];
}

void op_walk(struct record *record) {
  struct selection walk = take_selection(record);
  struct way way = take_way(record);
  walk.optional = take_u32(record) != 0;
  walk.inside = take_u32(record) != 0 ? NO_SYMLINKS : ONE_MOUNT;
  name_start(&walk);
  visit(&walk, root_fd, walk.path, way, 0);
  begin_output(END);
  end_output();
}
