// A filter of system calls: the program is the plan's.
#include "helper.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

void op_seccomp(struct record *record) {
  struct text program = take_text(record);
  uint32_t flags = take_u32(record);
  size_t count = program.length / sizeof(struct sock_filter);
  // The kernel's count has 16 bits: what does not fit would be another program.
  if (count > BPF_MAXINSNS || program.length % sizeof(struct sock_filter) != 0) fail_with("seccomp", NULL, EINVAL);
  struct sock_fprog filter = {.len = (unsigned short)count, .filter = (struct sock_filter *)(uintptr_t)program.at};
  long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
  if (result < 0) fail("seccomp", NULL);
  // With TSYNC: the thread that could not be brought along.
  if (result > 0) fail_with("seccomp", "SECCOMP_FILTER_FLAG_TSYNC", ESRCH);
}
