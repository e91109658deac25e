#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

// A ring: a reader that is further behind than this loses what comes next, and is told how much.
enum { MOST_SPOOLED = 256 << 20 };

int spool_directory = -1;

int without_waiting(int fd, int access) {
  struct stat status;
  if (fd < 0 || fstat(fd, &status) < 0) return fd;
  if (!S_ISFIFO(status.st_mode) && !isatty(fd)) return fd; // files never make wait, sockets are asked not to
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  int own = open(path, access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (own < 0) return fd; // somebody else's terminal or pipe, as after sudo
  close(fd);
  return own;
}

ssize_t read_now(int fd, char *bytes, size_t length) {
  ssize_t count = recv(fd, bytes, length, MSG_DONTWAIT);
  return count < 0 && errno == ENOTSOCK ? read(fd, bytes, length) : count;
}

// What could not be opened anew is not ours alone: that it does not wait is so for this one call only.
static ssize_t write_now(int fd, const char *bytes, size_t length) {
  ssize_t count = send(fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count >= 0 || errno != ENOTSOCK) return count;
  int flags = fcntl(fd, F_GETFL);
  if (flags & O_NONBLOCK) return write(fd, bytes, length);
  fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  count = write(fd, bytes, length);
  int error = errno;
  fcntl(fd, F_SETFL, flags);
  errno = error;
  return count;
}

bool has_backlog(const struct sink *sink) {
  return sink->fd >= 0 && sink->end > sink->at;
}

static void forget_spool(struct sink *sink) {
  if (sink->spool >= 0) close(sink->spool);
  sink->spool = -1;
  sink->at = sink->end = 0;
}

void close_sink(struct sink *sink) {
  if (sink->fd >= 0) close(sink->fd);
  sink->fd = -1;
  forget_spool(sink);
}

// How many bytes were taken; a reader that is gone closes the sink.
static size_t write_some(struct sink *sink, const char *bytes, size_t length) {
  size_t written = 0;
  while (written < length) {
    ssize_t now = write_now(sink->fd, bytes + written, length - written);
    if (now < 0 && errno == EINTR) continue;
    if (now < 0 && errno == EAGAIN) return written;
    if (now < 0) {
      close_sink(sink);
      return length;
    }
    written += (size_t)now;
  }
  return written;
}

static int new_spool(const struct sink *sink) {
  bool on_disk = !sink->in_memory && spool_directory >= 0;
  int file = on_disk ? openat(spool_directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;
  if (file >= 0) return file;
  // Where vm.memfd_noexec is 2 it has to be said that it is never executed; before Linux 6.3 it must not be said.
  const unsigned never_executed = 0x8; // MFD_NOEXEC_SEAL
  file = memfd_create("spool", MFD_CLOEXEC | never_executed);
  return file >= 0 ? file : memfd_create("spool", MFD_CLOEXEC);
}

static size_t smaller(uint64_t one, uint64_t other) {
  return (size_t)(one < other ? one : other);
}

static void spool(struct sink *sink, const char *bytes, size_t length) {
  if (sink->spool < 0) sink->spool = new_spool(sink);
  while (length > 0 && sink->spool >= 0) {
    uint64_t place = sink->end % MOST_SPOOLED;
    size_t part = smaller(smaller(length, MOST_SPOOLED - (sink->end - sink->at)), MOST_SPOOLED - place);
    ssize_t written = pwrite(sink->spool, bytes, part, (off_t)place);
    if (written <= 0) break; // too far behind, or a full disk
    sink->end += (uint64_t)written;
    bytes += written;
    length -= (size_t)written;
  }
  sink->skipped += length;
}

void put_into(struct sink *sink, const char *bytes, size_t length) {
  if (sink->fd < 0) return;
  size_t taken = has_backlog(sink) ? 0 : write_some(sink, bytes, length);
  if (taken < length) spool(sink, bytes + taken, length - taken);
}

void flush_sink(struct sink *sink) {
  char chunk[CHUNK];
  while (has_backlog(sink)) {
    uint64_t place = sink->at % MOST_SPOOLED;
    size_t wanted = smaller(smaller(sink->end - sink->at, CHUNK), MOST_SPOOLED - place);
    ssize_t count = pread(sink->spool, chunk, wanted, (off_t)place);
    if (count <= 0) { // a broken disk
      sink->skipped += sink->end - sink->at;
      break;
    }
    size_t taken = write_some(sink, chunk, (size_t)count);
    if (sink->fd < 0) return;
    sink->at += taken;
    if (taken < (size_t)count) return;
  }
  forget_spool(sink);
}
