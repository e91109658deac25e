import type { Dockerfile, FromInstruction } from '../dockerfile/instruction.ts';
import { writtenKeyword } from './finding.ts';
import type { Linted, Report } from './finding.ts';

const isLower = (text: string): boolean => text === text.toLowerCase();
const isUpper = (text: string): boolean => text === text.toUpperCase();

/** StageNameCasing, FromAsCasing, ConsistentInstructionCasing. */
export function lintCasing({ stages }: Dockerfile, report: Report): void {
  for (const { from } of stages) lintFrom(from, report);
  const all = stages.flatMap(({ from, instructions }): Linted[] => [from, ...instructions]);
  const words = all.map(writtenKeyword);
  const lower = words.filter(isLower).length;
  const isMostlyLower = lower > words.filter(isUpper).length;
  const [isRight, name] = isMostlyLower ? [isLower, 'lowercase'] : [isUpper, 'uppercase'];
  for (const instruction of all) {
    const word = writtenKeyword(instruction);
    if (isRight(word)) continue;
    const message = `Command '${word}' should match the case of the command majority (${name})`;
    report.add('ConsistentInstructionCasing', instruction, message);
  }
}

function lintFrom(from: FromInstruction, report: Report): void {
  if (from.as === undefined) return;
  const [as = '', name = ''] = from.text.split(/\s+/).slice(-2);
  if (!isLower(name)) {
    report.add('StageNameCasing', from, `Stage name '${name}' should be lowercase`);
  }
  const word = writtenKeyword(from);
  // A FROM that is of no one case is another rule's.
  if ((isLower(word) && !isLower(as)) || (isUpper(word) && !isUpper(as))) {
    report.add('FromAsCasing', from, `'${as}' and '${word}' keywords' casing do not match`);
  }
}
