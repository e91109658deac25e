/** `-e NAME=value` as it is, `-e NAME` with the caller's value; a name that the caller has not is left out, as docker does. */
export function environmentOf(given: readonly string[], env: NodeJS.ProcessEnv): string[] {
  return given.flatMap((entry) => {
    if (entry.includes('=')) return [entry];
    const value = env[entry];
    return value === undefined ? [] : [`${entry}=${value}`];
  });
}
