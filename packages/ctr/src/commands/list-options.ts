/** The flags of every list, in docker's words. */
export const listOptions = {
  format: {
    type: 'string',
    describe:
      "Format output: 'table' (default), 'json', 'table TEMPLATE' or 'TEMPLATE', a Go template",
  },
  'no-trunc': { type: 'boolean', describe: "Don't truncate output" },
} as const;
