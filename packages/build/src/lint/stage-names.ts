import type { Dockerfile } from '../dockerfile/instruction.ts';
import type { Report } from './finding.ts';

const reserved: ReadonlySet<string> = new Set(['context', 'scratch']);

/** DuplicateStageName, ReservedStageName. */
export function lintStageNames({ stages }: Dockerfile, report: Report): void {
  const seen = new Set<string>();
  for (const { from } of stages) {
    const { as } = from;
    if (as === undefined) continue;
    if (reserved.has(as)) {
      const message = `Stage name should not use the same name as reserved stage "${as}"`;
      report.add('ReservedStageName', from, message);
    }
    if (seen.has(as)) {
      const message = `Duplicate stage name "${as}", stage names should be unique`;
      report.add('DuplicateStageName', from, message);
    }
    seen.add(as);
  }
}
