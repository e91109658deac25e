/** `--build-arg NAME=value`, or `NAME` with the caller's value; a name that the caller has not is none. */
export function buildArguments(
  given: readonly string[],
  env: NodeJS.ProcessEnv,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const entry of given) {
    const [name = '', ...rest] = entry.split('=');
    const value = entry.includes('=') ? rest.join('=') : env[name];
    if (value !== undefined) found.set(name, value);
  }
  return found;
}
