// The container's first process. It is the child of the supervisor that started us, not ours: we end as soon as it is
// there, and what we were goes on in it.
#include "helper.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool has_gate; // in the child; closed by execve, written to by a failure

void tell_gate(char word, pid_t pid, int descriptor) {
  struct gate_message message = {.word = word, .pid = pid};
  send_descriptors(GATE_FD, &message, sizeof message, &descriptor, descriptor < 0 ? 0 : 1);
}

// One byte: the supervisor has done what it was told of.
void await_gate(void) {
  char answer;
  ssize_t count;
  do {
    count = recv(GATE_FD, &answer, sizeof answer, 0);
  } while (count < 0 && errno == EINTR);
  if (count != sizeof answer) fail("recv", "gate");
}

static void tell_failure(void) {
  struct gate_message message = {.word = '!'};
  send(GATE_FD, &message, sizeof message, MSG_NOSIGNAL);
}

// The last word before execve: an end of the gate without it is the end of a child that never came so far. The answer
// says that there is somebody to take what the program writes.
void announce_execution(void) {
  if (!has_gate) return;
  tell_gate('x', 0, -1);
  await_gate();
}

static void require_gate(void) {
  struct stat status;
  if (fstat(GATE_FD, &status) < 0) fail("fstat", "gate");
  if (!S_ISSOCK(status.st_mode)) fail_with("fstat", "gate", ENOTSOCK);
}

void op_spawn(struct record *record) {
  unsigned namespaces = take_u32(record);
  require_gate();
  // Blocked until execute: nothing that is sent to it ends it before it is what it shall be.
  sigset_t all;
  sigfillset(&all);
  if (sigprocmask(SIG_SETMASK, &all, NULL) < 0) fail("sigprocmask", NULL);
  pid_t child = (pid_t)syscall(SYS_clone, namespaces | CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
  if (child < 0) fail("clone", NULL);
  if (child > 0) {
    tell_gate('p', child, -1);
    _exit(0);
  }
  has_gate = true;
  before_failing = tell_failure;
  if (prctl(PR_SET_DUMPABLE, 0) < 0) fail("prctl", "PR_SET_DUMPABLE");
  // Its supervisor knows it and has reported it: from here on this process alone reports, or lines would mix.
  await_gate();
}

void op_parent_death(struct record *record) {
  if (prctl(PR_SET_PDEATHSIG, take_u32(record)) < 0) fail("prctl", "PR_SET_PDEATHSIG");
}
