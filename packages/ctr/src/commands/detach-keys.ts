import { CliError } from '@ctrkit/cli-kit';

/** What docker's clients detach with. */
const standard = 'ctrl-p,ctrl-q';

const controls = '@abcdefghijklmnopqrstuvwxyz[\\]^_';

function keyCode(key: string): number {
  const control = /^ctrl-(.)$/.exec(key)?.[1];
  const code = control === undefined ? -1 : controls.indexOf(control.toLowerCase());
  if (code >= 0) return code;
  if (/^[\x20-\x7e]$/.test(key)) return key.charCodeAt(0);
  throw new CliError('USAGE', `invalid detach keys provided: unknown character: '${key}'`, {
    hint: 'a list of characters and ctrl-<character>, separated by commas: ctrl-p,ctrl-q',
  });
}

/** `--detach-keys` as the bytes that a terminal sends; the empty string: none. Throws CliError USAGE. */
export function detachKeys(text: string = standard): Uint8Array {
  return Uint8Array.from(text === '' ? [] : text.split(','), keyCode);
}

export const detachKeysOption = {
  type: 'string',
  describe: 'Override the key sequence for detaching a container',
} as const;
