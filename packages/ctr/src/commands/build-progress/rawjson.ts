import { printable } from '@ctrkit/cli-kit';
import type { BuildEvent } from '@ctrkit/build';
import type { Renderer } from './renderer.ts';

/**
 * One NDJSON line an event, with its moment (`time`, RFC 3339); what a container wrote is `data`, in base64, as BuildKit has it. The
 * last line of a build that failed is an event of type `error`.
 */
export function rawjsonRenderer(clock: () => Date = () => new Date()): Renderer {
  const line = (record: object): string =>
    `${printable(JSON.stringify({ time: clock().toISOString(), ...record }))}\n`;
  return {
    event: (event) => line(recordOf(event)),
    end: (error) => (error === undefined ? '' : line({ type: 'error', ...errorRecord(error) })),
  };
}

function recordOf(event: BuildEvent): object {
  if (event.type !== 'output') return event;
  const { bytes, ...rest } = event;
  return { ...rest, data: Buffer.from(bytes).toString('base64') };
}

interface Coded {
  readonly message: string;
  readonly code: string;
  readonly exitCode: number;
  readonly range: object;
}

function errorRecord(error: unknown): object {
  const { message, code, exitCode, range } = error as Partial<Coded>;
  return { message: message ?? String(error), code, exitCode, range };
}
