import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFiles } from './files.ts';
import { founded } from './import-table.ts';
import { dependenciesOf, packagesOf } from './packages.ts';
import type { Package } from './packages.ts';

interface ProjectFile {
  readonly references?: readonly { readonly path: string }[];
}

function references(path: string): string[] {
  if (!existsSync(path)) return [];
  const project = JSON.parse(readFileSync(path, 'utf8')) as ProjectFile;
  return (project.references ?? []).map((reference) => reference.path);
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.toSorted().join(' ') === right.toSorted().join(' ');
}

function faults(one: Package): string[] {
  const { manifest, directory } = one;
  const ours = dependenciesOf(manifest)
    .filter((name) => name.startsWith('@ctrkit/') && !name.startsWith('@ctrkit/syscalls-linux-'))
    .map((name) => `../${name.slice('@ctrkit/'.length)}`);
  const rules: [boolean, string][] = [
    [existsSync(join(directory, 'README.md')), 'has no README.md'],
    [existsSync(join(directory, 'src/index.ts')), 'has no src/index.ts'],
    [sourceFiles(directory, /^test\/.*\.test\.ts$/).length > 0, 'has no test/*.test.ts'],
    [manifest.name === `@ctrkit/${one.folder}`, 'is not named after its folder'],
    [manifest.license === 'Apache-2.0', 'does not say license Apache-2.0'],
    [manifest.type === 'module', 'is not of type module'],
    [manifest.engines?.node === '>=20.19', 'does not say engines.node >=20.19'],
    [manifest.exports?.['.'] !== undefined, 'exports nothing'],
    [
      sameSet(references(join(directory, 'tsconfig.json')), ours),
      'refers in tsconfig.json to others than it depends on',
    ],
  ];
  return rules.filter(([holds]) => !holds).map(([, text]) => `packages/${one.folder} ${text}`);
}

/** What a package lacks of the shape that all have, and which packages are missing. */
export function shapeFaults(root: string): string[] {
  const packages = packagesOf(root);
  const there = new Set(packages.map((one) => one.folder));
  const built = new Set(references(join(root, 'tsconfig.json')));
  return [
    ...founded
      .filter((folder) => !there.has(folder))
      .map((folder) => `packages/${folder} is missing`),
    ...packages.flatMap((one) => [
      ...faults(one),
      ...[`packages/${one.folder}`, `packages/${one.folder}/test`]
        .filter((path) => !built.has(path))
        .map((path) => `tsconfig.json does not refer to ${path}`),
    ]),
  ];
}
