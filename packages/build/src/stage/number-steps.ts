import type { Step } from '../build-event.ts';
import type { PlannedStage } from './plan-stages.ts';

const count = ({ stage }: PlannedStage): number => 1 + stage.instructions.length;

/** The steps of the stages that are needed, by stage: its FROM first, then its instructions. */
export function numberSteps(
  stages: readonly PlannedStage[],
  needed: ReadonlySet<number>,
): ReadonlyMap<number, readonly Step[]> {
  const built = stages.filter(({ index }) => needed.has(index));
  const total = built.reduce((sum, one) => sum + count(one), 0);
  let number = 0;
  return new Map(
    built.map((planned) => {
      const texts = [planned.stage.from, ...planned.stage.instructions].map(({ text }) => text);
      const steps = texts.map((text, index): Step => {
        number += 1;
        const numberInStage = index + 1;
        return { number, total, stage: planned.name, numberInStage, totalInStage: count(planned), text }; // prettier-ignore
      });
      return [planned.index, steps];
    }),
  );
}
