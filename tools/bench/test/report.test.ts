import { test } from 'uvu';
import assert from 'node:assert/strict';
import { formatRow, reportOf } from '../src/report.ts';
import type { Row } from '../src/row.ts';

const row: Row = {
  id: 'run',
  title: 'run',
  unit: 'ms',
  ours: 'ctr',
  bars: { docker: { times: 0.25 }, podman: { times: 0.4 }, 'node -e 0': { times: 2 } },
  figures: [
    { name: 'ctr', values: [50, 60, 70] },
    { name: 'docker', values: [300, 300, 300] },
    { name: 'podman', missing: 'podman is not installed' },
    { name: 'runc', values: [30, 30, 30] },
    { name: 'node -e 0', values: [25, 25, 25] },
  ],
  notes: ['a note'],
};

test('a figure is compared with ours and held against its bar', () => {
  assert.deepEqual(reportOf(row)[1], {
    row: 'run',
    title: 'run',
    name: 'docker',
    unit: 'ms',
    rounds: 3,
    value: { median: 300, min: 300, max: 300 },
    ratio: { median: 60 / 300, min: 50 / 300, max: 70 / 300 },
    bar: '≤ 0.25 × it',
    met: true,
  });
});

test('a bar that is not met is said so', () => {
  assert.equal(reportOf(row)[4]?.met, false);
});

test('ours is not compared with itself, and one without a bar meets none', () => {
  const [ours, , , runc] = reportOf(row);
  assert.equal(ours?.ratio, undefined);
  assert.equal(runc?.ratio?.median, 2);
  assert.ok(runc !== undefined && !('met' in runc));
});

test('what is missing has its reason and no figure', () => {
  const podman = { row: 'run', title: 'run', name: 'podman', unit: 'ms' };
  assert.deepEqual(reportOf(row)[2], { ...podman, missing: 'podman is not installed' });
});

test('without ours the others keep their figures and no bar is judged', () => {
  const figures = [{ name: 'ctr', missing: 'it failed' }, ...row.figures.slice(1)];
  const lines = reportOf({ ...row, figures });
  assert.equal(lines[1]?.value?.median, 300);
  assert.ok(lines.every((line) => line.met === undefined && line.ratio === undefined));
});

test('the table has a line for each that was measured, and says what is missing below', () => {
  const text = formatRow(row);
  assert.match(text, /^run \(3 rounds\)\n/);
  assert.match(text, /^docker +300 ms +300 ms – 300 ms +0\.20 +0\.17 – 0\.23 +≤ 0\.25 × it +met$/m);
  assert.match(text, /^node -e 0 .* NOT MET$/m);
  assert.match(text, /^ {2}no podman: podman is not installed\n {2}a note\n$/m);
});

test.run();
