/** Our builder beside what docker's classic builder and BuildKit have answered to the same Dockerfiles. */
import { readFileSync } from 'node:fs';
import { caseGroups } from '@ctrkit/tool-compare';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { differences } from './dockerfiles/differences.ts';
import { holdGroups } from './dockerfiles/hold-groups.ts';
import { testedGroups } from './dockerfiles/tested-groups.ts';
import { page, rendered } from './dockerfiles/write-differences.ts';

test('every difference is one of a case that there is, and every table is held', () => {
  const names = caseGroups.flatMap(({ name, cases }) => cases.map((one) => `${name}: ${one.name}`));
  assert.equal(
    [...differences.keys()].filter((name) => !names.includes(name)),
    [],
  );
  assert.is(new Set(names).size, names.length);
  const held = Object.values(testedGroups).flat();
  assert.equal(held.toSorted(), caseGroups.map(({ name }) => name).toSorted());
});

test('the page on the differences says what the table says', async () => {
  assert.fixture(readFileSync(page, 'utf8'), await rendered());
});

holdGroups(...testedGroups.dockerfiles);
test.run();
