/** The flags of what removes what is not used. */
export const pruneOptions = {
  'dry-run': { type: 'boolean', describe: 'Only list what would be removed' },
  force: { type: 'boolean', alias: 'f', describe: 'Do not prompt for confirmation' },
} as const;
