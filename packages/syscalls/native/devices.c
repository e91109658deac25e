// Cgroup v2 has no file for device rules: a program that the kernel runs at each access decides.
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { INSTRUCTION_SIZE = 8 };

static int sys_bpf(enum bpf_cmd command, union bpf_attr *attributes) {
  return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

void op_device_program(struct record *record) {
  struct text program = take_text(record);
  const char *path = take_path(record);
  union bpf_attr load, attach;
  memset(&load, 0, sizeof load);
  load.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  load.insns = (uint64_t)(uintptr_t)program.at;
  load.insn_cnt = program.length / INSTRUCTION_SIZE;
  load.license = (uint64_t)(uintptr_t) "Apache-2.0";
  CLOSING int loaded = sys_bpf(BPF_PROG_LOAD, &load);
  if (loaded < 0) fail("bpf", "BPF_PROG_LOAD");
  CLOSING int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) fail("open", path);
  memset(&attach, 0, sizeof attach);
  attach.target_fd = (uint32_t)directory;
  attach.attach_bpf_fd = (uint32_t)loaded;
  attach.attach_type = BPF_CGROUP_DEVICE;
  attach.attach_flags = BPF_F_ALLOW_MULTI; // beside those of whoever manages the cgroups above
  if (sys_bpf(BPF_PROG_ATTACH, &attach) < 0) fail("bpf", "BPF_PROG_ATTACH");
}
