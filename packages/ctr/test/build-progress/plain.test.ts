import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BuildError } from '@ctrkit/build';
import type { BuildEvent } from '@ctrkit/build';
import { plainRenderer } from '../../src/commands/build-progress/plain.ts';
import type { PlainSettings } from '../../src/commands/build-progress/plain.ts';
import { digestOf, done, during, output, stepsOf } from './events.ts';

/** Events at their moments, in milliseconds, and what comes of them. */
function written(
  events: readonly (readonly [number, BuildEvent])[],
  settings: PlainSettings = {},
  error?: unknown,
): string {
  let at = 0;
  const renderer = plainRenderer({ ...settings, now: () => at });
  const texts = events.map(([moment, event]) => {
    at = moment;
    return String(renderer.event(event));
  });
  return [...texts, String(renderer.end(error))].join('');
}

const at = (moment: number, events: readonly BuildEvent[]): [number, BuildEvent][] =>
  events.map((event) => [moment, event]);

const [from, hi, cmd] = stepsOf(['0', ['FROM busybox', 'RUN echo hi', 'CMD ["a"]']]);

test("a build, in BuildKit's form", () => {
  const [start, said, finish] = during(hi, output('hi\nthere\n'), done('2'));
  const events: [number, BuildEvent][] = [
    [0, { type: 'context', name: 'context', bytes: 100, isDone: false }],
    [200, { type: 'context', name: 'context', bytes: 3070, isDone: true }],
    ...at(200, during(from, done('1', true))),
    [300, start!],
    [423, said!],
    [500, finish!],
    ...at(500, during(cmd, done('3'))),
    [600, { type: 'exporting', what: 'layers' }],
    [700, { type: 'built', imageId: digestOf('3'), names: ['docker.io/library/x:latest'] }],
  ];
  assert.is(
    written(events),
    `#1 [internal] load build context
#1 transferring context: 3.07kB 0.2s done
#1 DONE 0.2s

#2 [1/3] FROM busybox
#2 CACHED

#3 [2/3] RUN echo hi
#3 0.123 hi
#3 0.123 there
#3 DONE 0.2s

#4 [3/3] CMD ["a"]
#4 DONE 0.0s

#5 exporting to image
#5 exporting layers
#5 writing image ${digestOf('3')} done
#5 naming to docker.io/library/x:latest done
#5 DONE 0.1s
`,
  );
});

test('stages are named where there are several, and numbers are of one width', () => {
  const many = Array.from({ length: 12 }, (_, index) => `RUN ${index}`);
  const steps = stepsOf(['build', many], ['1', ['FROM scratch']]);
  const events = [steps[0], steps[11], steps[12]].flatMap((step) =>
    at(0, during(step, done('1', true))),
  );
  const names = written(events).match(/\[.*\].*/g);
  assert.equal(names, [
    '[build  1/12] RUN 0',
    '[build 12/12] RUN 11',
    '[stage-1 1/1] FROM scratch',
  ]);
});

test('what runs at the same time waits for the first, but not for a silent one', () => {
  const [a, b] = stepsOf(['a', ['RUN a']], ['b', ['RUN b']]);
  const [startA, a1, a2, endA] = during(a, output('a1\n'), output('a2\n'), done('1'));
  const [startB, b1, b2, endB] = during(b, output('b1\n'), output('b2\n'), done('2'));
  const events: [number, BuildEvent][] = [
    [0, startA!],
    [0, startB!],
    [1000, a1!],
    [2000, b1!],
    [7000, b2!],
    [8000, a2!],
    [9000, endB!],
    [9500, endA!],
  ];
  assert.is(
    written(events),
    `#1 [a 1/1] RUN a
#1 1.000 a1
#1 ...

#2 [b 1/1] RUN b
#2 2.000 b1
#2 7.000 b2
#2 DONE 9.0s

#1 [a 1/1] RUN a
#1 8.000 a2
#1 DONE 9.5s
`,
  );
});

