// The container's first process, and its parent: waits, passes signals on, copies output.
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct stream {
  int from, to;
};

// Bytes that a pipe takes whole whenever poll says that it takes any: no reader, however slow, stops the other stream.
enum { CHUNK = 4096 };

static int execution_gate = -1; // in the child; closed by execve, written to by a failure

static void tell_failure(void) {
  if (write(execution_gate, "!", 1) < 0) return;
}

// The last word before execve: an end of the gate without it is the end of a child that never came so far.
void announce_execution(void) {
  if (execution_gate >= 0 && write(execution_gate, "x", 1) < 0) fail("write", "gate");
}

static void make_pipe(int ends[2]) {
  if (pipe2(ends, O_CLOEXEC) < 0) fail("pipe2", NULL);
}

static pid_t clone_child(unsigned namespaces) {
  pid_t pid = (pid_t)syscall(SYS_clone, namespaces | SIGCHLD, NULL, NULL, NULL, NULL);
  if (pid < 0) fail("clone", NULL);
  return pid;
}

static void become_child(int gate, struct stream streams[2]) {
  execution_gate = gate;
  before_failing = tell_failure;
  if (prctl(PR_SET_DUMPABLE, 0) < 0) fail("prctl", "PR_SET_DUMPABLE");
  for (int i = 0; i < 2; i++) {
    if (streams[i].to >= 0 && dup2(streams[i].to, STDOUT_FILENO + i) < 0) fail("dup2", NULL);
  }
}

// The reader is gone: so is ours, and the container learns it by SIGPIPE as any program does.
static void end_stream(struct stream *stream) {
  close(stream->from);
  stream->from = -1;
}

static void copy_chunk(struct stream *stream) {
  char chunk[CHUNK];
  ssize_t count = read(stream->from, chunk, sizeof chunk);
  if (count < 0 && errno == EINTR) return;
  if (count <= 0) {
    end_stream(stream);
    return;
  }
  for (ssize_t written = 0; written < count;) {
    ssize_t now = write(stream->to, chunk + written, (size_t)(count - written));
    if (now < 0 && errno == EINTR) continue;
    if (now < 0 && errno == EAGAIN) {
      poll(&(struct pollfd){.fd = stream->to, .events = POLLOUT}, 1, -1);
      continue;
    }
    if (now < 0) {
      end_stream(stream);
      return;
    }
    written += now;
  }
}

// Waits for input, then for room: a stream whose reader is slow is asked about room, not about input.
struct waiting {
  struct pollfd polls[5]; // signals, execution gate, stdout, stderr, the author of the plan
  bool has_input[2];
};

static void poll_streams(struct waiting *waiting, struct stream streams[2], int timeout) {
  for (int i = 0; i < 2; i++) {
    bool room = waiting->has_input[i];
    waiting->polls[2 + i].fd = streams[i].from < 0 ? -1 : room ? streams[i].to : streams[i].from;
    waiting->polls[2 + i].events = room ? POLLOUT : POLLIN;
  }
  if (poll(waiting->polls, 5, timeout) < 0 && errno != EINTR) fail("poll", NULL);
  for (int i = 0; i < 2; i++) {
    if (waiting->polls[2 + i].fd < 0 || waiting->polls[2 + i].revents == 0) continue;
    if (waiting->has_input[i]) copy_chunk(&streams[i]);
    waiting->has_input[i] = !waiting->has_input[i];
  }
}

static void pass_signal(int signals, pid_t child) {
  struct signalfd_siginfo info;
  if (read(signals, &info, sizeof info) != sizeof info) return;
  int signal = (int)info.ssi_signo;
  if (signal == SIGCHLD || signal == SIGPIPE) return; // about ourselves
  kill(child, signal); // not yet waited for, so the pid is still the child's
}

