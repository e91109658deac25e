import { dirname, join, normalize } from 'node:path/posix';
import { sourceFiles } from './files.ts';
import type { SourceFile } from './files.ts';
import { importTable } from './import-table.ts';
import { dependenciesOf, packagesOf } from './packages.ts';
import type { Package } from './packages.ts';
import { stripComments } from './strip-comments.ts';

/** `import … from 'x'`, `export … from 'x'`, `import 'x'`, `import('x')`, `require('x')`. */
const specifier =
  /(?:(?<!-)\bfrom\s*|\bimport\s*\(?\s*|\brequire(?:\.resolve)?\s*\(\s*)(['"`])([^'"`\n]+)\1/g;

/** What a source text imports, statically or not. */
export function importsOf(text: string): string[] {
  return [...stripComments(text).matchAll(specifier)].map((match) => match[2] ?? '');
}

/** `@ctrkit/oci` for `@ctrkit/oci/x`, `tar` for `tar/x`. */
function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Only bin files and commands talk to people. */
export function isCommandFile(path: string): boolean {
  return path === 'src/bin.ts' || path.startsWith('src/commands/');
}

function violationsOf(one: Package, file: SourceFile, specifier: string): string[] {
  const where = `packages/${one.folder}/${file.path}: imports ${specifier}`;
  if (specifier.startsWith('.')) {
    const target = normalize(join(dirname(file.path), specifier));
    return target.startsWith('..') ? [`${where}, which is outside its package`] : [];
  }
  if (specifier.startsWith('node:')) return [];
  const name = packageName(specifier);
  const wrong = [];
  if (!dependenciesOf(one.manifest).includes(name)) {
    wrong.push(`${where}, which is not among its dependencies`);
  }
  if (name === '@ctrkit/cli-kit' && !isCommandFile(file.path)) {
    wrong.push(`${where}; only src/bin.ts and src/commands/ may`);
  }
  if (name.startsWith('@ctrkit/') && !isAllowed(one.folder, name)) {
    wrong.push(`${where}, which the import table does not allow`);
  }
  return wrong;
}

function isAllowed(folder: string, name: string): boolean {
  // The helper's prebuilt binaries for each platform belong to syscalls.
  if (folder === 'syscalls' && name.startsWith('@ctrkit/syscalls-linux-')) return true;
  return importTable[folder]?.includes(name.slice('@ctrkit/'.length)) ?? false;
}

/** What breaks the import table, in any packages/X/src and in the dependencies of its package.json. */
export function importViolations(root: string): string[] {
  return packagesOf(root).flatMap((one) => {
    const declared = dependenciesOf(one.manifest)
      .filter((name) => name.startsWith('@ctrkit/') && !isAllowed(one.folder, name))
      .map(
        (name) =>
          `packages/${one.folder}/package.json: depends on ${name}, which the import table does not allow`,
      );
    const imported = sourceFiles(one.directory, /^src\/.*\.ts$/).flatMap((file) =>
      importsOf(file.text).flatMap((specifier) => violationsOf(one, file, specifier)),
    );
    return [...declared, ...imported];
  });
}
