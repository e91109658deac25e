import { parseImageConfig } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf, errorOf } from './code-of.ts';
import { imageConfig, json } from './documents.ts';

const parse = (value: unknown): unknown => parseImageConfig(json(value));

test('a config with all that it can have', () => {
  const full = {
    ...imageConfig({
      User: '1000:1000',
      ExposedPorts: { '80/tcp': {} },
      Env: ['PATH=/bin', 'EMPTY=', 'A=b=c', 'LINES=a\nb'],
      Entrypoint: ['/entry'],
      Cmd: ['a', ''],
      Volumes: { '/data': {} },
      WorkingDir: '/work',
      Labels: { 'org.example.x': '1' },
      StopSignal: 'SIGINT',
      Shell: ['/bin/sh', '-c'],
      Healthcheck: { Test: ['CMD', 'true'], Interval: 1e9, Timeout: 2, StartPeriod: 3, Retries: 4 },
      OnBuild: ['RUN x'],
      ArgsEscaped: true,
    }),
    variant: 'v8',
    'os.version': '1',
    'os.features': ['x'],
    created: '2026-01-01T00:00:00Z',
    author: 'somebody',
    history: [
      { created: '2026-01-01T00:00:00Z', created_by: 'sh', author: 'a', comment: 'c' },
      { empty_layer: true },
    ],
  };
  assert.equal(parse(full), full);
});

test("docker's own fields and nulls are left out", () => {
  const docker = {
    ...imageConfig({ Hostname: 'x', AttachStdin: false, Cmd: null, Volumes: null, Env: null }),
    container_config: { Cmd: 'what it wants' },
    docker_version: '20.10',
  };
  assert.equal(parse(docker), imageConfig());
});

test('no run config, and the empty image as Go writes it', () => {
  assert.equal(parse(imageConfig(null)), imageConfig());
  const scratch = { ...imageConfig(), rootfs: { type: 'layers', diff_ids: null } };
  assert.equal(parse(scratch), { ...imageConfig(), rootfs: { type: 'layers', diff_ids: [] } });
});

for (const [what, value] of [
  ['a list', []],
  ['no architecture', { ...imageConfig(), architecture: undefined }],
  ['an os that is a number', { ...imageConfig(), os: 1 }],
  ['no rootfs', { ...imageConfig(), rootfs: undefined }],
  ['a rootfs of another type', { ...imageConfig(), rootfs: { type: 'x', diff_ids: [] } }],
  [
    'a diff id that is no digest',
    { ...imageConfig(), rootfs: { type: 'layers', diff_ids: ['x'] } },
  ],
  ['podman#29027: a variable without =', imageConfig({ Env: ['SECRET'] })],
  ['podman#29027: a wildcard', imageConfig({ Env: ['*'] })],
  ['a variable without a name', imageConfig({ Env: ['=x'] })],
  ['a variable with NUL', imageConfig({ Env: ['A=b\0C=d'] })],
  ['an argument with NUL', imageConfig({ Cmd: ['a\0b'] })],
  ['an argument that is a number', imageConfig({ Entrypoint: [1] })],
  ['a command that is a string', imageConfig({ Cmd: 'sh' })],
  ['a working directory with NUL', imageConfig({ WorkingDir: '/a\0' })],
  ['labels that are a list', imageConfig({ Labels: ['a'] })],
  ['a label that is an object', imageConfig({ Labels: { a: {} } })],
  ['a negative interval', imageConfig({ Healthcheck: { Interval: -1 } })],
  ['history that is no list', { ...imageConfig(), history: {} }],
] as const) {
  test(`refused: ${what}`, () => {
    assert.is(
      codeOf(() => parse(value)),
      'CONFIG_INVALID',
    );
  });
}

test('the message names the place and not the value', () => {
  const { message } = errorOf(() => parse(imageConfig({ Env: ['A=b', '=hunter2'] })));
  assert.match(message, 'config.Env[1]');
  assert.not.match(message, 'hunter2');
});

test.run();
