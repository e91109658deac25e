import { passSignals } from '@ctrkit/ns-exec';

/** Tells of each change of our terminal's size, until released. */
export function onResize(resize: () => void): Disposable {
  process.on('SIGWINCH', resize);
  return { [Symbol.dispose]: () => void process.off('SIGWINCH', resize) };
}

/** Signals of this process for another, or, where they are not to be passed on, only what its terminal must know. */
export function passOrResize(
  to: { kill: (signal: NodeJS.Signals) => unknown },
  isPassed: boolean,
): Disposable {
  return isPassed ? passSignals(to) : onResize(() => void to.kill('SIGWINCH'));
}
