import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'uvu';
import { takeSignals } from '../src/take-signals.ts';

async function receive(...signals: NodeJS.Signals[]): Promise<void> {
  // A listener for signals does not keep a process going.
  const keepAlive = setInterval(() => {}, 1000);
  for (const signal of signals) {
    const received = once(process, signal);
    process.kill(process.pid, signal);
    await received;
  }
  clearInterval(keepAlive);
}

test('before there is a container a signal aborts, and is delivered if that was too late', async () => {
  using signals = takeSignals();
  await receive('SIGWINCH');
  assert.equal(signals.signal.aborted, false);
  await receive('SIGTERM', 'SIGUSR1');
  const interruption = signals.reasonFor(new Error('whatever'));
  assert.equal((interruption as { exitCode?: number }).exitCode, 143);
  assert.equal(signals.reasonFor(undefined), undefined);
  const got: string[] = [];
  signals.passTo({ kill: (signal) => got.push(signal) });
  assert.deepEqual(got, ['SIGTERM', 'SIGUSR1']);
  await receive('SIGINT', 'SIGWINCH');
  assert.deepEqual(got, ['SIGTERM', 'SIGUSR1', 'SIGINT', 'SIGWINCH']);
  assert.equal(signals.reasonFor(new Error('of its own')), undefined);
});

test('the third SIGINT or SIGTERM kills, and says so', async () => {
  let forced = 0;
  using signals = takeSignals(() => (forced += 1));
  const got: string[] = [];
  signals.passTo({ kill: (signal) => got.push(signal) });
  await receive('SIGINT', 'SIGUSR1', 'SIGTERM', 'SIGUSR2');
  assert.deepEqual(
    { got, forced },
    { got: ['SIGINT', 'SIGUSR1', 'SIGTERM', 'SIGUSR2'], forced: 0 },
  );
  await receive('SIGINT');
  assert.deepEqual({ last: got.at(-1), forced }, { last: 'SIGKILL', forced: 1 });
});

test("signals that were released are nobody's", async () => {
  const before = process.listenerCount('SIGTERM');
  takeSignals()[Symbol.dispose]();
  assert.equal(process.listenerCount('SIGTERM'), before);
});

test.run();
