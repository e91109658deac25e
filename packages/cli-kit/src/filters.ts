/** One `--filter name=value`. */
export type FilterPair = readonly [name: string, value: string];

// `label!=x` is the filter `label!`, as docker writes it.
function filterPair(text: string): FilterPair {
  const [name = '', ...value] = text.split('=');
  if (value.length === 0) throw new Error('bad format of filter (expected name=value)');
  return [name.trim().toLowerCase(), value.join('=').trim()];
}

/** Docker's `-f`, `--filter`, given any number of times; what no `name=value` is, is refused in docker's words. */
export const filterOption = {
  type: 'array',
  alias: 'f',
  valueName: 'filter',
  coerce: (text: string): FilterPair => filterPair(text),
  describe: 'Filter output based on conditions provided',
} as const;
