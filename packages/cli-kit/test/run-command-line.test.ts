import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CliError, defineCommand, runCommandLine, type Cli, type Command } from '../src/index.ts';
import { memoryOutput } from './memory.ts';

class EngineError extends Error {
  readonly code = 'COMMAND_NOT_FOUND';
  readonly exitCode = 127;
}
let ran: unknown;
const commands: Record<string, Command> = {
  run: defineCommand({
    operands: 'IMAGE [COMMAND] [ARG...]',
    trailing: true,
    errorExitCode: 125,
    pointToHelp: true,
    options: {
      detach: { type: 'boolean', alias: 'd', describe: '' },
      hostname: { type: 'string', alias: 'h', describe: '' },
      root: { type: 'string', describe: '' },
    },
    run({ options, operands: [image, ...command] }) {
      ran = { ...options, image, command };
      if (image === 'missing') return Promise.reject(new EngineError('exec: "x": not found'));
      if (image === 'broken') return Promise.reject(new Error('no layer'));
      if (image === 'usage') return Promise.reject(new CliError('USAGE', 'not both'));
      return Promise.resolve(image === 'seven' ? 7 : undefined);
    },
  }),
  ps: defineCommand({
    options: { all: { type: 'boolean', alias: 'a', describe: '' } },
    run: () => Promise.reject(new Error('no state')),
  }),
  tag: defineCommand({
    operands: 'SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
    run: async ({ operands }) => {
      ran = await Promise.resolve(operands);
    },
  }),
  enter: defineCommand({
    operands: 'DIR -- COMMAND [ARG...]',
    trailing: true,
    options: { version: { type: 'string', alias: 'v', describe: '' } },
    run: async ({ operands, options }) => {
      ran = await Promise.resolve([operands, options.version]);
    },
  }),
};
const entryOf = (name: string): Cli['commands'][number] => ({
  name,
  describe: name,
  load: () => Promise.resolve({ command: commands[name] as Command }),
});
const cli: Cli = {
  name: 'ctr',
  version: '1',
  describe: 'x',
  globalOptions: { root: { type: 'string', describe: '' } },
  commands: ['run', 'ps', 'tag'].map(entryOf),
};

async function call(
  line: string,
  from: Cli = cli,
): Promise<{ code: number; out: string; err: string[] }> {
  ran = undefined;
  const [stdout, stderr] = [memoryOutput(), memoryOutput()];
  const argv = line.split(' ').filter((word) => word !== '');
  const code = await runCommandLine(from, argv, { stdout, stderr, env: {} });
  return { code, out: stdout.text, err: stderr.text.split('\n') };
}

const runUsage = 'Usage:  ctr run [OPTIONS] IMAGE [COMMAND] [ARG...]';
const runHelp = "Run 'ctr run --help' for more information";

// Line by line what docker 28.2.2 says, with our name.
const refusals: readonly [line: string, code: number, err: string[]][] = [
  ['run --nosuchflag busybox', 125, ['unknown flag: --nosuchflag', '', runUsage, '', runHelp, '']],
  [
    'run',
    1,
    [
      "ctr: 'ctr run' requires at least 1 argument",
      '',
      runUsage,
      '',
      "See 'ctr run --help' for more information",
      '',
    ],
  ],
  [
    'ps extra',
    1,
    [
      "ctr: 'ctr ps' accepts no arguments",
      '',
      'Usage:  ctr ps [OPTIONS]',
      '',
      "Run 'ctr ps --help' for more information",
      '',
    ],
  ],
  [
    'tag one',
    1,
    [
      "ctr: 'ctr tag' requires 2 arguments",
      '',
      'Usage:  ctr tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
      '',
      "Run 'ctr tag --help' for more information",
      '',
    ],
  ],
  [
    'nosuchcmd',
    1,
    ['ctr: unknown command: ctr nosuchcmd', '', "Run 'ctr --help' for more information", ''],
  ],
  [
    '--nosuch ps',
    125,
    [
      'unknown flag: --nosuch',
      '',
      'Usage:  ctr [OPTIONS] COMMAND [ARG...]',
      '',
      "Run 'ctr --help' for more information",
      '',
    ],
  ],
  ['run missing', 127, ['ctr: exec: "x": not found', '', runHelp, '']],
  ['run broken', 125, ['ctr: no layer', '', runHelp, '']],
  ['run usage', 125, ['ctr: not both', '', runHelp, '']],
  ['ps', 1, ['ctr: no state', '']],
];
for (const [line, code, err] of refusals) {
  test(`ctr ${line}: ${code}`, async () => assert.equal(await call(line), { code, out: '', err }));
}

test('the code of the command is the code of the program', async () => {
  assert.is((await call('run seven')).code, 7);
  assert.is((await call('run zero')).code, 0);
});

test('what follows the image belongs to the container', async () => {
  await call('run -d -h box busybox sh -c --rm --debug -- --help');
  assert.equal(ran, {
    detach: true,
    hostname: 'box',
    root: undefined,
    image: 'busybox',
    command: ['sh', '-c', '--rm', '--debug', '--', '--help'],
    debug: false,
    'error-format': 'text',
    help: false,
  });
});

test('a global flag in front of the command or after it; the last one counts', async () => {
  for (const line of ['--root /r run x', 'run --root /r x', '--root /q run --root /r x']) {
    await call(line);
    assert.is((ran as { root: string }).root, '/r');
  }
});

test('a command without a name: its own letters, and -- after the directory', async () => {
  const single: Cli = {
    ...cli,
    name: 'ns',
    commands: [],
    fallback: { ...entryOf('enter'), usage: 'DIR' },
  };
  const dir = ['./dir', 'cmd', '-v', '--'];
  for (const [line, expected] of [
    ['-v 1 ./dir -- cmd -v --', [dir, '1']],
    ['./dir cmd -v --', [dir, undefined]],
  ] as const) {
    assert.is((await call(line, single)).code, 0);
    assert.equal(ran, expected);
  }
  const { code, err } = await call('./dir', single);
  assert.is(code, 1);
  assert.is(err[0], "ns: 'ns' requires at least 2 arguments");
});

test('errors as one JSON object, those of flags too', async () => {
  for (const [line, code, errorCode] of [
    ['run --error-format json missing', 127, 'COMMAND_NOT_FOUND'],
    ['--error-format json run --nosuch', 125, 'UNKNOWN_FLAG'],
    ['--error-format=json run', 1, 'WRONG_OPERAND_COUNT'],
    ['--error-format json ps', 1, 'INTERNAL'],
  ] as const) {
    const result = await call(line);
    assert.is(result.code, code);
    assert.is(result.err.length, 2, line);
    const { error } = JSON.parse(result.err[0] ?? '') as { error: { code: string } };
    assert.is(error.code, errorCode);
  }
});

const isFrame = (text: string): boolean => text.startsWith('    at ');
test('--debug shows the stack, and nothing else does', async () => {
  assert.ok((await call('--debug run broken')).err.some(isFrame));
  assert.ok((await call('run -D broken')).err.some(isFrame));
  assert.not((await call('run broken -D')).err.some(isFrame));
});

test('a module of a command that cannot be loaded is told as well', async () => {
  const broken: Cli = {
    ...cli,
    commands: [{ name: 'x', describe: '', load: () => Promise.reject(new Error('no module')) }],
  };
  const { code, err } = await call('x', broken);
  assert.is(code, 1);
  assert.is(err[0], 'ctr: no module');
});

test.run();
