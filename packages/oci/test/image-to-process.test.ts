import { defaultPath, imageToProcess, parseImageConfig } from '@ctrkit/oci';
import type { ProcessOverrides } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf, errorOf } from './code-of.ts';
import { imageConfig, json } from './documents.ts';

function convert(
  config: Record<string, unknown>,
  overrides: ProcessOverrides = {},
): ReturnType<typeof imageToProcess> {
  return imageToProcess(parseImageConfig(json(imageConfig({ Cmd: ['sh'], ...config }))), overrides);
}

const both = { Entrypoint: ['/entry', '-x'], Cmd: ['a', 'b'] };

for (const [what, config, overrides, args] of [
  ['the command', { Cmd: ['a', 'b'] }, {}, 'a b'],
  ['entrypoint and command', both, {}, '/entry -x a b'],
  ['the entrypoint alone', { Entrypoint: ['/entry'], Cmd: [] }, {}, '/entry'],
  ['arguments replace the command', both, { cmd: ['c'] }, '/entry -x c'],
  ['no arguments do not', both, { cmd: [] }, '/entry -x a b'],
  ['another entrypoint drops the command', both, { entrypoint: '/other' }, '/other'],
  ['another entrypoint with arguments', both, { entrypoint: '/o', cmd: ['c'] }, '/o c'],
  ['an entrypoint of several words', both, { entrypoint: ['a', 'b'] }, 'a b'],
  ['no entrypoint, with arguments', both, { entrypoint: '', cmd: ['c', 'd'] }, 'c d'],
  ['an empty list is no entrypoint', both, { entrypoint: [], cmd: ['c'] }, 'c'],
  ['an image whose entrypoint is empty', { ...both, Entrypoint: [''] }, {}, 'a b'],
  ['an image with arguments only', { Entrypoint: null, Cmd: null }, { cmd: ['c'] }, 'c'],
] as const) {
  test(`args: ${what}`, () => {
    assert.is(convert(config, overrides).args.join(' '), args);
  });
}

for (const [what, config, overrides] of [
  ['an image without a command', { Cmd: null }, {}],
  ['an image with empty lists', { Cmd: [], Entrypoint: [] }, {}],
  ['--entrypoint "" on an image with a command', { Cmd: ['sh'] }, { entrypoint: '' }],
  ['--entrypoint "" on an image with both', both, { entrypoint: [''] }],
] as const) {
  test(`nothing to run: ${what}`, () => {
    const error = errorOf(() => convert(config, overrides));
    assert.is(error.code, 'NO_COMMAND');
    assert.is(error.message, 'no command specified');
  });
}

const path = `PATH=${defaultPath}`;

for (const [what, config, overrides, env] of [
  ['PATH', {}, {}, [path]],
  ['PATH, HOSTNAME', {}, { hostname: 'h' }, [path, 'HOSTNAME=h']],
  [
    'TERM with a terminal',
    {},
    { hostname: 'h', terminal: true },
    [path, 'HOSTNAME=h', 'TERM=xterm'],
  ],
  [
    "then the image's, then the user's",
    { Env: ['I=1'] },
    { hostname: 'h', env: ['U=2'] },
    [path, 'HOSTNAME=h', 'I=1', 'U=2'],
  ],
  ["the image's PATH in its place", { Env: ['A=1', 'PATH=/x'] }, {}, ['PATH=/x', 'A=1']],
  ["the user's wins", { Env: ['A=1', 'B=2'] }, { env: ['A=3', 'A=4'] }, [path, 'A=4', 'B=2']],
  ['HOSTNAME can be set', {}, { hostname: 'h', env: ['HOSTNAME=x'] }, [path, 'HOSTNAME=x']],
  ['a name alone removes', { Env: ['A=1'] }, { env: ['A', 'NOSUCH', 'PATH'] }, []],
  ['empty, and with =', {}, { env: ['A=', 'B=c=d'] }, [path, 'A=', 'B=c=d']],
  ['__proto__ is a name like others', {}, { env: ['__proto__=1'] }, [path, '__proto__=1']],
] as const) {
  test(`env: ${what}`, () => {
    assert.equal(convert(config, overrides).env, [...env]);
  });
}

test('a variable without a name is refused, and its value not told', () => {
  const error = errorOf(() => convert({}, { env: ['=hunter2'] }));
  assert.is(error.code, 'ENV_INVALID');
  assert.not.match(error.message, 'hunter2');
  assert.is(
    codeOf(() => convert({}, { env: ['A=b\0C=d'] })),
    'ENV_INVALID',
  );
});

test("nothing of this machine's environment is in it", () => {
  process.env['OCI_TEST_SECRET'] = 'secret';
  assert.equal(convert({}, { env: ['OCI_TEST_SECRET'] }).env, [path]);
  delete process.env['OCI_TEST_SECRET'];
});

for (const [workingDir, cwd, expected] of [
  [undefined, undefined, '/'],
  ['', undefined, '/'],
  ['/work', undefined, '/work'],
  ['work', undefined, '/work'],
  ['/work', '/other', '/other'],
  ['/work', '', '/work'],
] as const) {
  test(`cwd: ${workingDir} in the image, ${cwd} by the user`, () => {
    assert.is(convert({ WorkingDir: workingDir }, { cwd }).cwd, expected);
  });
}

test("a relative directory is refused in docker's words", () => {
  const error = errorOf(() => convert({}, { cwd: 'relative' }));
  assert.is(error.code, 'CWD_INVALID');
  assert.is(
    error.message,
    "the working directory 'relative' is invalid, it needs to be an absolute path",
  );
  assert.is(
    codeOf(() => convert({}, { cwd: '/a\0' })),
    'CWD_INVALID',
  );
});

test.run();
