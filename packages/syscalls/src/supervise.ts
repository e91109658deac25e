import type { Operation } from './operations/index.ts';
import { streamKinds } from './operations/supervise.ts';

/** Which of the supervisor's own standard streams are a client's. */
export interface Attached {
  readonly stdin?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
}

/** How a program is supervised. */
export interface SuperviseOptions {
  /** What the rest of the plan makes: a container, or one more process of it. @default 'launch' */
  readonly mode?: 'launch' | 'enter';
  /** The supervisor's own streams, pipes, or a terminal, which the plan makes. @default 'inherited' */
  readonly streams?: keyof typeof streamKinds;
  /** The program's stdin where it is not inherited: none, one that ends with its first client's, or one that stays. @default 'none' */
  readonly input?: 'none' | 'once' | 'open';
  /** @default { stdout: true, stderr: true } */
  readonly attached?: Attached;
  /** Whether the program ends with the author of the plan. @default true */
  readonly tied?: boolean;
  /** What a client at a terminal types to leave without ending anything. @default none */
  readonly detachKeys?: Uint8Array;
}

/** Attached streams as the bits of an operation. */
export function streamBits({ stdin = false, stdout = false, stderr = false }: Attached): number {
  return Number(stdin) | (Number(stdout) << 1) | (Number(stderr) << 2);
}

/** The operation by which a helper becomes the parent of a program: what follows it makes that program. */
export function supervise(options: SuperviseOptions = {}): Operation {
  const { mode = 'launch', streams = 'inherited', input = 'none', tied = true } = options;
  return {
    op: 'supervise',
    mode,
    streams: streamKinds[streams],
    input: input === 'none' ? 0 : 1,
    once: input === 'once' ? 1 : 0,
    attached: streamBits(options.attached ?? { stdout: true, stderr: true }),
    tied: tied ? 1 : 0,
    detachKeys: options.detachKeys ?? new Uint8Array(),
  };
}
