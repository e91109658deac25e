/** What can be told a signal: a container, or anything else that runs. */
export interface Signalled {
  kill: (signal: NodeJS.Signals) => unknown;
}

// Those that a person or a supervisor sends to a program. What the kernel sends about a program itself is not among them.
const passed = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGCONT',
  'SIGWINCH',
] as const;

/** Passes the signals that this process gets on to another, until released. */
export function passSignals(to: Signalled): Disposable {
  const releases = passed.map((signal) => {
    const pass = (): void => {
      to.kill(signal);
    };
    process.on(signal, pass);
    return () => process.off(signal, pass);
  });
  return {
    [Symbol.dispose]: () => {
      for (const release of releases) release();
    },
  };
}
