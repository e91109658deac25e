import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDebianRegistry } from '@ctrkit/testing';
import { cgroupParent, watchStrays, workDirectory } from '@ctrkit/tool-bench';
import { answersOf } from './ask-group.ts';
import { readAnswers, writeAnswers } from './answer-files.ts';
import { pushBases, readBases } from './bases.ts';
import { caseGroups } from './cases/index.ts';
import { startBuilders } from './start-builders.ts';

const usage = `Usage:  npm run compare -- [OPTIONS]

Asks docker's classic builder and BuildKit, each where it is installed, for what the tables say, and keeps their answers

Options:
      --only string   Only this group, repeatable
      --case string   Only this case, repeatable
`;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h', default: false },
    only: { type: 'string', multiple: true, default: [] },
    case: { type: 'string', multiple: true, default: [] },
  },
});

async function compare(): Promise<void> {
  await using work = await workDirectory(tmpdir());
  await using cgroup = cgroupParent('compare');
  await using _strays = watchStrays();
  await using registry = await startDebianRegistry();
  const images = await pushBases(join(work.path, 'bases'), registry.origin);
  await using builders = await startBuilders(work.path, {
    registry: registry.host,
    cgroup: cgroup.name,
    images,
    say,
  });
  const bases = await readBases();
  const wanted = caseGroups.filter(({ name }) => values.only.length === 0 || values.only.includes(name)); // prettier-ignore
  for (const group of wanted) {
    const kept = readAnswers(group.name);
    const isWanted = (name: string): boolean => values.case.length === 0 || values.case.includes(name); // prettier-ignore
    const file = await answersOf(group, kept, { builders: builders.all, isWanted, directory: work.path, bases }); // prettier-ignore
    await writeAnswers(group.name, file);
    say(`${group.name}: ${Object.keys(file.answers).length} kept`);
  }
}

if (values.help) process.stdout.write(usage);
else await compare();
