/** The flags of what stops containers. */
export const stopOptions = {
  signal: { type: 'string', alias: 's', describe: 'Signal to send to the container' },
  time: {
    type: 'number',
    alias: ['t', 'timeout'],
    describe: 'Seconds to wait before killing the container (default 10; -1: for ever)',
  },
} as const;
