import { gzipSync } from 'node:zlib';
import { tarOf } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';
import type { CaseGroup, ContextFiles } from '../dockerfile-case.ts';
import { contextTime } from '../write-context.ts';
import { lines } from './lines.ts';

// `tar -c` of a directory `in` with a file `p`, compressed by the programs of these names.
const xz = '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4Cf/AHFdADSbgd6V4XBV4z1CMml62MIoXIjodXWoKgVdEKyCfwjRvehz91sI6rIyHBLR6XONBSZqUB9EqgPuZF6gekdvZHHwZPwFmcHdepO+RPQWewSIOS27OZL/BBnnXpTKQ1cVmewJZkUl1j/CCMDiiYUby7vnAAAAAPhpuR6SqSgyAAGNAYBQAADgYv7dscRn+wIAAAAABFla'; // prettier-ignore
const bzip2 = 'QlpoOTFBWSZTWX5ZUcgAAI/7gMmQACBAAM+AAAZuKV4ABAggAHQSkZKep6CDZAaT9UElEMmJoAA0PuoTlIsSAi9JCJuYyAPJYNHCEMFs2J2NOhZAhQgBW3gBSA1C1vUWFKRGGRpTnCRWIqFezfm/D37LrMccczEQP4u5IpwoSD8sqOQA'; // prettier-ignore
const zstd = 'KLUv/WQAJz0DAKQDaW4vADAwMDA3NTUwMDAAMDczNDY1NDU2MzU1ACA1dXN0YXIgIGluL3A2NDQ3NTM0ACAwcGFja2VkChAAmSPHAwWTAQNqAeQOkBjyXUGTzUTcHAXAGlyAN2aaoeZAAACOlcv0BIhQpEob'; // prettier-ignore

const entry = (path: string, more: Partial<TarEntry> = {}): TarEntry => ({
  path,
  type: 'File',
  content: `${path}\n`,
  mtime: contextTime,
  ...more,
});
const packed: readonly TarEntry[] = [
  entry('in/', { type: 'Directory', mode: 0o750, uid: 5, gid: 6, content: '' }),
  entry('in/file', { mode: 0o640, uid: 1000, gid: 100 }),
  entry('in/suid', { mode: 0o4755 }),
  entry('in/twin', { type: 'Link', linkpath: 'in/file', mode: 0o640, uid: 1000, gid: 100, content: '' }), // prettier-ignore
  entry('in/link', { type: 'SymbolicLink', linkpath: '/etc/passwd', mode: 0o777, content: '' }),
  entry('top'),
];
const files: ContextFiles = {
  'a.txt': 'a\n',
  'dir/one': 'one\n',
  'a.tar': tarOf(packed),
  'a.tar.gz': gzipSync(tarOf(packed)),
  'a.tar.xz': Buffer.from(xz, 'base64'),
  'a.tar.bz2': Buffer.from(bzip2, 'base64'),
  'a.tar.zst': Buffer.from(zstd, 'base64'),
  'looks.txt': tarOf([entry('hidden-in-a-name')]),
  'not.tar': 'this is no archive\n',
  'not.tar.gz': gzipSync('this is no archive\n'),
  'empty.tar': Buffer.alloc(1024),
  'broken.tar': tarOf(packed).subarray(0, 700),
  'away.tar': tarOf([entry('ok'), entry('../../away')]),
  'rooted.tar': tarOf([entry('/rooted'), entry('./in/./dots')]),
  'through.tar': tarOf([
    entry('d', { type: 'SymbolicLink', linkpath: '/etc', content: '' }),
    entry('d/written'),
  ]),
  'device.tar': tarOf([entry('null', { type: 'CharacterDevice', devmaj: 1, devmin: 3, content: '' }), entry('pipe', { type: 'FIFO', content: '' })]), // prettier-ignore
  'whiteout.tar': tarOf([entry('.wh.passwd', { content: '' }), entry('kept')]),
};

const of = (name: string, ...all: readonly string[]): CaseGroup['cases'][number] => ({
  name,
  dockerfile: lines('FROM busybox', ...all),
  files,
});

export const add: CaseGroup = {
  name: 'add',
  about: 'ADD of files, archives and addresses',
  cases: [
    of('file', 'ADD a.txt /x'),
    of('file to a directory', 'ADD a.txt /x/'),
    of('directory', 'ADD dir /x'),
    of('owner', 'ADD --chown=app:users a.txt /x'),
    of('archive', 'ADD a.tar /x/'),
    of('archive to a path without a slash', 'ADD a.tar /x'),
    of('archive to the root', 'ADD a.tar /'),
    of('archive in a directory is not unpacked', 'RUN true', 'ADD dir /x', 'COPY a.tar /x/'),
    of('archive is not unpacked by COPY', 'COPY a.tar /x/'),
    of('archive with an owner', 'ADD --chown=7:8 a.tar /x/'),
    of('archive of gzip', 'ADD a.tar.gz /x/'),
    of('archive of xz', 'ADD a.tar.xz /x/'),
    of('archive of bzip2', 'ADD a.tar.bz2 /x/'),
    { ...of('archive of zstd', 'ADD a.tar.zst /x/'), modern: true },
    of('archive by another name', 'ADD looks.txt /x/'),
    of('archive by its name only', 'ADD not.tar /x/'),
    of('compressed file that is no archive', 'ADD not.tar.gz /x/'),
    of('archive of nothing', 'ADD empty.tar /x/'),
    of('archive that ends too early', 'ADD broken.tar /x/'),
    of('archive of names that lead out', 'ADD away.tar /x/y/'),
    of('archive of names that begin at the root', 'ADD rooted.tar /x/y/'),
    of('archive that writes through its own link', 'ADD through.tar /x/'),
    of('archive of devices', 'ADD device.tar /x/'),
    of('archive with the name of a whiteout', 'RUN mkdir /x && touch /x/passwd', 'ADD whiteout.tar /x/'), // prettier-ignore
    of('archive onto what is there', 'RUN mkdir -p /x/in && echo old > /x/in/file && echo old > /x/top', 'ADD a.tar /x/'), // prettier-ignore
    of('archive onto a file', 'RUN echo x > /x', 'ADD a.tar /x'),
    of('archive through a link', 'RUN ln -s /srv /x', 'ADD a.tar /x/'),
    of('two archives', 'ADD a.tar looks.txt /x/'),
    of('star that matches archives', 'ADD a.tar* /x/'),
    { ...of('archive that is to stay one', 'ADD --unpack=false a.tar /x/'), modern: true },
    of('not there', 'ADD nosuch /x'),
    of('from a stage', 'ADD --from=busybox /etc/group /x'),
    of('address that nobody serves', 'ADD http://127.0.0.1:1/x /x'),
    { ...of('address with a checksum that is none', 'ADD --checksum=md5:00 http://127.0.0.1:1/x /x'), modern: true }, // prettier-ignore
    { ...of('checksum of a file of the context', 'ADD --checksum=sha256:0000000000000000000000000000000000000000000000000000000000000000 a.txt /x'), modern: true }, // prettier-ignore
  ],
};
