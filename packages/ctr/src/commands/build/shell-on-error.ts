import type { BuildOptions } from '@ctrkit/build';
import type { Output } from '@ctrkit/cli-kit';
import { forkContainer, startContainer } from '@ctrkit/engine';
import type { Engine } from '@ctrkit/engine';
import { passOrResize } from '../terminal-signals.ts';

/** A shell on the files of a RUN that failed, as it left them; the build goes on to fail when it ends. */
export function shellOnError(engine: Engine, stderr: Output): BuildOptions['onFailure'] {
  return async ({ step, containerId, exitCode }) => {
    stderr.write(
      `\nStep ${step.number} ended with ${exitCode}. This is a shell on its files; the build ends with it.\n`,
    );
    const id = await forkContainer(engine, containerId, {
      entrypoint: '',
      command: ['/bin/sh'],
      terminal: true,
      stdin: 'once',
      autoRemove: true,
    });
    const shell = await startContainer(engine, id, { output: 'inherit', input: 'inherit' });
    if (shell === undefined) return;
    using _resizing = passOrResize(shell, false);
    await shell.wait();
  };
}
