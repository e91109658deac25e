import { openSync, closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOutput } from '../src/index.ts';

test('text and bytes, at once and by a stream, which leaves the descriptor open', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'file');
  const fd = openSync(path, 'w');
  const output = createOutput(fd);
  output.write('text ü\n');
  output.write(new Uint8Array([104, 105, 10]));
  await pipeline(Readable.from([Buffer.from('a'), Buffer.from('b\n')]), output.stream());
  output.write('after\n');
  closeSync(fd);
  assert.is(readFileSync(path, 'utf8'), 'text ü\nhi\nab\nafter\n');
  assert.is(output.isTerminal, false);
});

test('a descriptor that is closed is an error that is told', async () => {
  await using directory = await temporaryDirectory();
  const fd = openSync(join(directory.path, 'file'), 'w');
  closeSync(fd);
  assert.throws(
    () => createOutput(fd).write('x'),
    (error: NodeJS.ErrnoException) => error.code === 'EBADF',
  );
});

test.run();
