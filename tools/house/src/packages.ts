import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the rules read of a package.json. */
export interface Manifest {
  readonly name?: string;
  readonly license?: string;
  readonly type?: string;
  readonly engines?: { readonly node?: string };
  readonly exports?: Record<string, unknown>;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

/** One folder of packages/. */
export interface Package {
  readonly folder: string;
  readonly directory: string;
  readonly manifest: Manifest;
}

/** The folders of packages/ that hold a package.json. */
export function packagesOf(root: string): Package[] {
  return readdirSync(join(root, 'packages'))
    .toSorted()
    .map((folder) => ({ folder, directory: join(root, 'packages', folder) }))
    .filter(({ directory }) => existsSync(join(directory, 'package.json')))
    .map((found) => ({
      ...found,
      manifest: JSON.parse(readFileSync(join(found.directory, 'package.json'), 'utf8')) as Manifest,
    }));
}

/** What it needs to run, by name. */
export function dependenciesOf(manifest: Manifest): string[] {
  return Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
}
