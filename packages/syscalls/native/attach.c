// Attaches the standard streams of this process to a running container: hands them to its supervisor, and passes on what
// that says.
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

static struct termios modes;
static bool has_modes;

// The supervisor gives a terminal back as it was; where it was killed, we do.
static void restore_modes(void) {
  if (has_modes) restore_terminal(STDIN_FILENO, &modes);
}

static int connect_to(const char *directory) {
  CLOSING int fd = open(directory, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) fail("open", directory);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/attach", fd);
  int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0) fail("socket", directory);
  if (connect(connection, (struct sockaddr *)&address, sizeof address) < 0) fail("connect", directory);
  return connection;
}

static void greet(int connection, unsigned streams, struct text keys) {
  struct request request = {.greeting = 'a', .streams = (unsigned char)streams};
  int fds[3];
  unsigned count = 0;
  if (keys.length > MOST_KEYS) fail_with("plan", "detach keys", EINVAL);
  request.key_count = (unsigned char)keys.length;
  memcpy(request.keys, keys.at, keys.length);
  for (int i = 0; i < 3; i++) {
    if (streams >> i & 1) fds[count++] = i;
  }
  send_descriptors(connection, &request, REQUEST_HEAD + keys.length, fds, count);
}

static int watch_signals(void) {
  sigset_t all;
  sigfillset(&all);
  if (sigprocmask(SIG_SETMASK, &all, NULL) < 0) fail("sigprocmask", NULL);
  int signals = signalfd(-1, &all, SFD_CLOEXEC);
  if (signals < 0) fail("signalfd", NULL);
  return signals;
}

// False when it is not to be waited for any longer. We leave when the supervisor has closed its end: it has given the
// terminal back by then, and whoever has it next is not disturbed.
static bool hear_signal(int signals, int connection) {
  static bool leaving;
  struct signalfd_siginfo info;
  if (read(signals, &info, sizeof info) != sizeof info) return true;
  if (info.ssi_signo == SIGWINCH) send(connection, "w", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (info.ssi_signo != SIGTERM && info.ssi_signo != SIGINT && info.ssi_signo != SIGHUP) return true;
  bool again = leaving;
  leaving = true;
  return !again && shutdown(connection, SHUT_WR) == 0;
}

static bool pass_words_on(int connection) {
  char words[512];
  ssize_t count = recv(connection, words, sizeof words, 0);
  if (count < 0 && errno == EINTR) return true;
  if (count <= 0) return false;
  write_all(REPORT_FD, words, (size_t)count, "report");
  return true;
}

void op_attach(struct record *record) {
  const char *directory = take_path(record);
  unsigned streams = take_u32(record);
  struct text keys = take_text(record);
  CLOSING int connection = connect_to(directory);
  int signals = watch_signals();
  has_modes = (streams & 1) != 0 && tcgetattr(STDIN_FILENO, &modes) == 0;
  before_failing = restore_modes;
  greet(connection, streams, keys);
  struct pollfd polls[3] = {{.fd = signals, .events = POLLIN}, {.fd = connection, .events = POLLIN}, {.fd = REPORT_FD}};
  for (bool attached = true; attached;) {
    if (poll(polls, 3, -1) < 0 && errno != EINTR) fail("poll", NULL);
    if (polls[0].revents != 0) attached = hear_signal(signals, connection);
    if (attached && polls[1].revents != 0) attached = pass_words_on(connection);
    if (polls[2].revents != 0) attached = false;
  }
  restore_modes();
}
