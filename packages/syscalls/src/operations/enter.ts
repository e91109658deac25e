/** Operations that join a running container. */
export const enterOperations = {
  /** The process whose container it is: by pid and start time (field 22 of proc_pid_stat(5)), or ESRCH. */
  target: { pid: 'u32', startTime: 'str' },
  /** Joins the target's namespaces (CLONE_NEW* flags), of pids for children only; its root becomes ours. */
  'join-namespaces': { flags: 'u32' },
} as const;
