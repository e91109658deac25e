/** A signal that comes with Ctrl-C or an order to end; disposing gives these back their old meaning. */
export function takeSignals(): AbortSignal & Disposable {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (): void => controller.abort(new Error('stopped'));
  for (const name of names) process.on(name, onSignal);
  return Object.assign(controller.signal, {
    [Symbol.dispose]() {
      for (const name of names) process.off(name, onSignal);
    },
  });
}
