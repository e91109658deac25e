import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { runDirectory } from './engine.ts';
import type { Engine } from './engine.ts';

/** How a container ended, as its supervisor says it. */
export interface ObservedExit {
  readonly code: number;
  readonly signal: number;
  readonly oomKilled: boolean;
}

/** A line to the supervisor of a running container. */
export interface SupervisorConnection extends Disposable {
  /** Sends a signal to the container's first process, and to nobody else; resolves when it is sent. */
  signal: (number: number) => Promise<void>;
  /** Resolves when the container has ended and that is recorded; undefined where the supervisor was killed. */
  readonly ended: Promise<ObservedExit | undefined>;
}

// The path of a socket has at most 107 bytes (unix(7)), and the directory may lie deep: by its descriptor.
async function open(directory: string): Promise<Socket | undefined> {
  let descriptor: number;
  try {
    descriptor = openSync(directory, 'r');
  } catch {
    return undefined; // it ended meanwhile
  }
  const socket = connect(`/proc/self/fd/${descriptor}/attach`);
  socket.on('error', () => {});
  try {
    await once(socket, 'connect');
    return socket;
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

type Word = { readonly event: string } & Partial<ObservedExit>;

/** Connects to who looks after a container; undefined where nobody does: it does not run, or not yet. */
export async function connectSupervisor(
  engine: Engine,
  id: string,
): Promise<SupervisorConnection | undefined> {
  const socket = await open(runDirectory(engine, id));
  if (socket === undefined) return undefined;
  const waiting: (() => void)[] = [];
  const ended = new Promise<ObservedExit | undefined>((resolve) => {
    let rest = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.filter((text) => text !== '')) {
        const { event, ...exit } = JSON.parse(line) as Word;
        if (event === 'signalled') waiting.shift()?.();
        if (event === 'exited') resolve(exit as ObservedExit);
      }
    });
    socket.on('close', () => {
      resolve(undefined);
      for (const done of waiting) done();
    });
  });
  // No streams and no keys: one who only listens.
  socket.write(Buffer.from(['a'.charCodeAt(0), 0, 0]));
  return {
    ended,
    signal: (number) =>
      new Promise((resolve) => {
        if (socket.destroyed) resolve();
        else {
          waiting.push(resolve);
          socket.write(Buffer.from(['s'.charCodeAt(0), number]));
        }
      }),
    [Symbol.dispose]: () => socket.destroy(),
  };
}