// The gate says that execve is about to be called, then that it failed; its end without that is a start.
static void hear_gate(struct pollfd *gate, pid_t child) {
  static bool announced, failed;
  char word;
  ssize_t count = read(gate->fd, &word, 1);
  if (count < 0 && errno == EINTR) return;
  if (count == 1) {
    announced = announced || word == 'x';
    failed = failed || word == '!';
    return;
  }
  if (announced && !failed) report("{\"event\":\"started\",\"pid\":%d}", child);
  close(gate->fd);
  gate->fd = -1;
}

static bool has_ended(pid_t child, int *status) {
  pid_t ended = waitpid(child, status, WNOHANG);
  if (ended < 0 && errno != EINTR) fail("waitpid", NULL);
  return ended == child;
}

_Noreturn static void report_end(int status) {
  int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  int code = signal != 0 ? 128 + signal : WEXITSTATUS(status);
  // On a line of its own, also where the child was killed in the middle of one.
  report("\n{\"event\":\"exited\",\"code\":%d,\"signal\":%d}", code, signal);
  _exit(code);
}

// Whoever wrote the plan is gone: the container belongs to nobody, and ends. It could clear a parent-death signal.
static void end_with_author(struct pollfd *author, pid_t child) {
  kill(child, SIGKILL);
  author->fd = -1;
}

_Noreturn static void attend(pid_t child, int signals, int gate, struct stream streams[2]) {
  struct waiting waiting = {.polls = {[0] = {.fd = signals, .events = POLLIN},
                                      [1] = {.fd = gate, .events = POLLIN},
                                      [4] = {.fd = REPORT_FD}}};
  struct pollfd *polls = waiting.polls;
  int status = 0;
  for (bool ended = false; !ended || streams[0].from >= 0 || streams[1].from >= 0;) {
    poll_streams(&waiting, streams, -1);
    if (!ended && polls[4].fd >= 0 && polls[4].revents != 0) end_with_author(&polls[4], child);
    if (polls[1].fd >= 0 && polls[1].revents != 0) hear_gate(&polls[1], child);
    if (!ended && polls[0].revents & POLLIN) pass_signal(signals, child);
    if (!ended) ended = has_ended(child, &status);
  }
  while (polls[1].fd >= 0) hear_gate(&polls[1], child);
  report_end(status);
}

// Blocked before there is a child, so that no signal ends us and leaves it behind; execute unblocks them in it.
static int watch_signals(void) {
  sigset_t all;
  sigfillset(&all);
  if (sigprocmask(SIG_SETMASK, &all, NULL) < 0) fail("sigprocmask", NULL);
  int signals = signalfd(-1, &all, SFD_CLOEXEC);
  if (signals < 0) fail("signalfd", NULL);
  return signals;
}

void op_spawn(struct record *record) {
  unsigned namespaces = take_u32(record);
  bool relay = take_u32(record) != 0;
  struct stream streams[2] = {{-1, -1}, {-1, -1}};
  int gate[2], ends[2][2] = {{-1, -1}, {-1, -1}};
  make_pipe(gate);
  for (int i = 0; relay && i < 2; i++) make_pipe(ends[i]);
  int signals = watch_signals();
  pid_t child = clone_child(namespaces);
  for (int i = 0; i < 2; i++) {
    streams[i] = child == 0 ? (struct stream){-1, ends[i][1]} : (struct stream){ends[i][0], STDOUT_FILENO + i};
  }
  if (child == 0) {
    close(signals);
    become_child(gate[1], streams);
    return;
  }
  close(gate[1]);
  close(ends[0][1]);
  close(ends[1][1]);
  close(PLAN_FD); // the child's from here on
  setpgid(0, 0);  // what a terminal sends to its foreground comes by our author, and once
  report("{\"event\":\"spawned\",\"pid\":%d}", child);
  attend(child, signals, gate[0], streams);
}

void op_parent_death(struct record *record) {
  if (prctl(PR_SET_PDEATHSIG, take_u32(record)) < 0) fail("prctl", "PR_SET_PDEATHSIG");
}
