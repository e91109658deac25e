import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildEvent } from '@ctrkit/build';
import { legacyRenderer } from '../../src/commands/build-progress/legacy.ts';
import { quietRenderer } from '../../src/commands/build-progress/quiet.ts';
import type { Renderer } from '../../src/commands/build-progress/renderer.ts';
import { digestOf, done, during, output, stepsOf } from './events.ts';
import type { StepEvent } from './events.ts';

function written(renderer: Renderer, events: readonly BuildEvent[], error?: unknown): string {
  const texts = [...events.map((event) => renderer.event(event)), renderer.end(error)];
  return Buffer.concat(texts.map((text) => Buffer.from(text))).toString();
}

const context: BuildEvent = { type: 'context', name: 'context', bytes: 2048, isDone: true };
const run = (id: string): StepEvent => ({ type: 'run-started', containerId: id.padEnd(64, '0') });
const removed = (id: string): StepEvent => ({
  type: 'run-removed',
  containerId: id.padEnd(64, '0'),
});

const [from, runs, env, scratch, copy, arg, cmd] = stepsOf(
  ['a', ['FROM busybox AS a', 'RUN echo out; echo err >&2; printf partial', 'ENV A=1']],
  ['1', ['FROM scratch', 'COPY --from=a /bin/true /t', 'ARG X', 'CMD ["/t"]']],
);

// What docker 20.10 wrote for this Dockerfile; its line of the context ends in two carriage returns, which a terminal does not show.
const recorded = `Sending build context to Docker daemon  2.048kB
Step 1/7 : FROM busybox AS a
 ---> 6495b09f7068
Step 2/7 : RUN echo out; echo err >&2; printf partial
 ---> Running in 29c3b1196bf3
\u001b[91merr
\u001b[0mout
partialRemoving intermediate container 29c3b1196bf3
 ---> 6847bade39d8
Step 3/7 : ENV A=1
 ---> Running in 5d4992a62f56
Removing intermediate container 5d4992a62f56
 ---> 858f38c689d3
Step 4/7 : FROM scratch
 ---> \nStep 5/7 : COPY --from=a /bin/true /t
 ---> 53da35373b0f
Step 6/7 : ARG X
 ---> Running in b98b14947e50
Removing intermediate container b98b14947e50
 ---> 36a2515fbab5
Step 7/7 : CMD ["/t"]
 ---> Running in 114990fa39d7
Removing intermediate container 114990fa39d7
 ---> 788f86b7a928
[Warning] One or more build-args [NOPE] were not consumed
Successfully built 788f86b7a928
Successfully tagged x:latest
Successfully tagged y/z:1
`;

const end: BuildEvent[] = [
  { type: 'warning', message: 'One or more build-args [NOPE] were not consumed', range: undefined },
  { type: 'exporting', what: 'image' },
  { type: 'built', imageId: digestOf('788f86b7a928'), names: ['x', 'docker.io/y/z:1'] },
];

const first = [
  ...during(from, done('6495b09f7068')),
  ...during(
    runs,
    run('29c3b1196bf3'),
    output('err\n', 'stderr'),
    output('out\npartial'),
    removed('29c3b1196bf3'),
    done('6847bade39d8'),
  ),
  ...during(env, run('5d4992a62f56'), removed('5d4992a62f56'), done('858f38c689d3')),
];
const second = [
  ...during(scratch, done(undefined)),
  ...during(copy, done('53da35373b0f')),
  ...during(arg, run('b98b14947e50'), removed('b98b14947e50'), done('36a2515fbab5')),
  ...during(cmd, run('114990fa39d7'), removed('114990fa39d7'), done('788f86b7a928')),
];

test("docker's own lines, to the letter", () => {
  assert.is(written(legacyRenderer(), [context, ...first, ...second, ...end]), recorded);
});

test('stages that are built at the same time come one after the other', () => {
  const mixed = second.flatMap((event, at) => [
    event,
    ...(first[at] === undefined ? [] : [first[at]]),
  ]);
  const late = first.slice(second.length);
  assert.is(written(legacyRenderer(), [context, ...mixed, ...late, ...end]), recorded);
});

test('a step whose turn it is speaks at once', () => {
  const renderer = legacyRenderer();
  for (const event of during(from, done('6495b09f7068'))) renderer.event(event);
  renderer.event({ type: 'step-started', step: runs! });
  const [, said] = during(runs, output('now'));
  assert.is(String(renderer.event(said!)), 'now');
});

test('what is cached, and what is not and why', () => {
  const events = [
    ...during(from, done('6495b09f7068')),
    ...during(runs, done('6847bade39d8', true)),
    ...during(env, { type: 'missed', reason: { type: 'no-cache' } }, done('858f38c689d3')),
  ];
  const cached = ' ---> Using cache\n ---> 6847bade39d8\n';
  assert.ok(written(legacyRenderer(), events).includes(cached));
  assert.not.ok(written(legacyRenderer(), events).includes('Not in cache'));
  const explained = written(legacyRenderer({ explain: true }), events);
  assert.ok(
    explained.endsWith(
      ' : ENV A=1\n ---> Not in cache: the cache is not to be used\n ---> 858f38c689d3\n',
    ),
  );
});

test('output is written byte for byte, also where it is no text', () => {
  const bytes = Buffer.from([0xff, 0x1b, 0x5b, 0x32, 0x4a, 0x0d]);
  const renderer = legacyRenderer();
  const events = [
    ...during(from, done('6495b09f7068')),
    ...during(runs, { type: 'output', stream: 'stdout', bytes }),
  ];
  const texts = events.map((event) => Buffer.from(renderer.event(event)));
  assert.equal(texts.at(-1), bytes);
});

test('a step that fails has said all before it, also of the steps that others waited for', () => {
  const failing = during(copy, output('half\n'), { type: 'step-failed', message: 'no' });
  const text = written(legacyRenderer(), [...during(from), ...failing], new Error('no'));
  assert.is(text, 'Step 1/7 : FROM busybox AS a\nStep 5/7 : COPY --from=a /bin/true /t\nhalf\n');
});

test('what is pulled is told as other commands tell it', () => {
  const id = digestOf('abc');
  const events = during(
    from,
    { type: 'image', event: { type: 'layer', id, status: 'downloaded', current: 1, total: 1 } },
    { type: 'image', event: { type: 'layer', id, status: 'done' } },
    done('6495b09f7068'),
  );
  const text = written(legacyRenderer(), events);
  assert.is(
    text,
    'Step 1/7 : FROM busybox AS a\nabc000000000: Pull complete\n ---> 6495b09f7068\n',
  );
});

test('quiet says nothing of a build that succeeds, and all of one that fails', () => {
  const events = [
    context,
    ...during(from, done('6495b09f7068')),
    ...during(runs, output('before\n')),
  ];
  assert.is(written(quietRenderer(), events), '');
  const all = written(legacyRenderer(), events);
  assert.is(written(quietRenderer(), events, new Error('no')), all);
});

test('quiet keeps no more than the end of what a build wrote', () => {
  const megabyte = output(`${'x'.repeat(1024 * 1024 - 1)}\n`);
  const events = [
    ...during(from, done('1')),
    ...during(runs, ...Array.from({ length: 8 }, () => megabyte), output('end\n')),
  ];
  const text = written(quietRenderer(), events, new Error('no'));
  assert.ok(text.endsWith('\nend\n') && text.length <= 2 * 1024 * 1024, String(text.length));
});

test.run();