test('output that would move the cursor is written so that it does not', () => {
  const hostile =
    '\u001b[2J\u001b]0;title\u0007\u001b[31mred\u001b[0m\u202e\r\n 10%\r 50%\r100%\n\ttab\n\u009b1A\n';
  const events = during(hi, output(hostile), done('1'));
  const text = written(at(0, events));
  assert.is(
    text,
    '#1 [2/3] RUN echo hi\n' +
      '#1 0.000 \\u001b[2J\\u001b]0;title\\u0007red\\u202e\n' +
      '#1 0.000 100%\n#1 0.000     tab\n#1 0.000 \\u009b1A\n#1 DONE 0.0s\n',
  );
});

test('a character in two pieces, a line in two pieces, a line without its end', () => {
  const bytes = Buffer.from('grün\n');
  const events = during(
    hi,
    { type: 'output', stream: 'stdout', bytes: bytes.subarray(0, 3) },
    { type: 'output', stream: 'stdout', bytes: bytes.subarray(3) },
    output('no end'),
    done('1'),
  );
  const lines = written(at(0, events)).split('\n').slice(1, 3);
  assert.equal(lines, ['#1 0.000 grün', '#1 0.000 no end']);
});

test('an instruction and a message from outside are printed on one line each', () => {
  const [step] = stepsOf(['0', ['RUN a\u001b[2J']]);
  const events = during(step, { type: 'step-failed', message: 'b\n#9 DONE' });
  const text = written(at(0, events));
  assert.ok(text.startsWith('#1 [1/1] RUN a\\u001b[2J\n#1 ERROR: b\\n#9 DONE\n'), text);
});

test('a step that fails is shown again with its last lines, and its place in the Dockerfile', () => {
  const lines = ['FROM busybox', 'RUN echo before; exit 3', 'CMD true'];
  const range = { start: { line: 2, column: 1 }, end: { line: 2, column: 24 } };
  const message = `process "/bin/sh -c echo before; exit 3" did not complete successfully: exit code: 3`;
  const error = new BuildError('STEP_FAILED', message, { range, exitCode: 3 });
  const [step] = stepsOf(['0', ['RUN echo before; exit 3']]);
  const many = Array.from({ length: 20 }, (_, index) => `${index}\n`).join('');
  const events = during(step, output(`${many}before\n`), { type: 'step-failed', message });
  const dockerfile = (): { path: string; lines: string[] } => ({ path: 'Dockerfile', lines });
  const text = written(at(215, events), { dockerfile }, error);
  const [, tail] = text.split(`#1 ERROR: ${message}\n`);
  assert.is(
    tail,
    `------
 > [1/1] RUN echo before; exit 3:
${[11, 12, 13, 14, 15, 16, 17, 18, 19].map((line) => `0.000 ${line}\n`).join('')}0.000 before
------
Dockerfile:2
--------------------
   1 |     FROM busybox
   2 | >>> RUN echo before; exit 3
   3 |     CMD true
--------------------
`,
  );
});

test('why a step is not from the cache, where that was asked for', () => {
  const events = at(0, during(hi, { type: 'missed', reason: { type: 'first-time' } }, done('1')));
  assert.ok(written(events, { explain: true }).includes('#1 not in cache: never built before\n'));
  assert.not.ok(written(events).includes('not in cache'));
});

test('warnings come at the end', () => {
  const range = { start: { line: 3, column: 1 }, end: { line: 3, column: 4 } };
  const events: [number, BuildEvent][] = [
    [0, { type: 'warning', message: 'one', range }],
    [0, { type: 'warning', message: 'two', range: undefined }],
    ...at(0, during(hi, done('1'))),
  ];
  assert.ok(
    written(events).endsWith('#1 DONE 0.0s\n\n 2 warnings found:\n - one (line 3)\n - two\n'),
  );
});

test.run();
