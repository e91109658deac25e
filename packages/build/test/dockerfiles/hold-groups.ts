import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { openEngine } from '@ctrkit/engine';
import { openImageStore } from '@ctrkit/image-store';
import { assertNothingLeft, needs, snapshotHost, temporaryDirectory } from '@ctrkit/testing';
import { answerFrom, ask, caseGroups, readAnswers, readBases, writeBases } from '@ctrkit/tool-compare'; // prettier-ignore
import type { Answers, Answer, CaseGroup } from '@ctrkit/tool-compare';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { difference } from './comparable.ts';
import { differences } from './differences.ts';
import { ourBuilder } from './our-builder.ts';

/** What is wrong with an answer of ours: nothing where it is BuildKit's, or differs from that as the table of differences says. */
function faultsOf(ours: Answer, answers: Answers, name: string): string[] {
  const [buildkit, classic] = [answerFrom(answers, 'buildkit'), answerFrom(answers, 'classic')];
  if (buildkit === undefined) return ['no answer is kept: npm run compare'];
  // A command that fails gives its code to the build; BuildKit's clients end with 1 whatever it was.
  if (ours.code !== 0 && classic !== undefined && classic.code > 1 && ours.code !== classic.code) {
    return [`ends with ${ours.code}, not ${classic.code}`];
  }
  const differs = difference(ours, buildkit);
  const expected = differences.get(name)?.ours ?? [];
  if (expected === 'as the classic builder') {
    if (differs.length === 0) return ['is as BuildKit, which the table of differences denies'];
    return classic === undefined
      ? ['the classic builder was not asked']
      : difference(ours, classic);
  }
  if (isDeepStrictEqual(differs, expected)) return [];
  return differs.length === 0 ? ['is as BuildKit, which the table of differences denies'] : differs;
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
    const name = `${group.name}: ${one.name}`;
    const ours = await ask(builder, one, join(base.path, 'case'), bases);
    const faults = faultsOf(ours, answers[one.name] ?? {}, name);
    const said = 'error' in ours ? [`says ${ours.error}`] : [];
    if (faults.length > 0) failed.push([name, ...faults, ...said].join('\n    '));
  }
  assert.is(failed.join('\n'), '');
}

/** Holds ours to the answers of these tables, one test a table. */
export function holdGroups(...names: readonly string[]): void {
  if (!needs('root', 'cgroup', 'overlay', 'file:/bin/busybox')) return;
  for (const group of caseGroups.filter(({ name }) => names.includes(name))) {
    test(`${group.name}: ${group.about}`, async () => {
      const before = await snapshotHost();
      await holdGroup(group);
      await assertNothingLeft(before);
    });
  }
}
