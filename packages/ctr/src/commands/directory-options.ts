/** Where everything of ctr lives, for every command. */
export const directoryOptions = {
  root: {
    type: 'string',
    valueName: 'DIR',
    describe:
      'Where images and containers are kept (default: $CTR_ROOT, /var/lib/ctr or ~/.local/share/ctr)',
  },
  state: {
    type: 'string',
    valueName: 'DIR',
    describe:
      'Where the state of this boot is kept (default: $CTR_RUN, /run/ctr or $XDG_RUNTIME_DIR/ctr)',
  },
} as const;
