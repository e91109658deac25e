import type { BuildEvent, Step } from '@ctrkit/build';
import type { Digest } from '@ctrkit/oci';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
export type StepEvent = Without<Extract<BuildEvent, { readonly step: Step }>, 'step'>;

/** The steps of a build of one stage, or of stages in order. */
export function stepsOf(
  ...stages: readonly (readonly [stage: string, texts: readonly string[]])[]
): Step[] {
  const total = stages.flatMap(([, texts]) => texts).length;
  let number = 0;
  return stages.flatMap(([stage, texts]) =>
    texts.map((text, at) => ({
      number: (number += 1),
      total,
      stage,
      numberInStage: at + 1,
      totalInStage: texts.length,
      text,
    })),
  );
}

export function digestOf(short: string): Digest {
  return `sha256:${short.padEnd(64, '0')}` as Digest;
}

export function output(text: string, stream: 'stdout' | 'stderr' = 'stdout'): StepEvent {
  return { type: 'output', stream, bytes: Buffer.from(text) };
}

/** What happens in a step, from its start on; the last is its end. */
export function during(step: Step | undefined, ...events: StepEvent[]): BuildEvent[] {
  if (step === undefined) throw new Error('no such step');
  return [{ type: 'step-started', step }, ...events.map((event) => ({ ...event, step }))];
}

export function done(short: string | undefined, isCached = false): StepEvent {
  return {
    type: 'step-done',
    isCached,
    imageId: () => (short === undefined ? undefined : digestOf(short)),
  };
}
