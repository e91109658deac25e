import { runPlan } from '@ctrkit/syscalls';
const p = process.argv[2]!;
console.log(
  await runPlan('tree', [
    { op: 'root', path: p },
    { op: 'sync' },
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
  ]).catch((e) => e),
);
