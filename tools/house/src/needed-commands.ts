import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFiles } from './files.ts';

/** What every Debian with Node has, of which a test may say all the same that it needs it. */
const always = new Set([
  'sh',
  'tar',
  'gzip',
  'node',
  'npm',
  'mount',
  'unshare',
  'setpriv',
  'flock',
]);

/** Programs that tests ask for with needs() and that no package of the list would install. */
export function unlistedCommands(root: string): string[] {
  const list = readFileSync(join(root, 'tools/start/debian-packages.json'), 'utf8');
  const shown = new Set((JSON.parse(list) as { shows: string }[]).map((entry) => entry.shows));
  return sourceFiles(root, /^packages\/[^/]+\/test\/.*\.ts$/).flatMap((file) =>
    [...file.text.matchAll(/['"]command:([^'"]+)['"]/g)]
      .map((match) => match[1] ?? '')
      .filter((name) => !always.has(name) && !shown.has(`command:${name}`))
      .map((name) => `${file.path}: ${name} is not in tools/start/debian-packages.json`),
  );
}
