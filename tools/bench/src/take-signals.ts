/**
 * A signal that comes with Ctrl-C, an order to end, the end of the standard input, which the one who started us holds
 * open as long as he lives, or when nobody reads the output any more. Disposing gives these back their old meaning.
 */
export function takeSignals(): AbortSignal & Disposable {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const { stdin, stdout, stderr } = process;
  const stop = (): void => controller.abort(new Error('stopped'));
  for (const name of names) process.on(name, stop);
  for (const stream of [stdin, stdout, stderr]) stream.on('error', stop);
  stdin.on('end', stop).resume();
  return Object.assign(controller.signal, {
    [Symbol.dispose]() {
      for (const name of names) process.off(name, stop);
      stdin.off('end', stop).pause();
      stdin.unref();
    },
  });
}
