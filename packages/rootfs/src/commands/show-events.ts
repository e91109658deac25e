import type { Progress } from '@ctrkit/cli-kit';
import type { OnEvent } from '../events.ts';

/** Layers go to the progress; what was left out is told once for all of its kind. */
export function showEvents(progress: Progress): { onEvent: OnEvent; finish: () => void } {
  const dropped = new Map<string, number>();
  return {
    onEvent: (event) => {
      if (event.type === 'layer') progress.event(event);
      else dropped.set(event.what, (dropped.get(event.what) ?? 0) + 1);
    },
    finish: () => {
      for (const [what, count] of dropped) {
        progress.event({
          type: 'message',
          text: `left out: ${count} ${what}${count === 1 ? '' : 's'}`,
        });
      }
    },
  };
}
