// Terminals: the container's own, and those of whoever is attached to it.
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <termios.h>
#include <unistd.h>

#include "supervise.h"

// Both ends by descriptor: what lies at /dev/pts/0 may be somebody else's by now (CVE-2025-52565).
static int open_master(void) {
  struct statfs kind;
  int master = open_beneath(root_fd, "dev/pts/ptmx", O_RDWR | O_NOCTTY, NO_SYMLINKS);
  if (fstatfs(master, &kind) < 0) fail("fstatfs", "/dev/pts/ptmx");
  if (kind.f_type != DEVPTS_SUPER_MAGIC) fail_with("fstatfs", "/dev/pts/ptmx", ENODEV);
  int locked = 0;
  if (ioctl(master, TIOCSPTLCK, &locked) < 0) fail("ioctl", "TIOCSPTLCK");
  return master;
}

static void mount_console(int terminal) {
  CLOSING int place = make_file(root_fd, "dev/console", 0600, NO_SYMLINKS);
  CLOSING int mount = sys_open_tree(terminal, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
  if (mount < 0) fail("open_tree", "/dev/console");
  if (sys_move_mount(mount, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0) {
    fail("move_mount", "/dev/console");
  }
}

void op_terminal(struct record *record) {
  bool console = take_u32(record) != 0;
  CLOSING int master = open_master();
  CLOSING int terminal = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) fail("ioctl", "TIOCGPTPEER");
  if (console) mount_console(terminal);
  if (ioctl(terminal, TIOCSCTTY, 0) < 0) fail("ioctl", "TIOCSCTTY");
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
    if (dup2(terminal, fd) < 0) fail("dup2", "terminal");
  }
  tell_gate('t', 0, master);
  await_gate(); // until it has its size
}

void op_own_streams(struct record *record) {
  uid_t uid = take_u32(record);
  gid_t gid = take_u32(record); // -1: as it is
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
    struct stat status;
    if (fstat(fd, &status) < 0) continue;
    bool ours = S_ISFIFO(status.st_mode) || isatty(fd);
    if (ours && status.st_uid != uid && fchown(fd, uid, gid) < 0) fail("fchown", "standard stream");
  }
}

bool raw_terminal(int fd, struct termios *before) {
  if (tcgetattr(fd, before) < 0) return false;
  struct termios raw = *before;
  cfmakeraw(&raw);
  return tcsetattr(fd, TCSANOW, &raw) == 0;
}

void restore_terminal(int fd, const struct termios *before) {
  tcsetattr(fd, TCSANOW, before);
}

void copy_window_size(int from, int to) {
  struct winsize size;
  if (ioctl(from, TIOCGWINSZ, &size) == 0) ioctl(to, TIOCSWINSZ, &size);
}

// A program is told of a size only where it is another one: by one between, it draws anew for who has just come.
void redraw(int terminal) {
  struct winsize size;
  if (ioctl(terminal, TIOCGWINSZ, &size) < 0) return;
  struct winsize between = size;
  between.ws_row++;
  ioctl(terminal, TIOCSWINSZ, &between);
  ioctl(terminal, TIOCSWINSZ, &size);
}
