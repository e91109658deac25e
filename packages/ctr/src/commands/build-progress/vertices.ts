import { formatBytes, printableLine } from '@ctrkit/cli-kit';
import type { BuildEvent } from '@ctrkit/build';
import { explainText } from './explain.ts';
import { outputLines } from './output-lines.ts';
import type { OutputLines } from './output-lines.ts';
import { pullLines } from './pull-lines.ts';
import type { PullLines } from './pull-lines.ts';
import { stepName } from './step-name.ts';

/** One thing that a build does, as BuildKit shows it: a step, a context that is read, the export. */
export interface Vertex {
  readonly name: string;
  /** In milliseconds of the renderer's clock. */
  readonly startedAt: number;
  /** Lines that nobody has written yet. */
  readonly lines: string[];
  /** The last lines of output. */
  readonly last: string[];
  /** Seconds that it took, `CACHED`, or what went wrong; undefined while it goes on. */
  end?: { readonly text: string; readonly isFailure?: true };
}

/** What a vertex keeps of its output for the moment when it fails. */
const MOST_LAST = 10;

/** Follows the events of a build as vertices. */
export interface Vertices {
  /** The vertex that the event is about; undefined: none. */
  event(event: BuildEvent, now: number): Vertex | undefined;
  readonly all: readonly Vertex[];
  readonly warnings: readonly (BuildEvent & { readonly type: 'warning' })[];
}

interface Open {
  readonly vertex: Vertex;
  readonly output: OutputLines;
  readonly pull: PullLines;
}

const seconds = (milliseconds: number, digits: number): string =>
  (Math.max(0, milliseconds) / 1000).toFixed(digits);

export function createVertices(explain: boolean): Vertices {
  const open = new Map<string | number, Open>();
  const all: Vertex[] = [];
  const warnings: (BuildEvent & { readonly type: 'warning' })[] = [];
  const opened = (key: string | number, name: string, now: number): Open => {
    const known = open.get(key);
    if (known !== undefined) return known;
    const vertex: Vertex = { name, startedAt: now, lines: [], last: [] };
    const made = { vertex, output: outputLines(), pull: pullLines() };
    open.set(key, made);
    all.push(vertex);
    return made;
  };
  return {
    all,
    warnings,
    event: (event, now) => {
      if (event.type === 'warning') warnings.push(event);
      const name = nameOf(event);
      if (name === undefined) return undefined;
      const found = opened('step' in event ? event.step.number : name, name, now);
      if (found.vertex.end === undefined) follow(found, event, now, explain);
      return found.vertex;
    },
  };
}

function nameOf(event: BuildEvent): string | undefined {
  if ('step' in event) return stepName(event.step);
  if (event.type === 'exporting' || event.type === 'built') return 'exporting to image';
  if (event.type === 'warning') return undefined;
  const which = event.name === 'context' ? 'build context' : `context ${printableLine(event.name)}`;
  return `[internal] load ${which}`;
}

function follow(
  { vertex, output, pull }: Open,
  event: BuildEvent,
  now: number,
  explain: boolean,
): void {
  const since = now - vertex.startedAt;
  const say = (line: string): void => void vertex.lines.push(line);
  const put = (lines: readonly string[]): void => {
    for (const line of lines) {
      const timed = `${seconds(since, 3)} ${line}`;
      say(timed);
      vertex.last.push(timed);
    }
    vertex.last.splice(0, vertex.last.length - MOST_LAST);
  };
  switch (event.type) {
    case 'output':
      return put(output.add(event.bytes));
    case 'image':
      return linesOf(pull.event(event.event)).forEach(say);
    case 'missed':
      if (explain) say(`not in cache: ${explainText(event.reason)}`);
      return undefined;
    case 'step-done':
      linesOf(pull.end()).forEach(say);
      put(output.rest());
      vertex.end = { text: event.isCached ? 'CACHED' : `DONE ${seconds(since, 1)}s` };
      return undefined;
    case 'step-failed':
      put(output.rest());
      vertex.end = { text: `ERROR: ${printableLine(event.message)}`, isFailure: true };
      return undefined;
    case 'context':
      if (!event.isDone) return undefined;
      say(`transferring context: ${formatBytes(event.bytes)} ${seconds(since, 1)}s done`);
      vertex.end = { text: `DONE ${seconds(since, 1)}s` };
      return undefined;
    case 'exporting':
      return say(`exporting ${event.what}`);
    case 'built':
      say(`writing image ${event.imageId} done`);
      for (const name of event.names) say(`naming to ${printableLine(name)} done`);
      vertex.end = { text: `DONE ${seconds(since, 1)}s` };
      return undefined;
    default:
      return undefined;
  }
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
