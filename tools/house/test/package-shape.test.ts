import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkout, shapeFaults } from '@ctrkit/tool-house';
import { madeUp } from './made-up.ts';

const good = {
  name: '@ctrkit/oci',
  license: 'Apache-2.0',
  type: 'module',
  engines: { node: '>=20.19' },
  exports: { '.': './x' },
};

const files = {
  'packages/oci/package.json': good,
  'packages/oci/README.md': '',
  'packages/oci/src/index.ts': '',
  'packages/oci/test/digest.test.ts': '',
  'packages/oci/tsconfig.json': {},
  'tsconfig.json': { references: [{ path: 'packages/oci' }, { path: 'packages/oci/test' }] },
};

async function faultsOfOci(changes: Record<string, string | object>): Promise<string[]> {
  await using made = await madeUp({ ...files, ...changes });
  return shapeFaults(made.path).filter((line) => !line.endsWith(' is missing'));
}

test('a package in good shape has no fault', async () => {
  assert.equal(await faultsOfOci({}), []);
});

test('each lack is named', async () => {
  assert.equal(await faultsOfOci({ 'packages/oci/package.json': { ...good, license: 'MIT' } }), [
    'packages/oci does not say license Apache-2.0',
  ]);
  assert.equal(await faultsOfOci({ 'tsconfig.json': { references: [{ path: 'packages/oci' }] } }), [
    'tsconfig.json does not refer to packages/oci/test',
  ]);
  const depending = { ...good, dependencies: { '@ctrkit/durable': '0.1.0' } };
  assert.is((await faultsOfOci({ 'packages/oci/package.json': depending })).length, 1);
});

test('an empty folder lacks everything', async () => {
  await using made = await madeUp({ 'packages/oci/package.json': {} });
  const found = shapeFaults(made.path);
  assert.ok(found.includes('packages/oci has no README.md'));
  assert.ok(found.includes('packages/oci has no test/*.test.ts'));
  assert.ok(found.includes('packages/ctr is missing'));
});

test('the packages of this checkout are in good shape', () => {
  assert.equal(shapeFaults(checkout), []);
});

test.run();
