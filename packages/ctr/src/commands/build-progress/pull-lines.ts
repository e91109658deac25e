import { createProgress } from '@ctrkit/cli-kit';
import type { Progress } from '@ctrkit/cli-kit';
import type { BuildEvent } from '@ctrkit/build';

type ImageEvent = (BuildEvent & { readonly type: 'image' })['event'];

/** What comes of an image, as lines: those that other commands print where there is no terminal. */
export interface PullLines {
  event(event: ImageEvent): string;
  end(): string;
}

// Of an image that is there, nobody waits for more than its files.
const isUnpacked = (event: ImageEvent): boolean =>
  event.type === 'layer' && (event.status === 'unpacking' || event.status === 'done');

export function pullLines(): PullLines {
  let text = '';
  let isPulled = false;
  const write = (data: string | Uint8Array): void => {
    text += String(data);
  };
  const output = { fd: -1, isTerminal: false, write, stream: unused };
  const progress: Progress = createProgress({ mode: 'plain', output });
  const taken = (): string => {
    const written = text;
    text = '';
    return written;
  };
  return {
    event: (event) => {
      isPulled ||= !isUnpacked(event);
      if (!isPulled) return '';
      progress.event(event);
      return taken();
    },
    end: () => {
      progress.stop();
      return taken();
    },
  };
}

function unused(): never {
  throw new Error('lines are written, not streamed');
}
