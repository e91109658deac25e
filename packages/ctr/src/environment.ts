/**
 * `-e NAME=value` as it is, `-e NAME` with the caller's value. A name that the caller has not stays a bare name, which
 * takes the image's variable of that name away, as docker does.
 */
export function environmentOf(given: readonly string[], env: NodeJS.ProcessEnv): string[] {
  return given.map((entry) => {
    const value = entry.includes('=') ? undefined : env[entry];
    return value === undefined ? entry : `${entry}=${value}`;
  });
}
