import { caseGroups, readAnswers } from '@ctrkit/tool-compare';
import type { DockerfileCase } from '@ctrkit/tool-compare';
import { differences } from './differences.ts';
import type { Difference } from './differences.ts';

const introduction = `# Where a build of ours is not docker's

\`ctr build\` is held against the answers that docker's classic builder and BuildKit gave to COUNT Dockerfiles
([tools/compare](../tools/compare)): exit, configuration, files. Where the two differ, ours is as BuildKit, but for
what stands here. This page is made from packages/build/test/dockerfiles/differences.ts
by \`npx tsx --conditions=@ctrkit/source packages/build/test/dockerfiles/write-differences.ts\`; a test holds it to that, and that to what ours does.

Everywhere:

- Ours are the same on every machine and at every hour: what a build makes up itself (a directory on the way to a file, one of WORKDIR) has no
  time of the clock.
- A RUN that fails gives its exit code to the build, as with the classic builder; BuildKit's clients end with 1.
- \`ArgsEscaped\`, which only Windows reads, is not written.
- FROM and \`from=\` take the id of an image that is here, or its beginning, as the classic builder's FROM does. What is only digits
  is none: as with BuildKit it is a stage in \`from=\`, and a repository in FROM (where 12 digits or more may be an id).
- What an error says is ours. That it is one is compared.
`;

function caseOf(name: string): DockerfileCase {
  const [group = '', ...rest] = name.split(': ');
  const cases = caseGroups.find((one) => one.name === group)?.cases ?? [];
  const found = cases.find((one) => one.name === rest.join(': '));
  if (found === undefined) throw new Error(`${name}: no such case`);
  return found;
}

/** The lines that matter, in one cell of a table. */
function shown(dockerfile: string): string {
  const lines = dockerfile
    .trim()
    .split('\n')
    .map((line) => line.replaceAll('|', '\\|'));
  return lines.map((line) => `\`${line}\``).join('<br>');
}

function section(title: string, isMeant: boolean): string {
  const entries = [...differences].filter(([, one]) => one.isMeant === isMeant);
  if (entries.length === 0) return '';
  const reasons = new Map<string, [string, Difference][]>();
  for (const entry of entries) {
    reasons.set(entry[1].why, [...(reasons.get(entry[1].why) ?? []), entry]);
  }
  const rows = [...reasons].map(
    ([why, all]) => `| ${why} | ${all.map(([name]) => shown(caseOf(name).dockerfile)).join('<br><br>')} |`, // prettier-ignore
  );
  return `\n## ${title}\n\n| | Dockerfile |\n| --- | --- |\n${rows.join('\n')}\n`;
}

/** The page on all differences, and from whose answers. */
export function renderDifferences(): string {
  const count = caseGroups.reduce((sum, { cases }) => sum + cases.length, 0);
  const { versions } = readAnswers('copy');
  const asked = `\nAsked were: ${versions.classic}; ${versions.buildkit}.\n`;
  return [
    introduction.replace('COUNT', String(count)),
    asked,
    section('Meant', true),
    section('Not yet', false),
  ].join('');
}
