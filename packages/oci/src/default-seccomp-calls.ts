// Which system calls a container makes, as data. Names that an architecture does not have count for nothing there.

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** What programs need, and what tells or changes nothing beyond their own container. */
export const allowedCalls: readonly string[] = words(`
  _llseek _newselect access cachestat chdir chmod chown chown32 close close_range copy_file_range
  creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2
  epoll_wait epoll_wait_old eventfd eventfd2 faccessat faccessat2 fadvise64 fadvise64_64 fallocate
  fanotify_mark fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64 fdatasync
  fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync
  ftruncate ftruncate64 futimesat getcwd getdents getdents64 getxattr getxattrat inotify_add_watch
  inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents
  io_pgetevents_time64 io_setup io_submit ioctl lchown lchown32 lgetxattr link linkat listmount
  listxattr listxattrat llistxattr lremovexattr lseek lsetxattr lstat lstat64 mkdir mkdirat mknod
  mknodat name_to_handle_at newfstatat open openat openat2 pipe pipe2 poll ppoll ppoll_time64
  pread64 preadv preadv2 pselect6 pselect6_time64 pwrite64 pwritev pwritev2 read readahead readlink
  readlinkat readv removexattr removexattrat rename renameat renameat2 rmdir select sendfile
  sendfile64 setxattr setxattrat splice stat stat64 statfs statfs64 statmount statx symlink symlinkat
  sync sync_file_range sync_file_range2 arm_sync_file_range arm_fadvise64_64 syncfs tee truncate
  truncate64 umask unlink unlinkat utime utimensat utimensat_time64 utimes write writev

  accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg
  recvmmsg_time64 recvmsg send sendmmsg sendmsg sendto setsockopt shutdown socketcall socketpair

  ipc mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend
  mq_timedsend_time64 mq_unlink msgctl msgget msgrcv msgsnd semctl semget semop semtimedop
  semtimedop_time64 shmat shmctl shmdt shmget

  brk madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mlock mlock2 mlockall
  mmap mmap2 mprotect mremap mseal msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect
  process_mrelease remap_file_pages

  execve execveat exit exit_group fork get_robust_list getcpu getpgid getpgrp getpid getppid
  getpriority getrlimit getrusage getsid gettid kill pidfd_open pidfd_send_signal prctl prlimit64
  ptrace rseq seccomp set_robust_list set_tid_address setpgid setpriority setrlimit setsid tgkill
  times tkill ugetrlimit vfork wait4 waitid waitpid

  ioprio_get ioprio_set sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr
  sched_getparam sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64
  sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield

  futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake

  capget capset getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getresgid
  getresgid32 getresuid getresuid32 getuid getuid32 setfsgid setfsgid32 setfsuid setfsuid32 setgid
  setgid32 setgroups setgroups32 setregid setregid32 setresgid setresgid32 setresuid setresuid32
  setreuid setreuid32 setuid setuid32

  pause restart_syscall rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn
  rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaltstack signalfd
  signalfd4 sigprocmask sigreturn

  adjtimex alarm clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime
  clock_gettime64 clock_nanosleep clock_nanosleep_time64 getitimer gettimeofday nanosleep setitimer
  time timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime
  timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64

  getrandom landlock_add_rule landlock_create_ruleset landlock_restrict_self sysinfo uname uretprobe

  arch_prctl get_thread_area modify_ldt set_thread_area
  breakpoint cacheflush set_tls
`);

/**
 * What a container has no business with: other processes' memory, namespaces, keys, the kernel itself. A program is told
 * EPERM; of a call that nobody has heard of, ENOSYS, on which programs fall back to older ones.
 */
export const deniedCalls: readonly string[] = words(`
  fsconfig fsmount fsopen fspick mount mount_setattr move_mount open_tree open_tree_attr pivot_root
  setdomainname sethostname setns umount umount2 unshare

  add_key keyctl request_key

  kcmp migrate_pages move_pages pidfd_getfd process_madvise process_vm_readv process_vm_writev
  get_mempolicy mbind set_mempolicy set_mempolicy_home_node

  _sysctl acct bdflush bpf create_module delete_module finit_module get_kernel_syms init_module
  kexec_file_load kexec_load lookup_dcookie nfsservctl perf_event_open query_module quotactl
  quotactl_fd reboot swapoff swapon sysfs syslog uselib userfaultfd ustat

  ioperm iopl vhangup vm86 vm86old

  clock_settime clock_settime64 settimeofday stime

  chroot fanotify_init open_by_handle_at vmsplice
`);

/** What a capability is for is not kept from who has it. */
export const callsOfCapabilities: Readonly<Partial<Record<string, readonly string[]>>> = {
  CAP_BPF: ['bpf'],
  CAP_DAC_READ_SEARCH: ['open_by_handle_at'],
  CAP_PERFMON: ['perf_event_open'],
  CAP_SYSLOG: ['syslog'],
  CAP_SYS_ADMIN: words(`
    bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie lsm_get_self_attr
    lsm_list_modules lsm_set_self_attr mount mount_setattr move_mount open_tree open_tree_attr
    perf_event_open pivot_root quotactl quotactl_fd setdomainname sethostname setns syslog umount
    umount2 unshare
  `),
  CAP_SYS_BOOT: ['reboot'],
  CAP_SYS_CHROOT: ['chroot'],
  CAP_SYS_MODULE: ['delete_module', 'finit_module', 'init_module'],
  CAP_SYS_NICE: ['get_mempolicy', 'mbind', 'set_mempolicy', 'set_mempolicy_home_node'],
  CAP_SYS_PACCT: ['acct'],
  CAP_SYS_PTRACE: words('kcmp pidfd_getfd process_madvise process_vm_readv process_vm_writev'),
  CAP_SYS_RAWIO: ['ioperm', 'iopl'],
  CAP_SYS_TIME: ['clock_settime', 'clock_settime64', 'settimeofday', 'stime'],
  CAP_SYS_TTY_CONFIG: ['vhangup'],
};
