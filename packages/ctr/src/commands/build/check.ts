import { lintDockerfile } from '@ctrkit/build';
import type { BuildArguments, Dockerfile, LintResult } from '@ctrkit/build';
import { excerptText } from '../build-progress/excerpt.ts';

/** What the checks of a Dockerfile found, as BuildKit tells it. */
export function checkText(dockerfile: Dockerfile, { findings, isError }: LintResult): string {
  const head = findings.length === 0 ? 'Check complete, no warnings found.' : countText(findings.length, isError); // prettier-ignore
  const told = findings.map(
    ({ rule, message, description, url, range }) =>
      `\nWARNING: ${rule} - ${url}\n${description}\n${message}\n${excerptText(dockerfile, range)}`,
  );
  return [`${head}\n`, ...told].join('');
}

function countText(count: number, isError: boolean): string {
  const found = `${count} warning${count === 1 ? ' has' : 's have'} been found!`;
  return `Check complete, ${found}${isError ? ' They count as errors: "# check=error=true".' : ''}`;
}

/** Checks a Dockerfile. Throws BuildError. */
export function check(dockerfile: Dockerfile, buildArguments: BuildArguments): LintResult {
  return lintDockerfile(dockerfile, { buildArguments });
}
