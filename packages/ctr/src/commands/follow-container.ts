import type { Output } from '@ctrkit/cli-kit';
import { attachContainer, killContainer } from '@ctrkit/engine';
import type { Engine } from '@ctrkit/engine';
import { passSignals } from '@ctrkit/ns-exec';
import { onResize } from './terminal-signals.ts';

export interface FollowOptions {
  /** Whether our stdin is the container's. */
  readonly input: boolean;
  readonly keys: Uint8Array;
  /** Whether our signals are the container's. */
  readonly proxied: boolean;
}

/** Attaches our streams to a running container until it ends or is left, and returns the exit code of `attach`. */
export async function followContainer(
  engine: Engine,
  name: string,
  { input, keys, proxied }: FollowOptions,
  stderr: Output,
): Promise<number> {
  const attachment = await attachContainer(engine, name, {
    input: input ? 'inherit' : 'none',
    detachKeys: keys,
  });
  using _resizing = onResize(attachment.resize);
  // It may have ended meanwhile: then its exit is on its way.
  const kill = (signal: string): void => void killContainer(engine, name, signal).catch(() => {});
  using _signals = passSignals({
    kill: (signal) => {
      if (signal === 'SIGWINCH') return;
      if (proxied) kill(signal);
      else if (signal !== 'SIGCONT') attachment.close();
    },
  });
  const exit = await attachment.wait();
  if (exit === undefined) return 1;
  if (exit === 'detached') {
    stderr.write('read escape sequence\n');
    return 1;
  }
  for (const warning of exit.warnings) stderr.write(`WARNING: ${warning}\n`);
  return exit.code;
}
