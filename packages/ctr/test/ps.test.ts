import assert from 'node:assert/strict';
import type { ExitRecord } from '@ctrkit/engine';
import { test } from 'uvu';
import { emptyLists, idOf, type Answer, type Lists } from './lists.ts';

const exit = (exitCode: number): { exit: ExitRecord } => ({
  exit: {
    exitCode,
    oomKilled: false,
    startedAt: '2026-01-02T03:04:06.000Z',
    finishedAt: '2026-01-02T03:04:07.000Z',
  },
});

async function filled(): Promise<Lists> {
  const lists = await emptyLists();
  lists.addContainer({
    id: idOf('a1'),
    name: 'old',
    created: '2026-01-01T00:00:00.000Z',
    command: ['sh', '-c', 'echo "hi" there; sleep 100'],
    labels: { tier: 'front', 'com.example.some-thing': 'blue' },
    ...exit(3),
  });
  lists.addContainer({
    id: idOf('b2'),
    name: 'a_rather_long_name',
    created: '2026-01-03T00:00:00.500Z',
    image: 'localhost:5000/x:1',
  });
  lists.addContainer({
    id: idOf('c3'),
    name: 'mid',
    created: '2026-01-02T00:00:00.000Z',
    ...exit(0),
  });
  return lists;
}

async function answer(line: readonly string[]): Promise<Answer> {
  await using lists = await filled();
  // Awaited here: the directory goes with this function.
  return await lists.ctr('ps', ...line);
}

// What docker 28.2.2 prints for such containers.
const table: readonly (readonly [readonly string[], string])[] = [
  [[], 'CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES\n'],
  [['-q'], ''],
  [['-aq'], 'b20000000000\nc30000000000\na10000000000\n'],
  [['-aq', '--no-trunc'], `${idOf('b2')}\n${idOf('c3')}\n${idOf('a1')}\n`],
  [['-lq'], 'b20000000000\n'],
  [['-n', '2', '-q'], 'b20000000000\nc30000000000\n'],
  [['--last=-5', '-q'], ''],
  [['-a', '--format', '{{.Names}}'], 'a_rather_long_name\nmid\nold\n'],
  [
    ['--filter', 'status=exited', '--format', '{{.ID}}\\t{{.Names}}\\t{{.State}}'],
    'c30000000000\tmid\texited\na10000000000\told\texited\n',
  ],
  [['-a', '-f', 'exited=3', '--format', 'table {{.Names}}\\t{{.State}}'], 'NAMES     STATE\nold       exited\n'], // prettier-ignore
  [['-a', '-f', 'name=o', '-f', 'label=tier=front', '-q'], 'a10000000000\n'],
  [['-a', '-f', 'NAME= ^mid$ ', '-q'], 'c30000000000\n'],
  [['-a', '-f', 'ancestor=busybox', '-f', 'since=old', '-q'], 'c30000000000\n'],
  [['-a', '-f', 'before=mid', '-q'], 'a10000000000\n'],
  [['-a', '-f', 'id=b2', '-q'], 'b20000000000\n'],
  [
    ['-a', '--format', 'table {{.Names}}\\t{{.Label "com.example.some-thing"}}\\t{{.ID}}'],
    'NAMES                some thing   CONTAINER ID\na_rather_long_name                b20000000000\nmid                               c30000000000\nold                  blue         a10000000000\n',
  ],
  [
    ['-a', '--format', '{{.Command}}|{{.Labels}}|{{.CreatedAt}}', '-f', 'name=old'],
    String.raw`"sh -c echo \"hi\" the…"|com.example.some-thing=blue,tier=front|2026-01-01 00:00:00 +0000 UTC${'\n'}`,
  ],
  [
    ['-a', '--no-trunc', '--format', '{{.Command}}', '-f', 'name=old'],
    String.raw`"sh -c echo \"hi\" there; sleep 100"${'\n'}`,
  ],
  [
    ['-a', '--format', '{{range split .Labels ","}}<{{.}}>{{end}}', '-f', 'label=tier'],
    '<com.example.some-thing=blue><tier=front>\n',
  ],
  [
    [
      '-a',
      '--format',
      '{{if eq .State "created"}}{{.Names | upper | printf "%-20s|"}}{{else}}-{{end}}',
    ],
    'A_RATHER_LONG_NAME  |\n-\n-\n',
  ],
];

