import type { Variables } from '@ctrkit/oci';
import type { BuildArguments, Platforms } from '../dockerfile/arguments.ts';

export interface LintOptions {
  /** @default this machine's, for both */
  readonly platforms?: Platforms;
  readonly buildArguments?: BuildArguments;
  /** In place of what the Dockerfile's `# check=` says. */
  readonly check?: string;
  /** The variables of an image; undefined: not known, and what is used of them is not held against anyone. */
  readonly variablesOf?: (image: string) => Variables | undefined;
  /** Whether a path of the context is ignored, for `.` all of it. @default nothing is */
  readonly isIgnored?: (path: string) => boolean;
}
