import { unpackInto } from './src/index.ts';
import { createReadStream, mkdirSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
const [, , tar, diff, out] = process.argv;
mkdirSync(out!, { recursive: true });
const t = performance.now();
console.log(
  await unpackInto(createReadStream(tar!, { highWaterMark: 512 * 1024 }), {
    diffId: diff as any,
    compression: tar!.endsWith('gz') ? 'gzip' : 'none',
    directory: out!,
    onEvent: (e) => console.log(e),
  }),
);
console.log('ms', performance.now() - t, process.resourceUsage().maxRSS / 1024, process.cpuUsage());
