import { readFile } from 'node:fs/promises';
import { makeImageLayout } from './image-layout.ts';
import type { MadeImage } from './image-layout.ts';
import { run } from './run.ts';
import { tarOf } from './tar-of.ts';
import type { TarEntry } from './tar-of.ts';

/** One program under several names: it looks at the name that it is called by. */
const programs = {
  'usr/bin/redis-server': '/usr/bin/redis-check-rdb',
  'usr/bin/redis-cli': '/usr/bin/redis-cli',
} as const;

async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run(['ldd', program]);
  return [...stdout.matchAll(/(\/\S+)\s+\(0x/g)].map(([, path = '']) => path);
}

function parentsOf(paths: readonly string[]): string[] {
  const parents = new Set<string>();
  for (const path of paths) {
    const parts = path.split('/').slice(0, -1);
    for (const index of parts.keys()) parents.add(parts.slice(0, index + 1).join('/'));
  }
  return [...parents].toSorted();
}

/** Writes an OCI layout that holds Debian's redis and what it is linked with, as `latest`. Needs `command:redis-cli`. */
export async function makeRedisLayout(directory: string): Promise<MadeImage> {
  const libraries = (await Promise.all(Object.values(programs).map(librariesOf))).flat();
  const files = new Map<string, string>([
    ...Object.entries(programs),
    ...libraries.map((path) => [path.slice(1), path] as const),
  ]);
  const entries: TarEntry[] = [
    ...parentsOf([...files.keys()]).map((path): TarEntry => ({ path, type: 'Directory' })),
    { path: 'tmp', type: 'Directory', mode: 0o1777 },
    ...(await Promise.all(
      [...files].map(async ([path, source]): Promise<TarEntry> => ({
        path,
        type: 'File',
        mode: 0o755,
        content: await readFile(source),
      })),
    )),
  ];
  const config = { Cmd: ['redis-server', '--save', ''], WorkingDir: '/tmp' };
  return makeImageLayout(directory, { layers: [tarOf(entries)], config });
}
