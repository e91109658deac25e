import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { answerFrom, caseGroups, readAnswers } from '@ctrkit/tool-compare';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const directory = fileURLToPath(new URL('../answers', import.meta.url));
const all = caseGroups.flatMap((group) => group.cases.map((one) => ({ group: group.name, one })));

test('every case has the answers of those who know it, and no answer is without a case', () => {
  for (const { group, one } of all) {
    const answers = readAnswers(group).answers[one.name] ?? {};
    assert.ok(answerFrom(answers, 'buildkit'), `${group}: ${one.name}: BuildKit was not asked`);
    const classic = answerFrom(answers, 'classic') !== undefined;
    assert.is(classic || one.modern === true, true, `${group}: ${one.name}: docker was not asked`);
  }
  for (const group of caseGroups) {
    const names = group.cases.map((one) => one.name);
    assert.equal(Object.keys(readAnswers(group.name).answers), names, group.name);
  }
  assert.equal(readdirSync(directory).toSorted(), caseGroups.map(({ name }) => `${name}.json`).toSorted()); // prettier-ignore
});

test('the tables are what was asked for, and stay small enough to read', () => {
  assert.ok(all.length >= 120);
  const bytes = readdirSync(directory).map((name) => statSync(`${directory}/${name}`).size);
  assert.ok(bytes.reduce((sum, size) => sum + size, 0) < 400_000);
});

test('an answer names who gave it, and nothing of the machine that it was given on', () => {
  for (const { name } of caseGroups) {
    const file = readAnswers(name);
    assert.match(file.versions.classic, /^docker \d/);
    assert.match(file.versions.buildkit, /^BuildKit v\d/);
    const text = JSON.stringify(file.answers);
    assert.not.match(text, /\/tmp\/ctrkit|127\.0\.0\.1:\d{4}|sha256:[0-9a-f]{64}/, name);
  }
});

test.run();
