import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BuildError, parseDockerfile } from '../../src/index.ts';
import { brokenDockerfiles } from './broken-dockerfiles.ts';

const recorded = JSON.parse(
  readFileSync(new URL('docker-refusals.json', import.meta.url), 'utf8'),
) as Record<string, string>;

// What BuildKit says since, where it and the recorded dockerd 20.10 differ.
const since: readonly (readonly [RegExp, string])[] = [
  [/Unknown flag: (\S+)/, 'unknown flag: --$1'],
  [/Missing a value on flag: (\S+)/, 'missing a value on flag: --$1'],
  [/Duplicate flag specified: (\S+)/, 'duplicate flag specified: --$1'],
  [/must be at least 1 \(not (\S+)\)/, 'cannot be negative ($1)'],
];

function refusalOf(dockerfile: string): BuildError {
  try {
    parseDockerfile(Buffer.from(dockerfile), 'Dockerfile');
  } catch (error) {
    if (error instanceof BuildError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

for (const [name, dockerfile] of Object.entries(brokenDockerfiles)) {
  test(`${name}: refused in docker's words`, () => {
    const docker = since.reduce(
      (text, [was, is]) => text.replace(was, is),
      recorded[name] ?? 'not recorded',
    );
    const { code, message, range, lines } = refusalOf(dockerfile);
    assert.is(code, 'DOCKERFILE_INVALID');
    assert.is(message, docker);
    const [, line] = / line (\d+):/.exec(docker) ?? [];
    if (line !== undefined) assert.is(range?.start.line, Number(line));
    assert.ok((lines?.length ?? 0) > 0, 'the line is shown');
  });
}

test.run();
