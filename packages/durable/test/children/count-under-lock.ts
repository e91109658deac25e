// Adds one to the number in a file, so many times, each time under the lock.
import { readFile, writeFile } from 'node:fs/promises';
import { withLock } from '@ctrkit/durable';

const [lockPath = '', counter = '', times = '0'] = process.argv.slice(2);
for (let round = 0; round < Number(times); round += 1) {
  await withLock(lockPath, async () => {
    const before = Number(await readFile(counter, 'utf8'));
    await writeFile(counter, String(before + 1));
  });
}
