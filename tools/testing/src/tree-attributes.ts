import { spawnSync } from 'node:child_process';

// getfattr escapes what is no plain character in a name, as backslash and three octal digits.
const unescaped = (name: string): string =>
  name.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));

/**
 * The extended attributes of the files of a tree, by name in the tree (`.` is the root; a byte a character): `name=0xhex`, sorted. Those
 * that have none are not there. Throws where getfattr fails.
 */
export function attributesBelow(root: string): ReadonlyMap<string, string> {
  const { status, stdout, stderr } = spawnSync(
    'getfattr',
    ['--recursive', '--physical', '--no-dereference', '--dump', '--match=-', '--encoding=hex', '.'],
    { cwd: root, encoding: 'latin1', maxBuffer: 2 ** 30 },
  );
  if (status !== 0) throw new Error(`getfattr ${root}: ${stderr}`);
  const found = new Map<string, string>();
  for (const block of stdout.split('\n\n')) {
    const [head = '', ...attributes] = block.split('\n').filter((line) => line !== '');
    const name = unescaped(head.replace('# file: ', ''));
    if (name !== '') found.set(name, attributes.toSorted().join(' '));
  }
  return found;
}
