import { runDetached } from '@ctrkit/syscalls';
const p = process.argv[2]!;
runDetached('tree', [
  { op: 'root', path: p },
  {
    op: 'make-file',
    path: 'synced',
    mode: 0o600,
    uid: 0,
    gid: 0,
    xattrs: [],
    seconds: 0,
    nanoseconds: 0,
    content: Buffer.alloc(0),
  },
]);
