/** The flags of whatever starts a process in a container. */
export const processOptions = {
  env: { type: 'array', alias: 'e', describe: 'Set environment variables' },
  interactive: { type: 'boolean', alias: 'i', describe: 'Keep STDIN open even if not attached' },
  tty: { type: 'boolean', alias: 't', describe: 'Allocate a pseudo-TTY' },
  user: {
    type: 'string',
    alias: 'u',
    describe: 'Username or UID (format: <name|uid>[:<group|gid>])',
  },
  workdir: { type: 'string', alias: 'w', describe: 'Working directory inside the container' },
} as const;
