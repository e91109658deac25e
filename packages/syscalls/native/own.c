// Gives files of the host to the user of a container.
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct owner {
  uid_t uid;
  gid_t gid;
};

static void own(int place, struct owner owner, const char *path);

// A link is given itself; another mount, and what is gone since its name was read, are left.
static void own_child(int parent, const char *name, struct owner owner, const char *path) {
  CLOSING int place = try_open_beneath(parent, name, O_PATH | O_NOFOLLOW, ONE_MOUNT);
  if (place < 0 && (errno == ENOENT || errno == EXDEV)) return;
  if (place < 0) fail("openat2", path);
  own(place, owner, path);
}

static void own(int place, struct owner owner, const char *path) {
  struct stat status;
  if (fstat(place, &status) < 0) fail("fstat", path);
  // Asking changes no inode, and of most files that is enough.
  bool same = status.st_uid == owner.uid && status.st_gid == owner.gid;
  if (!same && fchownat(place, "", owner.uid, owner.gid, AT_EMPTY_PATH) < 0) fail("fchownat", path);
  if (!S_ISDIR(status.st_mode)) return;
  int directory = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) fail("openat", path);
  char **names = read_names(directory, path);
  for (char **name = names; *name != NULL; free(*name++)) own_child(place, *name, owner, path);
  free(names);
}

void op_own(struct record *record) {
  const char *source = take_path(record), *within = take_path(record);
  struct owner owner = {.uid = take_u32(record)};
  owner.gid = take_u32(record);
  CLOSING int place = open_source(source, within);
  own(place, owner, source);
}
