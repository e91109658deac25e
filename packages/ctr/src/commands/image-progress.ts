import type { Progress } from '@ctrkit/cli-kit';
import type { ImageEvent } from '@ctrkit/engine';

/** Shows what happens to an image as progress of a command. */
export function imageProgress(progress: Progress, event: ImageEvent): void {
  progress.event(event);
}
