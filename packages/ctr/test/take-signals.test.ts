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

test("signals that were released are nobody's", async () => {
  const before = process.listenerCount('SIGTERM');
  takeSignals()[Symbol.dispose]();
  assert.equal(process.listenerCount('SIGTERM'), before);
});

test.run();
