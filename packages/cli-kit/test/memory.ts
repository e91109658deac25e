import { Writable } from 'node:stream';
import type { Output } from '../src/index.ts';

/** An output that keeps what is written. */
export function memoryOutput(settings: { isTerminal?: boolean } = {}): Output & { text: string } {
  const output = {
    fd: -1,
    isTerminal: settings.isTerminal ?? false,
    text: '',
    write: (data: string | Uint8Array) => {
      output.text += typeof data === 'string' ? data : Buffer.from(data).toString();
    },
    stream: () =>
      new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          output.write(chunk);
          done();
        },
      }),
  };
  return output;
}
