export type BuildProgressMode = 'auto' | 'plain' | 'tty' | 'quiet' | 'rawjson' | 'legacy';

/** `build --progress`. */
export const buildProgressOption = {
  type: 'string',
  choices: ['auto', 'plain', 'tty', 'quiet', 'rawjson', 'legacy'],
  default: 'auto',
  describe: 'How to show progress: auto, plain, tty, quiet, rawjson, legacy',
} as const;
