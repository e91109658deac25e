import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildEvent } from '@ctrkit/build';
import { ttyRenderer } from '../../src/commands/build-progress/tty.ts';
import { done, during, output, stepsOf } from './events.ts';

const [from, hi] = stepsOf(['0', ['FROM busybox', 'RUN echo hi', 'CMD ["a"]']]);

test('steps that are done stand above, those that are being done below with their last lines', () => {
  let at = 0;
  const renderer = ttyRenderer({ now: () => at, size: () => ({ columns: 44, rows: 24 }) });
  const above = during(from, done('1')).map((event) => String(renderer.event(event)));
  at = 1500;
  const [start, said] = during(hi, output('1\n2\n3\n4\n5\n6\n7\n8\n\u001b[2J\n'));
  for (const event of [start!, said!]) assert.is(renderer.event(event), '');
  at = 4000;
  assert.is(above.join(''), ' => [1/3] FROM busybox              0.0s\n');
  assert.is(
    renderer.frame(),
    `Building 4.0s (1/3)
 => [2/3] RUN echo hi               2.5s
 => => # 4
 => => # 5
 => => # 6
 => => # 7
 => => # 8
 => => # \\u001b[2J`,
  );
  const [, end] = during(hi, done('2'));
  assert.is(renderer.event(end!), ' => [2/3] RUN echo hi               2.5s\n');
  assert.is(renderer.frame(), 'Building 4.0s (2/3)');
});

test('cached steps and failed ones say so, and nothing is wider or higher than the terminal', () => {
  const renderer = ttyRenderer({ now: () => 0, size: () => ({ columns: 30, rows: 6 }) });
  const [, cached] = during(from, done('1', true));
  assert.is(renderer.event(cached!), ' => CACHED [1/3] FROM bu…\n');
  const steps = stepsOf(['0', Array.from({ length: 9 }, (_, at) => `RUN ${'x'.repeat(99)} ${at}`)]);
  for (const step of steps.slice(2)) {
    for (const event of during(step, output('y'.repeat(99)))) renderer.event(event);
  }
  const rows = renderer.frame().split('\n');
  assert.ok(rows.length <= 4, String(rows.length));
  assert.ok(rows.every((row) => row.length <= 30));
  const failed = { type: 'step-failed', step: steps[3]!, message: 'no' } as const;
  assert.match(String(renderer.event(failed)), /^ => ERROR \[/);
  assert.match(String(renderer.end(new Error('no'))), /^------\n > \[4\/9\] RUN x+/);
});

test('a build that nothing is known of yet has a frame', () => {
  const events: BuildEvent[] = [{ type: 'context', name: 'context', bytes: 1, isDone: false }];
  const renderer = ttyRenderer({ now: () => 0 });
  assert.is(renderer.frame(), 'Building 0.0s (0/0)');
  for (const event of events) renderer.event(event);
  assert.match(renderer.frame(), /load build context/);
});

test.run();
