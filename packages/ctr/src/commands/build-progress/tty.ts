import type { BuildEvent } from '@ctrkit/build';
import { endText } from './plain.ts';
import type { PlainSettings } from './plain.ts';
import type { Renderer } from './renderer.ts';
import { createVertices } from './vertices.ts';
import type { Vertex } from './vertices.ts';

export interface TtySettings extends PlainSettings {
  /** The size of the terminal, in characters. @default 80 by 24 */
  readonly size?: () => { readonly columns: number; readonly rows: number };
}

/** What it writes of events stands above what is live. */
export interface TtyRenderer extends Renderer {
  /** What is live: how far it is, what is being done, and the last lines of that. */
  frame(): string;
}

const MOST_LINES = 6;
/** The width of what stands before the text (the spinner), and behind it. */
const MARGIN = 4;

/**
 * What a terminal shows of a build: a line for each step that is done, above; below it, drawn again and again, the steps that are
 * being done, each with the last lines of its output.
 */
export function ttyRenderer(settings: TtySettings = {}): TtyRenderer {
  const { now = () => performance.now(), explain = false, dockerfile } = settings;
  const { size = () => ({ columns: 80, rows: 24 }) } = settings;
  const vertices = createVertices(explain);
  const shown = new Set<Vertex>();
  const started = now();
  let total = 0;

  return {
    event: (event) => {
      total = totalOf(event) ?? total;
      const vertex = vertices.event(event, now());
      if (vertex === undefined) return '';
      if (vertex.end === undefined) {
        vertex.lines.splice(0, vertex.lines.length - MOST_LINES);
        return '';
      }
      if (shown.has(vertex)) return '';
      shown.add(vertex);
      return `${doneLine(vertex, size().columns)}\n`;
    },
    frame: () => {
      const { columns, rows } = size();
      const running = vertices.all.filter(({ end }) => end === undefined);
      const done = vertices.all.filter((one) => isStep(one) && one.end !== undefined).length;
      const head = `Building ${secondsOf(now() - started)} (${done}/${total})`;
      const lines = running.flatMap((one) => runningLines(one, running.length, now(), columns));
      return [head, ...lines.slice(0, Math.max(1, rows - 3))].join('\n');
    },
    end: (error) => endText(vertices, error, dockerfile?.()),
  };
}

function totalOf(event: BuildEvent): number | undefined {
  return 'step' in event ? event.step.total : undefined;
}

function isStep({ name }: Vertex): boolean {
  return /^\[(?!internal\])/.test(name);
}

function secondsOf(milliseconds: number): string {
  return `${(Math.max(0, milliseconds) / 1000).toFixed(1)}s`;
}

function doneLine({ name, end }: Vertex, columns: number): string {
  const [, time] = /^DONE (.+)$/.exec(end?.text ?? '') ?? [];
  if (time !== undefined) return row(` => ${name}`, time, columns);
  const mark = end?.isFailure === true ? 'ERROR' : (end?.text ?? '');
  return row(` => ${mark} ${name}`, '', columns);
}

function runningLines(
  { name, startedAt, lines }: Vertex,
  count: number,
  now: number,
  columns: number,
): string[] {
  const most = count > 3 ? 2 : MOST_LINES;
  // Without the seconds, which a line of output begins with.
  const last = lines.slice(-most).map((line) => line.replace(/^\d+\.\d{3} /, ''));
  return [
    row(` => ${name}`, secondsOf(now - startedAt), columns),
    ...last.map((line) => cut(` => => # ${line}`, columns - MARGIN)),
  ];
}

/** A text, and a time at the right edge. */
function row(text: string, time: string, columns: number): string {
  const width = Math.max(20, columns - MARGIN - time.length - 1);
  return `${cut(text, width).padEnd(width)} ${time}`.trimEnd();
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;
}
