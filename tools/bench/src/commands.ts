import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));

/** The search path of every child: with the folders of system programs, which a user's may lack. */
export const searchPath: string = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** Whether a program is installed. */
export function isInstalled(name: string): boolean {
  return searchPath.split(delimiter).some((folder) => {
    try {
      const path = join(folder, name);
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  });
}

/** A command of ours as it is published: the bundle that `npm run build` makes. */
export function bundled(name: 'ctr' | 'registry-client' | 'rootfs'): [string, string] {
  const folder = join(checkout, 'packages', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly bin: Readonly<Record<string, string>>;
  };
  const path = join(folder, bin[name] ?? '');
  if (!existsSync(path)) throw new Error(`${path} is not there: run \`npm run build\` first`);
  return [process.execPath, path];
}
