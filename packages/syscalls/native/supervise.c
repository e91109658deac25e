// Parent of one container: starts the helper that becomes it, copies its output to the log and to whoever is attached,
// passes signals on, and records its end. It decides nothing and runs nothing of the container.
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum streams { INHERITED, PIPES, TERMINAL };

static struct container {
  pid_t launcher, child;
  int gate, signals;
  int output[2]; // what it writes: stdout and stderr, or its terminal
  struct sink input;
  bool announced, failed, started, ended, abandoned;
} container = {.gate = -1, .output = {-1, -1}, .input = {.fd = -1, .spool = -1, .in_memory = true}};

// Its first process is not yet waited for, so the pid is still its own.
void signal_container(int signal) {
  if (container.child > 0 && !container.ended) kill(container.child, signal);
}

// Its author is gone: the end of a descriptor says so, which nothing in the container can clear, as it could a
// parent-death signal.
void abandon_container(void) {
  container.abandoned = true;
  signal_container(SIGKILL);
}

static void end_badly(void) {
  restore_terminals();
  abandon_container();
}

static void use_terminal(int master) {
  // Held, so that the master has an end only when the program has one.
  if (ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC) < 0) fail("ioctl", "TIOCGPTPEER");
  if (fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK) < 0) fail("fcntl", "terminal");
  container.output[0] = master;
  container.input.fd = fcntl(master, F_DUPFD_CLOEXEC, 0);
  set_terminal(master);
}

static void answer_gate(void) {
  if (send(container.gate, "", 1, MSG_NOSIGNAL) < 0) return; // then its end is on its way to us
}

static void report_start(void) {
  container.started = true;
  write_time(ending.started);
  report("{\"event\":\"started\",\"pid\":%d,\"at\":\"%s\"}", container.child, ending.started);
}

static void hear_word(const struct gate_message *message, int descriptor) {
  switch (message->word) {
  case 'p':
    container.child = message->pid;
    if (container.abandoned) abandon_container();
    report("{\"event\":\"spawned\",\"pid\":%d}", container.child);
    answer_gate();
    break;
  case 't':
    use_terminal(descriptor);
    answer_gate();
    break;
  case 'x':
    container.announced = true;
    open_log();
    open_listener();
    answer_gate();
    break;
  default:
    container.failed = true;
  }
}

// Its words, then its end: after an announcement and without a failure that is a start.
static void hear_gate(void) {
  struct gate_message message;
  int descriptor = -1;
  unsigned count;
  while (container.gate >= 0) {
    ssize_t length = receive_descriptors(container.gate, &message, sizeof message, &descriptor, 1, &count);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0 && errno == EAGAIN) return;
    if (length == (ssize_t)sizeof message) {
      hear_word(&message, descriptor);
      continue;
    }
    if (container.announced && !container.failed) report_start();
    close(container.gate);
    container.gate = -1;
  }
}

static bool has_ended(pid_t pid, int *status) {
  if (pid <= 0) return false;
  pid_t ended = waitpid(pid, status, WNOHANG);
  if (ended < 0 && errno != EINTR) fail("waitpid", NULL);
  return ended == pid;
}

static void reap(void) {
  int status;
  if (has_ended(container.launcher, &status)) {
    container.launcher = 0;
    hear_gate(); // it told of its child before it ended
    if (container.child == 0) {
      container.ended = true;
      ending.status = EXIT_HELPER_FAILED << 8;
    }
  }
  if (!container.ended && has_ended(container.child, &status)) {
    container.ended = true;
    ending.status = status;
  }
}

static void hear_signal(void) {
  struct signalfd_siginfo info;
  if (read(container.signals, &info, sizeof info) != sizeof info) return;
  int signal = (int)info.ssi_signo;
  // What the kernel sends us for what we do ourselves: SIGPIPE, SIGXFSZ.
  if (info.ssi_code > 0 || info.ssi_pid == (uint32_t)getpid()) return;
  if (signal == SIGWINCH && terms.terminal) resize_terminal();
  else if (signal != SIGCHLD) signal_container(signal);
}

// False at its end, or where nothing is there now.
static bool copy_output(unsigned stream) {
  char chunk[CHUNK];
  ssize_t count = read(container.output[stream], chunk, sizeof chunk);
  if (count < 0 && errno == EINTR) return true;
  if (count < 0 && errno == EAGAIN) return false;
  if (count > 0) {
    log_output(stream, chunk, (size_t)count);
    // Its owner reads no more: it learns so by SIGPIPE, as any program does.
    if (give_to_clients(stream, chunk, (size_t)count) || terms.terminal) return true;
  }
  close(container.output[stream]);
  container.output[stream] = -1;
  return false;
}

static void attend_round(void) {
  begin_round();
  size_t signals = watch(container.signals, POLLIN), gate = watch(container.gate, POLLIN), outputs[2];
  for (unsigned i = 0; i < 2; i++) outputs[i] = watch(must_wait_for_author(i) ? -1 : container.output[i], POLLIN);
  bool behind = has_backlog(&container.input);
  size_t input = watch(behind ? container.input.fd : -1, POLLOUT);
  wait_for_round(watch_clients(!behind && container.input.fd >= 0));
  if (seen(gate) != 0) hear_gate();
  if (seen(signals) != 0) hear_signal();
  if (seen(input) != 0) flush_sink(&container.input);
  for (unsigned i = 0; i < 2; i++) {
    if (seen(outputs[i]) != 0) copy_output(i);
  }
  attend_clients(&container.input);
  reap();
}

