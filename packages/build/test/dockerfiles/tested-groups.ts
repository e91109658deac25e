/** Which tables which test file holds ours to: a file has three minutes. */
export const testedGroups = {
  dockerfiles: ['from', 'run', 'command', 'parser', 'heredoc', 'cache'],
  copies: ['copy', 'copy-links', 'copy-from', 'add', 'ignore'],
  settings: ['substitution', 'settings', 'mounts'],
} as const;
