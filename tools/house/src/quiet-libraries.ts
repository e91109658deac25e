import { sourceFiles } from './files.ts';
import { isCommandFile } from './imports.ts';
import { packagesOf } from './packages.ts';
import { stripComments } from './strip-comments.ts';

const loud = /\bconsole\.\w+|\bprocess\.(?:exit|exitCode|abort|stdin|stdout|stderr|argv)\b/g;

/**
 * Where a library prints, exits or reads the command line. cli-kit is how commands do that, so it
 * may; so may src/bin.ts and src/commands/ of any package.
 */
export function loudLibraries(root: string): string[] {
  return packagesOf(root)
    .filter((one) => one.folder !== 'cli-kit')
    .flatMap((one) =>
      sourceFiles(one.directory, /^src\/.*\.ts$/)
        .filter((file) => !isCommandFile(file.path))
        .flatMap((file) => {
          const lines = stripComments(file.text).split('\n');
          return lines.flatMap((line, index) =>
            [...line.matchAll(loud)].map(
              (match) => `packages/${one.folder}/${file.path}:${index + 1}: ${match[0]}`,
            ),
          );
        }),
    );
}
