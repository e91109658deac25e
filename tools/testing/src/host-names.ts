import { spawnSync } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { namesAnotherTest } from './other-tests.ts';
import { temporaryPrefix } from './temporary-directory.ts';

/** The lines of our mount table. */
export async function mounts(): Promise<string[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8');
  return text.split('\n').filter((line) => line !== '' && !namesAnotherTest(line));
}

/** The network interfaces of our network namespace. */
export async function networkInterfaces(): Promise<string[]> {
  const text = await readFile('/proc/self/net/dev', 'utf8');
  return [...text.matchAll(/^ *([^ :|]+):/gm)].map((match) => match[1] ?? '');
}

/** The tables of nftables, where its command is there and may be asked. */
export function nftTables(): string[] {
  const { status, stdout } = spawnSync('nft', ['list', 'tables'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n').filter((line) => line !== '') : [];
}

/** Our names in the system's temporary directory; directories of tests only where they are this one's. */
export async function temporaryFiles(): Promise<string[]> {
  const names = await readdir(tmpdir());
  const own = temporaryPrefix();
  return names.filter(
    (name) => /^\.?ctr/.test(name) && (name.startsWith(own) || !/^ctrkit-test-\d+-/.test(name)),
  );
}
