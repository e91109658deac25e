import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { test } from 'uvu';
import { CollectedOutput } from '../src/collected-output.ts';

type Written = [stream: string, text: string];

function outputs(written: Written[]) {
  return {
    stdout: { write: (text: string) => void written.push(['stdout', text]) },
    stderr: { write: (text: string) => void written.push(['stderr', text]) },
  };
}

test('what comes in one turn is written at once, by itself, in its order', async () => {
  const written: Written[] = [];
  const output = new CollectedOutput(outputs(written));
  for (const [stream, text] of [['stdout', 'a'], ['stdout', 'b'], ['stderr', 'c'], ['stdout', 'd']] as const) output.write(stream, text); // prettier-ignore
  await setImmediate();
  const expected: Written[] = [['stdout', 'ab'], ['stderr', 'c'], ['stdout', 'd']]; // prettier-ignore
  assert.deepEqual(written, expected);
  output.write('stderr', 'e');
  output.flush();
  output.flush();
  assert.deepEqual(written, [...expected, ['stderr', 'e']]);
});

test('it does not collect without end', () => {
  const written: Written[] = [];
  const output = new CollectedOutput(outputs(written));
  for (let count = 0; count < 100; count++) output.write('stdout', 'x'.repeat(10_000));
  assert.ok(written.length >= 10);
  assert.ok(written.every(([, text]) => text.length < 100_000));
  output.flush();
  assert.equal(written.map(([, text]) => text).join('').length, 1_000_000);
});

test('a reader that is gone is told: to the writer, or by the signal', async () => {
  const gone = new Error('gone');
  const write = (): never => {
    throw gone;
  };
  const output = new CollectedOutput({ stdout: { write }, stderr: { write } });
  output.write('stdout', 'a');
  assert.throws(() => output.flush(), gone);
  output.write('stdout', 'b');
  await once(output.signal, 'abort');
  assert.equal(output.signal.reason, gone);
});

test.run();
