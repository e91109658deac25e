import { printableLine } from '@ctrkit/cli-kit';
import type { Step } from '@ctrkit/build';

/** A step as BuildKit names it: `[2/3] RUN echo hi`, and with its stage where there are several: `[build 2/3] RUN echo hi`. */
export function stepName({ stage, numberInStage, totalInStage, total, text }: Step): string {
  const width = String(totalInStage).length;
  const number = `${String(numberInStage).padStart(width)}/${totalInStage}`;
  const name = /^\d+$/.test(stage) ? `stage-${stage}` : stage;
  const where = totalInStage === total ? number : `${name} ${number}`;
  return `[${printableLine(where)}] ${printableLine(text)}`;
}
