#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WANTED_SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

// Where vm.memfd_noexec is set it has to be said that it will be executed; before Linux 6.3 it must not be said.
static int executable_memory(void) {
  const unsigned executable = 0x10; // MFD_EXEC
  int memory = memfd_create("ctr-helper", MFD_CLOEXEC | MFD_ALLOW_SEALING | executable);
  if (memory < 0 && errno == EINVAL) memory = memfd_create("ctr-helper", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (memory < 0) fail("memfd_create", NULL);
  return memory;
}

// A container that runs /proc/self/exe, or opens it, must find a sealed copy and not the host's file (CVE-2019-5736).
void run_from_sealed_copy(char **argv) {
  CLOSING int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (self < 0) fail("open", "/proc/self/exe");
  // All of them: any file of a tmpfs reports one (F_SEAL_SEAL).
  int seals = fcntl(self, F_GET_SEALS);
  if (seals >= 0 && (seals & WANTED_SEALS) == WANTED_SEALS) return;
  struct stat status;
  if (fstat(self, &status) < 0) fail("fstat", "/proc/self/exe");
  int copy = executable_memory();
  for (off_t at = 0; at < status.st_size;) {
    if (sendfile(copy, self, &at, (size_t)(status.st_size - at)) <= 0) fail("sendfile", "/proc/self/exe");
  }
  if (fcntl(copy, F_ADD_SEALS, WANTED_SEALS) < 0) {
    fail("fcntl", "F_ADD_SEALS");
  }
  char *const empty[] = {NULL};
  fexecve(copy, argv, empty);
  fail("fexecve", "/proc/self/exe");
}