for (const [line, expected] of table) {
  test(`ps ${line.join(' ')}`, async () => {
    assert.deepEqual(await answer(line), { code: 0, stdout: expected, stderr: '' });
  });
}

test('--format json and {{json .}} are the same: docker’s names, sorted', async () => {
  const [json, template] = [await answer(['-l', '--format', 'json']), await answer(['-l', '--format', '{{json .}}'])]; // prettier-ignore
  assert.deepEqual(json, template);
  const row = JSON.parse(json.stdout) as Record<string, string>;
  const names = Object.keys(row);
  assert.deepEqual(names, names.toSorted());
  assert.equal(row['State'], 'created');
  assert.equal(row['Labels'], '');
});

test('--quiet counts more than --format, which is said', async () => {
  const { stdout, stderr } = await answer(['-aq', '--format', '{{.Names}}', '-f', 'name=old']);
  assert.equal(stdout, 'a10000000000\n');
  assert.equal(stderr, 'WARNING: Ignoring custom format, because both --format and --quiet are set.\n'); // prettier-ignore
});

// docker 28.2.2's words; of a filter it puts `Error response from daemon: ` where the name stands here.
const mistakes: readonly (readonly [readonly string[], number, string])[] = [
  [
    ['--format', '{{.NoSuch}}'],
    1,
    `failed to execute template: template: :1:2: executing "" at <.NoSuch>: can't evaluate field NoSuch in type *formatter.ContainerContext\n`,
  ],
  [['--format', '{{.ID'], 1, 'failed to parse template: template: :1: unclosed action\n'],
  [['--filter', 'nosuch=1'], 1, "ctr: Invalid filter 'nosuch'\n"],
  [['--filter', 'constructor=1'], 1, "ctr: Invalid filter 'constructor'\n"],
  [['--filter', 'status=nosuch'], 1, "ctr: Invalid filter 'status=nosuch'\n"],
  [['--filter', 'exited=x'], 1, "ctr: Invalid filter 'exited=x'\n"],
  [['--filter', 'before=nosuch'], 1, 'ctr: No such container: nosuch\n'],
  [
    ['--filter', 'x'],
    125,
    'invalid argument "x" for "-f, --filter" flag: bad format of filter (expected name=value)\n',
  ],
  [
    ['-n', 'x'],
    125,
    'invalid argument "x" for "-n, --last" flag: strconv.ParseInt: parsing "x": invalid syntax\n',
  ],
];
for (const [line, code, expected] of mistakes) {
  test(`ps ${line.join(' ')} is a mistake`, async () => {
    const told = await answer(line);
    assert.equal(told.code, code);
    assert.equal(told.stdout, '');
    assert.equal(told.stderr.slice(0, expected.length), expected);
    assert.equal(told.stderr.includes('internal error'), false);
  });
}

const withCode: readonly (readonly [readonly string[], string])[] = [
  [['--format', '{{.NoSuch}}'], 'TEMPLATE_FAILED'],
  [['--format', '{{'], 'TEMPLATE_INVALID'],
  [['--format', '{{range 999999999}}{{end}}', '-a'], 'TEMPLATE_LIMIT'],
  [['--filter', 'nosuch=1'], 'FILTER_INVALID'],
];
for (const [line, code] of withCode) {
  test(`ps ${line.join(' ')}: ${code}`, async () => {
    const { stderr } = await answer([...line, '--error-format', 'json']);
    assert.equal((JSON.parse(stderr) as { error: { code: string } }).error.code, code);
  });
}

test.run();
