// Makes system calls and says how each was answered: `ok`, the number of an error, or what became of its process.
//   probe ABI:NUMBER[:ARGUMENT...] ...    ABI is native, x32 or i386; arguments not given are -1
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct call {
  char abi; // n, x, i
  long number;
  long args[6];
};

#ifdef __x86_64__
static long i386_call(const struct call *call) {
  const long *args = call->args;
  long result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(call->number), "b"(args[0]), "c"(args[1]), "d"(args[2]), "S"(args[3]), "D"(args[4])
                   : "memory", "r8", "r9", "r10", "r11");
  return result;
}
#endif

// The error, 0 where there was none.
static int make(const struct call *call) {
  long number = call->number;
  const long *args = call->args;
#ifdef __x86_64__
  if (call->abi == 'i') {
    int result = (int)i386_call(call);
    return result < 0 && result > -4096 ? -result : 0;
  }
  if (call->abi == 'x') number |= 0x40000000;
#endif
  return syscall(number, args[0], args[1], args[2], args[3], args[4], args[5]) == -1 ? errno : 0;
}

// In a process of its own, which may end, hang or change as it likes.
static void answer(const struct call *call) {
  int ends[2], error = 0, status = 0;
  if (pipe(ends) < 0) exit(1);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    error = make(call);
    _exit(write(ends[1], &error, sizeof error) != sizeof error);
  }
  close(ends[1]);
  struct pollfd waiting = {.fd = ends[0], .events = POLLIN};
  bool answered = poll(&waiting, 1, 5000) == 1 && read(ends[0], &error, sizeof error) == sizeof error;
  if (!answered) usleep(10000);
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  close(ends[0]);
  if (answered && error == 0) puts("ok");
  else if (answered) printf("%d\n", error);
  else if (WIFSIGNALED(status)) printf("signal %d\n", WTERMSIG(status));
  else puts("gone");
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    struct call call = {.abi = argv[i][0], .args = {-1, -1, -1, -1, -1, -1}};
    char *field = strchr(argv[i], ':');
    if (field == NULL) return 2;
    call.number = strtol(field + 1, &field, 0);
    for (int at = 0; at < 6 && *field == ':'; at++) call.args[at] = (long)strtoul(field + 1, &field, 0);
    answer(&call);
  }
  return 0;
}
