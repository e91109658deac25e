import type { Dockerfile } from '../dockerfile/instruction.ts';
import type { Linted, Report } from './finding.ts';

/** InvalidDefinitionDescription: the last comment above an ARG or a stage is about it. */
export function lintDescriptions({ args, stages, comments }: Dockerfile, report: Report): void {
  const all = stages.flatMap(({ from, instructions }): Linted[] => [from, ...instructions]);
  for (const instruction of [...args, ...all]) {
    const names = namesOf(instruction);
    const comment = comments.get(instruction.range.start.line)?.at(-1);
    const [first] = names;
    if (first === undefined || comment === undefined) continue;
    if (names.includes(comment.split(' ', 1)[0] ?? '')) continue;
    const example = names.length > 1 ? '<arg_key>' : first;
    const { keyword } = instruction;
    const message = `Comment for ${keyword} should follow the format: \`# ${example} <description>\``;
    report.add('InvalidDefinitionDescription', instruction, message);
  }
}

function namesOf(instruction: Linted): string[] {
  if (instruction.keyword === 'ARG') return instruction.args.map(({ name }) => name);
  return instruction.keyword === 'FROM' && instruction.as !== undefined ? [instruction.as] : [];
}
