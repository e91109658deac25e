import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cli, CommandEntry } from '../src/index.ts';
import { findCommand } from '../src/find-command.ts';
import { refusal } from './throws.ts';

const entry = (name: string, aliases: string[] = []): CommandEntry => ({
  name,
  aliases,
  describe: name,
  load: () => Promise.reject(new Error('a command was loaded to find it')),
});
const cli: Cli = {
  name: 'ctr',
  version: '1',
  describe: 'x',
  globalOptions: { root: { type: 'string', describe: 'x' } },
  commands: [
    entry('run', ['container run']),
    entry('volume ls', ['volume list']),
    entry('volume rm'),
  ],
};
const found = (line: string, from: Cli = cli): unknown => {
  const result = findCommand(from, line === '' ? [] : line.split(' '));
  if (result.kind !== 'command') return result;
  return [result.name, result.flags.map((flag) => flag.join('=')), result.argv.join(' ')];
};

const cases: readonly [string, unknown][] = [
  ['run --rm x', ['run', [], '--rm x']],
  ['--root /r --debug run x', ['run', ['root=/r', 'debug=true'], 'x']],
  ['container run x', ['run', [], 'x']],
  ['volume ls -q', ['volume ls', [], '-q']],
  ['volume list', ['volume ls', [], '']],
  ['--version', { kind: 'version' }],
  ['-v run', { kind: 'version' }],
  ['', { kind: 'help', group: '', asked: false }],
  ['--help', { kind: 'help', group: '', asked: true }],
  ['-h', { kind: 'help', group: '', asked: true }],
  ['help', { kind: 'help', group: '', asked: true }],
  ['volume', { kind: 'help', group: 'volume', asked: false }],
  ['volume --help', { kind: 'help', group: 'volume', asked: true }],
  ['container -h', { kind: 'help', group: 'container', asked: true }],
];
for (const [line, expected] of cases) {
  test(`'${line}'`, () => assert.equal(found(line), expected));
}

for (const [line, sentence] of [
  ['nosuch', 'unknown command: ctr nosuch'],
  ['volume nosuch', 'unknown command: ctr volume nosuch'],
] as const) {
  test(`${line} is unknown, exit code 1`, async () => {
    const error = await refusal('UNKNOWN_COMMAND', () => found(line));
    assert.is(error.message, sentence);
    assert.is(error.exitCode, 1);
  });
}

test('an unknown flag in front of the command', async () =>
  void (await refusal('UNKNOWN_FLAG', () => found('--nosuch run'))));

const withFallback: Cli = { ...cli, fallback: { ...entry(''), usage: 'DIR' } };
for (const line of ['./dir -- sh', '--hostname x ./dir', '--root /r ./dir']) {
  test(`'${line}' goes whole to the command without a name`, () =>
    assert.equal(found(line, withFallback), ['', [], line]));
}
test('a name goes before the command without a name', () =>
  assert.equal(found('run x', withFallback), ['run', [], 'x']));

test.run();
