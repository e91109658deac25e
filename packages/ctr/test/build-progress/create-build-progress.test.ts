import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BuildError } from '@ctrkit/build';
import type { BuildEvent } from '@ctrkit/build';
import type { Output } from '@ctrkit/cli-kit';
import { createBuildProgress } from '../../src/commands/build-progress/create-build-progress.ts';
import type { BuildProgressMode } from '../../src/commands/build-progress/build-progress-option.ts';
import { digestOf, done, during, output, stepsOf } from './events.ts';

function kept(): Output & { text: string } {
  return {
    fd: -1,
    isTerminal: false,
    text: '',
    write(data) {
      this.text += Buffer.from(data).toString();
    },
    stream: () => {
      throw new Error('not used');
    },
  };
}

const [hi] = stepsOf(['0', ['RUN echo hi']]);
const events: BuildEvent[] = [
  ...during(hi, output('hi\n'), done('1')),
  { type: 'built', imageId: digestOf('1'), names: [] },
];
const failure = new BuildError('STEP_FAILED', 'it failed', { exitCode: 3 });

function shown(mode: BuildProgressMode, error?: unknown): { stdout: string; stderr: string } {
  const [stdout, stderr] = [kept(), kept()];
  const progress = createBuildProgress({ mode, stdout, stderr });
  for (const event of error === undefined ? events : events.slice(0, 2)) progress.event(event);
  progress.stop(error);
  progress.stop(error);
  return { stdout: stdout.text, stderr: stderr.text };
}

test('legacy writes to stdout', () => {
  const { stdout, stderr } = shown('legacy');
  assert.is(
    stdout,
    'Step 1/1 : RUN echo hi\nhi\n ---> 100000000000\nSuccessfully built 100000000000\n',
  );
  assert.is(stderr, '');
});

test('quiet writes the id to stdout; when it fails, what there was to stderr', () => {
  assert.equal(shown('quiet'), { stdout: `${digestOf('1')}\n`, stderr: '' });
  assert.equal(shown('quiet', failure), { stdout: '', stderr: 'Step 1/1 : RUN echo hi\nhi\n' });
});

for (const mode of ['auto', 'plain', 'tty'] as const) {
  test(`${mode} writes lines to stderr where there is no terminal`, () => {
    const { stdout, stderr } = shown(mode);
    assert.is(stdout, '');
    assert.match(stderr, /^#1 \[1\/1\] RUN echo hi\n#1 \d\.\d{3} hi\n#1 DONE 0\.0s\n/);
  });
}

test('rawjson writes an event a line to stderr, and the error at the end', () => {
  const records = shown('rawjson', failure).stderr.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
  assert.equal(
    records.map(({ type }) => type),
    ['step-started', 'output', 'error'],
  );
  assert.equal(records[1]?.['step'], hi);
  assert.is(records[1]?.['data'], Buffer.from('hi\n').toString('base64'));
  assert.match(String(records[0]?.['time']), /^\d{4}-\d\d-\d\dT/);
  assert.equal([records[2]?.['code'], records[2]?.['exitCode']], ['STEP_FAILED', 3]);
});

test.run();
