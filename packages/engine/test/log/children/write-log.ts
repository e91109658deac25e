// Writes so many numbered lines into a log that is rotated often, some in two pieces, some long, some after a record
// that was cut off. Stays less ahead of its reader, who tells what it has read on stdin, than files are kept.
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { LogWriter, recordOf } from '../log-writer.ts';

const FULL = 24 * 1024;
const AHEAD = 60;

const [directory = '', lines = '0'] = process.argv.slice(2);
let read = 0;
const input = createInterface({ input: process.stdin }).on('line', (line) => (read = Number(line)));
const isAhead = (number: number): boolean => number - read > AHEAD;

using log = new LogWriter(directory);
for (let number = 1; number <= Number(lines); number++) {
  while (isAhead(number)) await setTimeout(1);
  const filler = number % 211 === 0 ? 'ü\u0001"\\'.repeat(3000) : '.'.repeat(number % 60);
  const record = Buffer.from(recordOf(`${number} ${filler}\n`));
  if (number % 37 === 0) {
    log.append(record.subarray(0, number % record.length));
    log.reopen();
  }
  const half = number % 7 === 0 ? Math.floor(record.length / 3) : 0;
  log.append(record.subarray(0, half));
  if (half > 0 && number % 21 === 0) await setTimeout(2);
  log.append(record.subarray(half));
  if (log.size > FULL) log.rotate();
}
input.close();
process.stdin.destroy();
