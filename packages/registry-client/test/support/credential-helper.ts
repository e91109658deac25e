import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { temporaryDirectory } from '@ctrkit/testing';

/** A helper program in a directory of its own, first in the search path of `env`. */
export interface InstalledHelper extends AsyncDisposable {
  readonly env: NodeJS.ProcessEnv;
  /** Where it is: `$here` in its script. */
  readonly directory: string;
  /** `get` and what it read, for each call. */
  calls(): Promise<string[]>;
  /** What its shell script does after it wrote down its input: `$1` is the action, `$input` what it read. */
  setScript(body: string): Promise<void>;
}

/** A helper that keeps logins in a file beside it, as `docker-credential-NAME` with the protocol of docker. */
export const keepsLogins = `
case $1 in
  store) printf %s "$input" > "$here/kept" ;;
  get) [ -f "$here/kept" ] || { echo 'credentials not found in native keychain'; exit 1; }; cat "$here/kept" ;;
  erase) rm -f "$here/kept" ;;
esac`;

/** Installs `docker-credential-NAME`. */
export async function installHelper(name: string, body = keepsLogins): Promise<InstalledHelper> {
  const directory = await temporaryDirectory();
  const log = join(directory.path, 'calls');
  const setScript = async (body: string): Promise<void> => {
    const start = `#!/bin/sh\nhere=${directory.path}\ninput=$(cat)\n`;
    const record = `printf '%s %s\\n' "$*" "$input" >> "$here/calls"\n`;
    const path = join(directory.path, `docker-credential-${name}`);
    await writeFile(path, `${start}${record}${body}\n`, { mode: 0o755 });
  };
  await setScript(body);
  return {
    env: { ...process.env, PATH: `${directory.path}${delimiter}${process.env['PATH'] ?? ''}` },
    directory: directory.path,
    calls: async () => (await readFile(log, 'utf8')).trimEnd().split('\n'),
    setScript,
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}
