import type { Dockerfile, FromInstruction, Instruction, Stage } from '../dockerfile/instruction.ts';
import type { Range } from '../dockerfile/range.ts';
import type { Script } from './script.ts';

/** An image after all those that it is made of. */
function stagesOf(image: Script, found: Set<Script> = new Set()): Set<Script> {
  const { base, steps } = image;
  const others = [base.image, ...steps.map((step) => step.from)];
  for (const other of others) {
    if (other !== undefined && typeof other !== 'string' && !found.has(other)) stagesOf(other, found); // prettier-ignore
  }
  return found.add(image);
}

/** A script as the Dockerfile that it would be: a line an instruction, each image that it uses a stage. */
export function toDockerfile(image: Script, path: string): Dockerfile {
  const images = [...stagesOf(image)];
  const lines: string[] = [];
  const place = (text: string): Range => {
    const line = lines.push(text);
    return { start: { line, column: 1 }, end: { line, column: text.length + 1 } };
  };
  const nameOf = (other: Script): string => `script-${images.indexOf(other)}`;
  const stages = images.map((one): Stage => {
    const { base, steps } = one;
    const begins = typeof base.image === 'string' ? base.image : nameOf(base.image);
    const from: FromInstruction = {
      keyword: 'FROM',
      text: `FROM ${begins}`,
      range: place(`FROM ${begins}`),
      image: begins,
      platform: base.platform,
      as: nameOf(one),
    };
    const instructions = steps.map(({ instruction, from: other }): Instruction => {
      const range = place(instruction.text);
      const named = other === undefined ? {} : { from: nameOf(other) };
      return { ...instruction, range, ...named };
    });
    return { from, instructions };
  });
  const directives = { syntax: undefined, escape: '\\', check: undefined } as const;
  return { path, lines, directives, args: [], stages, comments: new Map(), emptyLines: [] };
}