// Everything that it wrote is there by now. What outlived it and writes on is not waited for.
static void drain(void) {
  for (unsigned i = 0; i < 2; i++) {
    for (int rounds = 0; rounds < 1024 && container.output[i] >= 0 && copy_output(i); rounds++) continue;
  }
  end_log();
}

_Noreturn static void attend(void) {
  // A launcher may end after its child; until then the gate has no end.
  while (!container.ended || container.launcher > 0) attend_round();
  hear_gate();
  drain();
  if (container.started) finish_container();
  int signal = WIFSIGNALED(ending.status) ? WTERMSIG(ending.status) : 0;
  int code = signal != 0 ? 128 + signal : WEXITSTATUS(ending.status);
  char last_words[96];
  // On a line of its own, also where the child was killed in the middle of one.
  snprintf(last_words, sizeof last_words, "\n{\"event\":\"exited\",\"code\":%d,\"signal\":%d,\"oomKilled\":%s}", code,
           signal, ending.oom_killed ? "true" : "false");
  while (!end_clients(last_words)) {
    begin_round();
    wait_for_round(watch_clients(false));
    attend_clients(&container.input);
  }
  leave(container.started, code);
}

// Blocked before there is a child, so that no signal ends us and leaves it behind; execute unblocks them in it.
static void watch_signals(void) {
  sigset_t all;
  sigfillset(&all);
  if (sigprocmask(SIG_SETMASK, &all, NULL) < 0) fail("sigprocmask", NULL);
  // Where our author ignored it, nothing would be left to wait for (wait(2)).
  if (signal(SIGCHLD, SIG_DFL) == SIG_ERR) fail("signal", "SIGCHLD");
  container.signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
  if (container.signals < 0) fail("signalfd", NULL);
}

// The parent's end never makes it wait; the child's is an ordinary one.
static void make_pipe(int *ours, int *theirs, bool outward) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) fail("pipe2", NULL);
  *ours = ends[outward ? 1 : 0];
  *theirs = ends[outward ? 0 : 1];
  if (fcntl(*ours, F_SETFL, (outward ? O_WRONLY : O_RDONLY) | O_NONBLOCK) < 0) fail("fcntl", "pipe");
}

// Ours of stdin, stdout and stderr; the launcher's, or -1 where those that we were started with are its own.
static void make_streams(enum streams streams, int theirs[3]) {
  if (streams != PIPES) return;
  if (terms.has_input) make_pipe(&container.input.fd, &theirs[0], true);
  else theirs[0] = open("/dev/null", O_RDONLY | O_CLOEXEC); // what we were started with is a client's
  if (theirs[0] < 0) fail("open", "/dev/null");
  for (int i = 0; i < 2; i++) make_pipe(&container.output[i], &theirs[1 + i], false);
}

static void keep_open(int from, int to) {
  if (from < 0) return;
  if (from == to ? fcntl(to, F_SETFD, 0) < 0 : dup2(from, to) < 0) fail("dup2", NULL);
}

_Noreturn static void become_launcher(const char *mode, int gate, const int streams[3]) {
  for (int i = 0; i < 3; i++) keep_open(streams[i], i);
  keep_open(PLAN_FD, PLAN_FD);
  keep_open(REPORT_FD, REPORT_FD);
  keep_open(gate, GATE_FD);
  char name[] = "ctr-helper";
  run_from_sealed_copy((char *[]){name, (char *)(uintptr_t)mode, NULL});
  fail_with("fexecve", "already sealed", EINVAL);
}

static void take_author(unsigned attached, bool tied, const struct text *keys) {
  int fds[3];
  for (int i = 0; i < 3; i++) fds[i] = attached >> i & 1 ? fcntl(i, F_DUPFD_CLOEXEC, 0) : -1;
  add_author(fds, tied, keys);
}

// What was our author's is held by nobody else, or its end would never be seen.
static void let_go_of_streams(void) {
  CLOSING int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) fail("open", "/dev/null");
  for (int i = 0; i < 3; i++) dup2(null, i);
}

void op_supervise(struct record *record) {
  const char *mode = take_path(record);
  enum streams streams = take_u32(record);
  terms = (struct terms){.has_input = take_u32(record) != 0, .terminal = streams == TERMINAL};
  terms.once = take_u32(record) != 0;
  unsigned attached = take_u32(record);
  bool tied = take_u32(record) != 0;
  struct text keys = take_text(record);
  int gate[2], theirs[3] = {-1, -1, -1};
  if (keys.length > MOST_KEYS) fail_with("plan", "detach keys", EINVAL);
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, gate) < 0) fail("socketpair", NULL);
  make_streams(streams, theirs);
  watch_signals();
  container.launcher = fork();
  if (container.launcher < 0) fail("fork", NULL);
  if (container.launcher == 0) become_launcher(mode, gate[1], theirs);
  before_failing = end_badly;
  setsid(); // what a terminal sends to its foreground comes by our author, and once
  if (chdir("/") < 0) fail("chdir", "/");
  container.gate = gate[0];
  close(gate[1]);
  for (int i = 0; i < 3; i++) close_descriptor(&theirs[i]);
  close(PLAN_FD); // theirs from here on
  take_author(streams == INHERITED ? 0 : attached, tied, &keys);
  let_go_of_streams();
  attend();
}
