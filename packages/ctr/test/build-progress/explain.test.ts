import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { MissReason } from '@ctrkit/build';
import { explainText } from '../../src/commands/build-progress/explain.ts';
import { digestOf } from './events.ts';

const [a, b] = [digestOf('aaaaaaaaaaaaaaaa'), digestOf('bbbbbbbbbbbbbbbb')];

const table: [reason: MissReason, text: string][] = [
  [{ type: 'first-time' }, 'never built before'],
  [{ type: 'no-cache' }, 'the cache is not to be used'],
  [{ type: 'gone' }, 'its result is no longer there'],
  [{ type: 'step-above', number: 3 }, 'step 3 above it was built anew'],
  [
    { type: 'instruction', before: 'RUN a', now: 'RUN b' },
    'the instruction changed: RUN a → RUN b',
  ],
  [
    { type: 'base', before: a, now: b },
    'the image below it changed: sha256:aaaaaaaaaaaa → sha256:bbbbbbbbbbbb',
  ],
  [{ type: 'argument', name: 'A', before: '1', now: undefined }, 'argument A changed: 1 → (none)'],
  [{ type: 'variable', name: 'B', before: '', now: 'x' }, 'variable B changed: (empty) → x'],
  [
    { type: 'setting', name: 'network', before: 'none', now: 'host' },
    'setting network changed: none → host',
  ],
  [
    { type: 'file', path: 'src/a.ts', aspect: 'contents', before: a, now: b },
    'src/a.ts: contents changed: sha256:aaaaaaaaaaaa → sha256:bbbbbbbbbbbb',
  ],
  [
    { type: 'file', path: 'a', aspect: 'metadata', before: a, now: a },
    'a: owner, mode or attributes changed',
  ],
  [
    { type: 'file', path: 'a', aspect: 'added', before: undefined, now: a },
    'a: was not there before',
  ],
  [
    { type: 'file', path: 'a\n\u001b', aspect: 'removed', before: a, now: undefined },
    'a\\n\\u001b: is no longer there',
  ],
];

for (const [reason, text] of table) test(text, () => assert.is(explainText(reason), text));

test('a long value is cut', () => {
  const reason = { type: 'instruction', before: 'x'.repeat(5000), now: 'y' } as const;
  assert.ok(explainText(reason).length < 200);
});

test.run();
