import { readFile } from 'node:fs/promises';
import { run } from './run.ts';
import type { TarEntry } from './tar-of.ts';

/** Debian's busybox-static; nothing else is needed to run it. */
const BUSYBOX = '/bin/busybox';

/** The `config` of the image: what runs, and its environment. */
export const busyboxConfig: { readonly Cmd: readonly string[]; readonly Env: readonly string[] } = {
  Cmd: ['sh'],
  Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
};

const passwd = `root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/home:/bin/false
app:x:1000:1000:app:/home/app:/bin/sh
`;

const group = `root:x:0:
tty:x:5:
audio:x:29:app
users:x:100:app
nogroup:x:65534:
app:x:1000:
`;

const directories = ['bin', 'dev', 'etc', 'home', 'proc', 'sbin', 'sys', 'usr', 'usr/bin', 'usr/sbin', 'var']; // prettier-ignore

/**
 * The files of a small system around Debian's busybox-static: its applets as hard links, as in the
 * busybox image of Docker Hub, `/etc/passwd` and `/etc/group` with root, nobody and a user `app`
 * (1000), `/tmp` (1777), `/root` (0700), `/home/app`. Parents stand before their children.
 */
export async function busyboxEntries(): Promise<TarEntry[]> {
  const { stdout } = await run([BUSYBOX, '--list-full']);
  const applets = stdout.split('\n').filter((path) => path !== '' && path !== 'bin/busybox');
  const known = new Set(directories);
  const extra = [
    ...new Set(applets.map((path) => path.slice(0, Math.max(path.lastIndexOf('/'), 0)))),
  ];
  return [
    ...directories.map((path): TarEntry => ({ path, type: 'Directory' })),
    ...extra
      .filter((path) => path !== '' && !known.has(path))
      .map((path): TarEntry => ({ path, type: 'Directory' })),
    { path: 'root', type: 'Directory', mode: 0o700 },
    { path: 'tmp', type: 'Directory', mode: 0o1777 },
    { path: 'home/app', type: 'Directory', uid: 1000, gid: 1000 },
    { path: 'etc/passwd', type: 'File', content: passwd },
    { path: 'etc/group', type: 'File', content: group },
    { path: 'bin/busybox', type: 'File', mode: 0o755, content: await readFile(BUSYBOX) },
    ...applets.map((path): TarEntry => ({
      path,
      type: 'Link',
      mode: 0o755,
      linkpath: 'bin/busybox',
    })),
  ];
}
