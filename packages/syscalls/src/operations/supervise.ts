/** How a supervised program gets its standard streams. */
export const streamKinds = {
  /** Those of the supervisor itself. */
  inherited: 0,
  /** Pipes to the supervisor. */
  pipes: 1,
  /** A terminal, which `terminal` makes. */
  terminal: 2,
} as const;

/** Operations of the parent of a container. */
export const superviseOperations = {
  /**
   * Keeps the output as docker's json-file log: `log` in a directory, renamed to `log.1`, `log.2` … when it has `size`
   * bytes, of which `files` are kept.
   */
  log: { directory: 'str', size: 'u64', files: 'u32' },
  /** Takes clients at the socket `attach` in a directory that is nobody else's. */
  listen: { directory: 'str' },
  /** The file of a cgroup that counts who was killed for want of memory (memory.events, memory.oom_control). */
  'oom-events': { path: 'str' },
  /** A plan that is carried out when the program has ended, before anybody hears of it. */
  'at-end': { plan: 'bytes' },
  /** A plan that is carried out last of all. */
  afterwards: { plan: 'bytes' },
  /**
   * Starts the helper in a mode (`launch` or `enter`) with the rest of this plan, and is its program's parent.
   * `streams`: see streamKinds. `input`: it has a stdin, and `once`: which ends with the first client's. `attached`: which
   * of the supervisor's own standard streams are a client (bits 0, 1, 2). `tied`: it ends with the plan's author.
   * `detachKeys`: what that client types to be detached.
   */
  supervise: {
    mode: 'str',
    streams: 'u32',
    input: 'u32',
    once: 'u32',
    attached: 'u32',
    tied: 'u32',
    detachKeys: 'bytes',
  },
  /** Writes how the program ended as JSON into the first of some paths that takes it. */
  'record-exit': { paths: 'strs' },
  /** Removes an empty cgroup; waits up to `patience` milliseconds for the kernel to let go, or leaves it to others. */
  'remove-cgroup': { path: 'str', patience: 'u32' },
} as const;

/** Operations of those who are attached. */
export const attachOperations = {
  /**
   * Hands standard streams (bits 0, 1, 2) to the supervisor that listens in a directory, and passes on what it reports
   * until it or this process ends. Keys as in `supervise`.
   */
  attach: { directory: 'str', streams: 'u32', detachKeys: 'bytes' },
} as const;
