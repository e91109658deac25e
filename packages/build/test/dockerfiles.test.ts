/** Our builder beside what docker's classic builder and BuildKit have answered to the same Dockerfiles. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEngine } from '@ctrkit/engine';
import { openImageStore } from '@ctrkit/image-store';
import { assertNothingLeft, needs, snapshotHost, temporaryDirectory } from '@ctrkit/testing';
import { answerFrom, ask, caseGroups, readAnswers, readBases, writeBases } from '@ctrkit/tool-compare'; // prettier-ignore
import type { Answer, Answers, CaseGroup } from '@ctrkit/tool-compare';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { difference } from './dockerfiles/comparable.ts';
import { differences } from './dockerfiles/differences.ts';
import { ourBuilder } from './dockerfiles/our-builder.ts';
import { page, rendered } from './dockerfiles/write-differences.ts';

/** Fails unless ours is BuildKit's answer, or differs from it as the table of differences says. */
function hold(ours: Answer, answers: Answers, name: string): void {
  const [buildkit, classic] = [answerFrom(answers, 'buildkit'), answerFrom(answers, 'classic')];
  if (buildkit === undefined) throw new Error(`${name}: no answer is kept; npm run compare`);
  // A command that fails gives its code to the build; BuildKit's clients end with 1 whatever it was.
  if (ours.code !== 0 && classic !== undefined && classic.code !== 0) {
    assert.is(ours.code, classic.code, name);
  }
  const differs = difference(ours, buildkit);
  const meant = differences.get(name);
  if (meant === undefined) {
    assert.equal(differs, [], `${name}: ${JSON.stringify(ours)}`);
  } else if (meant.ours === 'as the classic builder') {
    if (classic === undefined) throw new Error(`${name}: the classic builder was not asked`);
    assert.equal(difference(ours, classic), [], `${name}: ${JSON.stringify(ours)}`);
    assert.not.equal(differs, [], `${name}: is no difference any more`);
  } else assert.equal(differs, meant.ours, `${name}: ${JSON.stringify(ours)}`);
}

async function holdGroup(group: CaseGroup): Promise<void> {
  await using base = await temporaryDirectory();
  const engine = openEngine({ root: join(base.path, 'root'), run: join(base.path, 'run') });
  const store = await openImageStore(engine);
  const layouts = join(base.path, 'bases');
  for (const name of await writeBases(layouts)) await store.import(join(layouts, name), { name });
  const [bases, builder, { answers }] = [await readBases(), ourBuilder(engine), readAnswers(group.name)]; // prettier-ignore
  const failed: string[] = [];
  for (const one of group.cases) {
    try {
      const ours = await ask(builder, one, join(base.path, 'case'), bases);
      hold(ours, answers[one.name] ?? {}, `${group.name}: ${one.name}`);
    } catch (error) {
      failed.push(error instanceof Error ? error.message : String(error));
    }
  }
  assert.equal(failed, []);
}

test('every difference is one of a case that there is', () => {
  const names = caseGroups.flatMap(({ name, cases }) => cases.map((one) => `${name}: ${one.name}`));
  assert.equal(
    [...differences.keys()].filter((name) => !names.includes(name)),
    [],
  );
  assert.is(new Set(names).size, names.length);
});

test('the page on the differences says what the table says', async () => {
  assert.fixture(readFileSync(page, 'utf8'), await rendered());
});

if (needs('root', 'cgroup', 'overlay', 'file:/bin/busybox', 'command:skopeo')) {
  for (const group of caseGroups) {
    test(`${group.name}: ${group.about}`, async () => {
      const before = await snapshotHost();
      await holdGroup(group);
      await assertNothingLeft(before);
    });
  }
}

test.run();
