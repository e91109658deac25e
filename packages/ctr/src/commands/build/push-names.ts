import { CliError } from '@ctrkit/cli-kit';
import type { Context, ProgressMode } from '@ctrkit/cli-kit';
import { pushImage } from '@ctrkit/engine';
import type { Engine } from '@ctrkit/engine';
import { formatReference, parseReference } from '@ctrkit/oci';
import type { BuildProgressMode } from '../build-progress/build-progress-option.ts';

/** Requires a name to push by, in docker's words: before anything is built. Throws CliError. */
export function requireName(names: readonly string[]): void {
  if (names.length > 0) return;
  throw new CliError('USAGE', 'tag is needed when pushing to registry', {
    hint: 'name it: --tag REGISTRY/NAME',
    exitCode: 1,
    pointer: 'none',
  });
}

const progressModes: Partial<Record<BuildProgressMode, ProgressMode>> = {
  auto: 'auto',
  tty: 'auto',
  quiet: 'none',
  rawjson: 'json',
};

/** Brings what was built to the registries that its names say. Throws what `pushImage` throws. */
export async function pushNames(
  engine: Engine,
  names: readonly string[],
  mode: BuildProgressMode,
  { stderr, signal, progress: show }: Pick<Context, 'stderr' | 'signal' | 'progress'>,
): Promise<void> {
  const full = new Set(names.map((name) => formatReference(parseReference(name))));
  const isTold = mode !== 'quiet' && mode !== 'rawjson';
  for (const name of full) {
    if (isTold) stderr.write(`pushing ${name}\n`);
    const progress = show(progressModes[mode] ?? 'plain');
    try {
      await pushImage(engine, name, {
        signal,
        onEvent: progress.event,
        onPushed: ({ digest, size }) => {
          progress.stop();
          if (isTold) stderr.write(`pushed ${name}: digest: ${digest} size: ${size}\n`);
        },
      });
    } finally {
      progress.stop();
    }
  }
}
