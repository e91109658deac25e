import { busyboxConfig, busyboxEntries, tarOf } from '@ctrkit/testing';
import type { ImageParts, TarEntry } from '@ctrkit/testing';

/** An image that says everything that an image can say to the next build. */
const configured = {
  ...busyboxConfig,
  User: 'app',
  Env: [...busyboxConfig.Env, 'BASE=of the base', 'EMPTY='],
  Entrypoint: ['/bin/echo', 'entry'],
  Cmd: ['from', 'the', 'base'],
  WorkingDir: '/home/app',
  ExposedPorts: { '80/tcp': {} },
  Volumes: { '/data': {} },
  Labels: { one: '1', two: '2' },
  StopSignal: 'SIGUSR1',
  Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 5_000_000_000 },
};

const triggers = {
  ...busyboxConfig,
  OnBuild: ['ENV TRIGGERED=yes', 'COPY given.txt /triggered/', 'RUN echo "$TRIGGERED" > /ran'],
};

/** Directories with files, and links to them that a COPY may meet. */
const furnished: readonly TarEntry[] = [
  { path: 'srv', type: 'Directory' },
  { path: 'srv/real', type: 'Directory', mode: 0o2775, gid: 1000 },
  { path: 'srv/real/old.txt', type: 'File', content: 'old\n', mode: 0o640, uid: 1000, gid: 1000 },
  { path: 'srv/file', type: 'File', content: 'a file\n' },
  { path: 'srv/relative', type: 'SymbolicLink', linkpath: 'real' },
  { path: 'srv/absolute', type: 'SymbolicLink', linkpath: '/srv/real' },
  { path: 'srv/upwards', type: 'SymbolicLink', linkpath: '../../../../srv/real' },
  { path: 'srv/to-file', type: 'SymbolicLink', linkpath: 'file' },
  { path: 'srv/dangling', type: 'SymbolicLink', linkpath: '/srv/made-through-a-link' },
  { path: 'srv/looping', type: 'SymbolicLink', linkpath: 'looping' },
  { path: 'srv/sticky', type: 'Directory', mode: 0o1777 },
  { path: 'srv/suid', type: 'File', mode: 0o4755, content: 'runs as root\n' },
  { path: 'srv/twin', type: 'Link', mode: 0o4755, linkpath: 'srv/suid' },
  { path: 'srv/private', type: 'Directory', mode: 0o700, uid: 1000, gid: 1000 },
  { path: 'srv/private/key', type: 'File', mode: 0o600, uid: 1000, gid: 1000, content: 'key\n' },
];

/**
 * The images that the cases build from, by the names that stand after FROM. Their layers begin with that of busybox; the
 * configurations differ.
 */
export async function baseImages(): Promise<Readonly<Record<string, ImageParts>>> {
  const busybox = tarOf(await busyboxEntries());
  return {
    busybox: { layers: [busybox], config: busyboxConfig },
    configured: { layers: [busybox], config: configured },
    triggers: { layers: [busybox], config: triggers },
    furnished: { layers: [busybox, tarOf(furnished)], config: busyboxConfig },
  };
}
