import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseBytes, type Options } from '../src/index.ts';
import { checkFlags } from '../src/check-flags.ts';
import { convertFlags } from '../src/convert-flags.ts';
import { splitArguments } from '../src/flags.ts';
import { refusal } from './throws.ts';

const options: Options = {
  env: { type: 'array', describe: '' },
  'env-file': { type: 'string', describe: '' },
  memory: { type: 'string', alias: 'm', coerce: parseBytes, describe: '' },
  'memory-swap': { type: 'string', coerce: parseBytes, default: '1k', describe: '' },
  network: { type: 'string', default: 'none', describe: '' },
  'no-trunc': { type: 'boolean', describe: '' },
  pids: { type: 'number', describe: '' },
  publish: { type: 'array', coerce: (text: string) => text.split(':'), describe: '' },
  pull: { type: 'string', choices: ['always', 'never'], default: 'always', describe: '' },
  restart: { type: 'string', conflicts: ['rm'], describe: '' },
  rm: { type: 'boolean', describe: '' },
  'sig-proxy': { type: 'boolean', default: true, describe: '' },
};
const convert = (argv: string[]): Promise<Record<string, unknown>> =>
  convertFlags(splitArguments(argv, options).flags, options);

const absent = {
  env: [],
  'env-file': undefined,
  memory: undefined,
  'memory-swap': 1024,
  network: 'none',
  'no-trunc': false,
  pids: undefined,
  publish: [],
  pull: 'always',
  restart: undefined,
  rm: false,
  'sig-proxy': true,
};

test('what was not given has its default', async () => assert.equal(await convert([]), absent));

const given: readonly [string[], Record<string, unknown>][] = [
  [['--memory', '64m'], { memory: 67_108_864 }],
  [['--memory=64m', '--memory=1k'], { memory: 1024 }],
  [['--pids', '20'], { pids: 20 }],
  [['--pids', '-1'], { pids: -1 }],
  [
    ['--publish', '80:80', '--publish', '1:2'],
    {
      publish: [
        ['80', '80'],
        ['1', '2'],
      ],
    },
  ],
  [['--pull=never'], { pull: 'never' }],
  [['--restart', 'always'], { restart: 'always' }],
  [['--no-trunc', '--pids=1'], { 'no-trunc': true, pids: 1 }],
  [['--sig-proxy=false', '--pids=1'], { 'sig-proxy': false, pids: 1 }],
];
for (const [argv, values] of given) {
  test(argv.join(' '), async () => assert.equal(await convert(argv), { ...absent, ...values }));
}

// Without yargs, and with it: the answer is the same.
const plain: readonly [string[], Record<string, unknown>][] = [
  [['--env', 'A=B', '--env', 'C'], { env: ['A=B', 'C'] }],
  [['--env=one two'], { env: ['one two'] }],
  [['--env', ''], { env: [''] }],
  [['--env', '"quoted"', '--env', "'q'"], { env: ['"quoted"', "'q'"] }],
  [['--env-file', '"quoted"'], { 'env-file': '"quoted"' }],
  [['--env-file', '1e3', '--env-file', '007'], { 'env-file': '007' }],
  [['--env-file', '--rm'], { 'env-file': '--rm' }],
  [['--env-file', 'a\nb=c'], { 'env-file': 'a\nb=c' }],
  [['--pull', 'never', '--pull=always'], { pull: 'always' }],
  [['--network', ''], { network: '' }],
  [['--network', 'a.b.c'], { network: 'a.b.c' }],
  [['--rm', '--rm=false'], { rm: false }],
  [['--sig-proxy=false', '--no-trunc'], { 'sig-proxy': false, 'no-trunc': true }],
];
for (const [argv, values] of plain) {
  test(`plain: ${JSON.stringify(argv)}`, async () => {
    assert.equal(await convert(argv), { ...absent, ...values });
    const checked = await checkFlags(splitArguments(argv, options).flags, options);
    for (const [name, value] of Object.entries(values)) assert.equal(checked[name], value);
  });
}

const refusals: readonly [string[], Parameters<typeof refusal>[0], string][] = [
  [
    ['--memory', 'x'],
    'FLAG_VALUE_INVALID',
    `invalid argument "x" for "-m, --memory" flag: invalid size: 'x'`,
  ],
  [
    ['--pids', '1.5'],
    'FLAG_VALUE_INVALID',
    'invalid argument "1.5" for "--pids" flag: strconv.ParseInt: parsing "1.5": invalid syntax',
  ],
  [
    ['--pull', 'sometimes'],
    'FLAG_VALUE_INVALID',
    'invalid argument "sometimes" for "--pull" flag: must be one of "always", "never"',
  ],
  [
    ['--restart', 'always', '--rm'],
    'FLAGS_CONFLICT',
    'conflicting options: cannot specify both --restart and --rm',
  ],
];
for (const [argv, code, sentence] of refusals) {
  test(`${argv.join(' ')} is refused`, async () => {
    const error = await refusal(code, () => convert(argv));
    assert.is(error.message, sentence);
    assert.is(error.exitCode, 125);
  });
}

test('a required flag that is missing', async () => {
  const required: Options = { bundle: { type: 'string', demandOption: true, describe: '' } };
  const error = await refusal('FLAG_MISSING', () => convertFlags([], required));
  assert.is(error.message, 'required flag(s) "bundle" not set');
  assert.equal(await convertFlags([['bundle', 'x']], required), { bundle: 'x' });
});

test('what a value is converted with sees the real process', async () => {
  const cwd: Options = { at: { type: 'string', coerce: () => process.cwd(), describe: '' } };
  const own = [process.stdout, process.stderr];
  assert.equal(await convertFlags([['at', 'x']], cwd), { at: process.cwd() });
  assert.ok(process.stdout === own[0] && process.stderr === own[1]);
});

test.run();
