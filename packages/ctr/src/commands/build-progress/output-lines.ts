import { StringDecoder } from 'node:string_decoder';
import { printableLine } from '@ctrkit/cli-kit';

/** The longest line that is kept together. */
const LONGEST = 8 * 1024;
// Colours move nothing, but nobody would switch them off again.
// oxlint-disable-next-line no-control-regex
const COLOUR = /\u001b\[[\d;:]*m/g;

/** Output of a container as lines that are safe to show: what would move the cursor is written as an escape. */
export interface OutputLines {
  /** The lines that are complete with these bytes. */
  add(bytes: Uint8Array): string[];
  /** What is left without a line end. */
  rest(): string[];
}

export function outputLines(): OutputLines {
  const decoder = new StringDecoder('utf8');
  let open = '';
  return {
    add: (bytes) => {
      const pieces = (open + decoder.write(Buffer.from(bytes))).split('\n');
      open = pieces.pop() ?? '';
      if (open.length > LONGEST) {
        pieces.push(open);
        open = '';
      }
      return pieces.map(safeLine);
    },
    rest: () => {
      const left = open + decoder.end();
      open = '';
      return left === '' ? [] : [safeLine(left)];
    },
  };
}

// A progress bar that draws itself again and again is what it was at last.
function safeLine(line: string): string {
  const drawn = line.replace(/\r+$/, '').replace(/^.*\r/s, '');
  return printableLine(drawn.replace(COLOUR, '').replaceAll('\t', '    '));
}
