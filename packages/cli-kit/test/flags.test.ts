import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Options } from '../src/index.ts';
import { splitArguments } from '../src/flags.ts';
import { refusal } from './throws.ts';

const options: Options = {
  env: { type: 'array', alias: 'e', describe: '' },
  interactive: { type: 'boolean', alias: 'i', describe: '' },
  memory: { type: 'string', alias: 'm', describe: '' },
  network: { type: 'string', alias: ['net'], describe: '' },
  'no-trunc': { type: 'boolean', describe: '' },
  rm: { type: 'boolean', describe: '' },
  tty: { type: 'boolean', alias: 't', describe: '' },
};

const cases: readonly [line: string, flags: string, operands: string][] = [
  ['-it x', 'interactive=true tty=true', 'x'],
  ['-m 64m x', 'memory=64m', 'x'],
  ['-m64m x', 'memory=64m', 'x'],
  ['-m=64m x', 'memory=64m', 'x'],
  ['-itm64m x', 'interactive=true tty=true memory=64m', 'x'],
  ['--memory 64m x', 'memory=64m', 'x'],
  ['--memory=64m x', 'memory=64m', 'x'],
  ['--memory= x', 'memory=', 'x'],
  ['-eA=B -e C=D=E --env F x', 'env=A=B env=C=D=E env=F', 'x'],
  ['--env -x x', 'env=-x', 'x'],
  ['--memory -1 x', 'memory=-1', 'x'],
  ['-m - x', 'memory=-', 'x'],
  ['--memory -- x', 'memory=--', 'x'],
  ['--rm=false x', 'rm=false', 'x'],
  ['--rm=T x', 'rm=true', 'x'],
  ['-i=0 x', 'interactive=false', 'x'],
  ['--rm true', 'rm=true', 'true'],
  ['--no-trunc x', 'no-trunc=true', 'x'],
  ['--net host x', 'network=host', 'x'],
  ['-', '', '-'],
  ['x --rm y', 'rm=true', 'x y'],
  ['x -- --rm', '', 'x --rm'],
  ['-- -it', '', '-it'],
];
for (const [line, flags, operands] of cases) {
  test(line, () => {
    const split = splitArguments(line.split(' '), options);
    assert.is(split.flags.map((flag) => flag.join('=')).join(' '), flags);
    assert.is(split.operands.join(' '), operands);
  });
}

const trailing: readonly [line: string, flags: string, operands: string][] = [
  ['--rm x --rm -it', 'rm=true', 'x --rm -it'],
  ['x -- y', '', 'x -- y'],
  ['-- x --rm', '', 'x --rm'],
  ['--rm -- -x', 'rm=true', '-x'],
];
for (const [line, flags, operands] of trailing) {
  test(`trailing: ${line}`, () => {
    const split = splitArguments(line.split(' '), options, { trailing: true });
    assert.is(split.flags.map((flag) => flag.join('=')).join(' '), flags);
    assert.is(split.operands.join(' '), operands);
  });
}

test('words that are empty, or several lines long, stay as they are', () => {
  const split = splitArguments(['-e', '', '--memory', 'a\nb=c', ''], options);
  assert.equal(split.flags, [
    ['env', ''],
    ['memory', 'a\nb=c'],
  ]);
  assert.equal(split.operands, ['']);
});

// The sentences of docker 28.2.2.
const refusals: readonly [string, Parameters<typeof refusal>[0], string][] = [
  ['--nosuchflag x', 'UNKNOWN_FLAG', 'unknown flag: --nosuchflag'],
  ['--nosuchflag=1 x', 'UNKNOWN_FLAG', 'unknown flag: --nosuchflag'],
  ['--no-rm x', 'UNKNOWN_FLAG', 'unknown flag: --no-rm'],
  ['--__proto__ x', 'UNKNOWN_FLAG', 'unknown flag: --__proto__'],
  ['--constructor=x', 'UNKNOWN_FLAG', 'unknown flag: --constructor'],
  ['-zq', 'UNKNOWN_FLAG', "unknown shorthand flag: 'z' in -zq"],
  ['-izq', 'UNKNOWN_FLAG', "unknown shorthand flag: 'z' in -zq"],
  ['--memory', 'FLAG_NEEDS_VALUE', 'flag needs an argument: --memory'],
  ['-m', 'FLAG_NEEDS_VALUE', "flag needs an argument: 'm' in -m"],
  ['-im', 'FLAG_NEEDS_VALUE', "flag needs an argument: 'm' in -m"],
  ['--=x', 'FLAG_SYNTAX', 'bad flag syntax: --=x'],
  ['---x', 'FLAG_SYNTAX', 'bad flag syntax: ---x'],
  [
    '-i=maybe',
    'FLAG_VALUE_INVALID',
    'invalid argument "maybe" for "-i, --interactive" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
  ],
];
for (const [line, code, sentence] of refusals) {
  test(`${line}: docker's sentence, exit code 125`, async () => {
    const error = await refusal(code, () => splitArguments(line.split(' '), options));
    assert.is(error.message, sentence);
    assert.is(error.exitCode, 125);
  });
}

test.run();
