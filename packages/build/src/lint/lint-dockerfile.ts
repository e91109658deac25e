import { hostPlatform } from '@ctrkit/oci';
import { globalArguments, platformArguments } from '../dockerfile/arguments.ts';
import type { Dockerfile } from '../dockerfile/instruction.ts';
import { lineRange } from '../dockerfile/source-error.ts';
import { lintCasing } from './casing.ts';
import { parseCheckOptions } from './check-options.ts';
import { lintDescriptions } from './descriptions.ts';
import { createReport } from './finding.ts';
import type { Finding, Report } from './finding.ts';
import { lintFromWords } from './from-words.ts';
import { lintStageNames } from './stage-names.ts';
import { lintStages } from './stages.ts';
import type { LintOptions } from './lint-options.ts';

export interface LintResult {
  /** In the order of the lines. */
  readonly findings: readonly Finding[];
  /** Whether `error=true` was asked for and there is one. */
  readonly isError: boolean;
}

/**
 * What BuildKit's linter says of a Dockerfile (`build --check`). Throws BuildError ARGUMENT_INVALID for check options that are none, and
 * DOCKERFILE_INVALID where an ARG before the first FROM cannot be expanded.
 * https://docs.docker.com/reference/build-checks/
 */
export function lintDockerfile(dockerfile: Dockerfile, options: LintOptions = {}): LintResult {
  const here = hostPlatform();
  const { platforms = { build: here, target: here }, buildArguments = new Map() } = options;
  const check = parseCheckOptions(options.check ?? dockerfile.directives.check ?? '');
  const report = createReport(dockerfile, check);
  const predefined = platformArguments(platforms, dockerfile.stages.at(-1)?.from.as);
  const globals = globalArguments(dockerfile, predefined, buildArguments);
  lintEmptyLines(dockerfile, report);
  lintCasing(dockerfile, report);
  lintDescriptions(dockerfile, report);
  lintStageNames(dockerfile, report);
  lintFromWords(dockerfile, globals, predefined, report);
  lintStages(dockerfile, globals, { ...options, buildArguments }, report);
  const { findings } = report;
  return { findings, isError: check.error && findings.length > 0 };
}

function lintEmptyLines(dockerfile: Dockerfile, report: Report): void {
  for (const line of dockerfile.emptyLines) {
    const range = lineRange(dockerfile, line);
    report.add('NoEmptyContinuation', { range }, 'Empty continuation line');
  }
}
