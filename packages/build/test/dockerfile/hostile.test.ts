import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BuildError, expandInstruction, parseDockerfile } from '../../src/index.ts';
import type { Dockerfile } from '../../src/index.ts';

/** Numbers from 0 to below 1 that are the same in each run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const pieces =
  'FROM|scratch|AS|RUN|COPY|ADD|ENV|ARG|LABEL|ONBUILD|HEALTHCHECK|CMD|EXPOSE|VOLUME|SHELL|USER|WORKDIR|# escape=`|# syntax=x|#|a|b=c|=|"|\'|\\|`|$|${|}|${a:-|:|/|//|%|[|]|["a", "b"]|[1]|,|<<E|<<-E|<<"E"|3<<E|E|--|--mount=|type=cache|--from=x|--link|--interval=1s|NONE|\n|\n|\n|\r\n|\\\n|`\n|\t| | |\u00a0|\ufeff|\u2028|é|😀|__proto__|constructor'.split(
    '|',
  );

function randomText(next: () => number): string {
  const count = Math.floor(next() * 40);
  const pick = (): string => pieces[Math.floor(next() * pieces.length)] ?? '';
  return `${next() < 0.7 ? 'FROM scratch\n' : ''}${Array.from({ length: count }, pick).join(next() < 0.5 ? ' ' : '')}`;
}

const variables = new Map([['a', 'x'.repeat(100)]]);

function expandAll({ stages }: Dockerfile): void {
  for (const { from, instructions } of stages) {
    for (const one of [from, ...instructions]) expandInstruction(one, variables);
  }
}

/** What is not a BuildError comes out of it. */
function read(text: string | Uint8Array): Dockerfile | undefined {
  try {
    const dockerfile = parseDockerfile(Buffer.from(text), 'Dockerfile');
    expandAll(dockerfile);
    return dockerfile;
  } catch (error) {
    if (error instanceof BuildError) return undefined;
    throw error;
  }
}

test('twenty thousand texts of pieces of Dockerfiles: read or refused, ranges where the text stands', () => {
  const next = random(7);
  let count = 0;
  for (let run = 0; run < 20_000; run += 1) {
    const dockerfile = read(randomText(next));
    if (dockerfile === undefined) continue;
    count += 1;
    const { lines, stages } = dockerfile;
    for (const { range, text } of stages.flatMap(({ instructions }) => instructions)) {
      const first = lines[range.start.line - 1]?.slice(range.start.column - 1) ?? '';
      const last = lines[range.end.line - 1]?.slice(0, range.end.column - 1) ?? '';
      assert.is(first.charAt(0), text.charAt(0), text);
      assert.is(last.at(-1), text.at(-1), text);
    }
  }
  assert.ok(count > 1000, `${count} were Dockerfiles`);
});

test('five thousand texts of any bytes', () => {
  const next = random(11);
  for (let run = 0; run < 5000; run += 1) {
    read(Uint8Array.from({ length: Math.floor(next() * 200) }, () => Math.floor(next() * 256)));
  }
});

const hostile: Record<string, string> = {
  'a line of a million continued lines': `FROM a\nRUN ${'a \\\n'.repeat(500_000)}`,
  'a million words': `FROM a\n${`ENV ${'a=1 '.repeat(16_000)}\n`.repeat(20)}`,
  'a million escapes': `FROM a\nRUN ${'\\ '.repeat(30_000)}\n`.repeat(20),
  'quotes without end': `FROM a\n${`ENV a=${'"\\"'.repeat(20_000)}\n`.repeat(20)}`,
  'heredocs in heredocs': `FROM a\n${'RUN <<E <<F\n<<E\nE\nF\n'.repeat(9000)}`,
  'heredocs without end': `FROM a\n${'RUN <<E\n'.repeat(100_000)}`,
  'triggers of triggers': `FROM a\n${'ONBUILD '.repeat(8000)}RUN a\n`,
  'triggers of triggers, continued': `FROM a\n${'ONBUILD \\\n'.repeat(200_000)}RUN a\n`,
  'a million comments': `${'# a\n'.repeat(900_000)}FROM a\n`,
  'a million empty lines in an instruction': `FROM a\nRUN a \\\n${'\n'.repeat(3_000_000)}b\n`,
  'flags without end': `FROM a\nRUN ${'--mount=a '.repeat(6000)}\n`,
  'lists in lists': `FROM a\nRUN ${'['.repeat(60_000)}\n`,
  'substitutions in substitutions': `FROM a\nWORKDIR ${'${a:-'.repeat(12_000)}\n`,
  'a value that doubles': `FROM a\nENV b=${'$a'.repeat(30_000)}\n`,
  'blanks without end': `FROM a\nRUN a${' '.repeat(65_000)}b${' \\'.repeat(100)}\n`,
  'commas without end': `FROM a\nRUN --mount=${','.repeat(65_000)} a\n`,
};

for (const [name, text] of Object.entries(hostile)) {
  test(`${name}: answered in time`, () => {
    const start = process.cpuUsage();
    read(text);
    const { user } = process.cpuUsage(start);
    assert.ok(user < 10e6, `${user} µs`);
  });
}

test.run();
