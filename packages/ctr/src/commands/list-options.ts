/** The flags of every list, in docker's words. */
export const listOptions = {
  format: {
    type: 'string',
    choices: ['table', 'json'],
    default: 'table',
    describe: 'Print a table or one JSON object a line',
  },
  'no-trunc': { type: 'boolean', describe: "Don't truncate output" },
  quiet: { type: 'boolean', alias: 'q', describe: 'Only display IDs' },
} as const;
