import { printableLine } from '@ctrkit/cli-kit';
import type { Dockerfile } from '@ctrkit/build';
import { errorExcerpt } from './excerpt.ts';
import type { Renderer, RendererSettings } from './renderer.ts';
import { createVertices } from './vertices.ts';
import type { Vertex, Vertices } from './vertices.ts';

export interface PlainSettings extends RendererSettings {
  /** The Dockerfile that is built, for the lines around what failed; it may come later than the events. */
  readonly dockerfile?: () => Pick<Dockerfile, 'path' | 'lines'> | undefined;
}

/** How long one that has nothing to say keeps others waiting. */
const PATIENCE_MS = 5000;

/**
 * Lines as BuildKit writes them where there is no terminal: `#5 [2/3] RUN echo hi`, `#5 0.123 hi`, `#5 DONE 0.2s`. What goes on at
 * the same time is not mixed line by line: the others wait until one is done, or is silent for a while.
 */
export function plainRenderer(settings: PlainSettings = {}): Renderer {
  const { now = () => performance.now(), explain = false, dockerfile } = settings;
  const vertices = createVertices(explain);
  const writer = createWriter(vertices);
  return {
    event: (event) => {
      const at = now();
      vertices.event(event, at);
      return writer.due(at);
    },
    end: (error) => writer.rest(now()) + endText(vertices, error, dockerfile?.()),
  };
}

interface Writer {
  due(now: number): string;
  rest(now: number): string;
}

function createWriter(vertices: Vertices): Writer {
  const numbers = new Map<Vertex, number>();
  const over = new Set<Vertex>();
  let current: Vertex | undefined;
  let lastAt = 0;

  const header = (vertex: Vertex): string => {
    const isFirst = numbers.size === 0;
    const number = numbers.get(vertex) ?? numbers.size + 1;
    numbers.set(vertex, number);
    return `${isFirst ? '' : '\n'}#${number} ${vertex.name}\n`;
  };
  const body = (vertex: Vertex, now: number): string => {
    const number = numbers.get(vertex);
    const lines = vertex.lines.splice(0).map((line) => `#${number} ${line}\n`);
    if (lines.length > 0) lastAt = now;
    if (vertex.end === undefined) return lines.join('');
    over.add(vertex);
    current = undefined;
    return `${lines.join('')}#${number} ${vertex.end.text}\n`;
  };
  const show = (vertex: Vertex, now: number): string => {
    const left = current === undefined ? '' : `#${numbers.get(current)} ...\n`;
    current = vertex;
    lastAt = now;
    return left + header(vertex) + body(vertex, now);
  };
  const isWaiting = (vertex: Vertex): boolean =>
    vertex !== current &&
    !over.has(vertex) &&
    (vertex.end !== undefined || vertex.lines.length > 0 || !numbers.has(vertex));

  const isTurnOver = (now: number): boolean => current === undefined || now - lastAt >= PATIENCE_MS;
  const due = (now: number): string => {
    let text = current === undefined ? '' : body(current, now);
    for (const vertex of vertices.all) {
      if (!isTurnOver(now)) return text;
      if (isWaiting(vertex)) text += show(vertex, now);
    }
    return text;
  };
  const rest = (now: number): string => {
    let text = due(now);
    for (const vertex of vertices.all.filter(isWaiting)) text += show(vertex, now);
    return text;
  };
  return { due, rest };
}

/** What is left to say of a build: its warnings, and of what failed the last lines and the place in the Dockerfile. */
export function endText(
  { all, warnings }: Vertices,
  error: unknown,
  dockerfile: Pick<Dockerfile, 'path' | 'lines'> | undefined,
): string {
  const failed = all.find(({ end }) => end?.isFailure === true);
  return (
    warningsText(warnings) +
    (failed === undefined ? '' : failedText(failed)) +
    (error === undefined ? '' : errorExcerpt(error, dockerfile))
  );
}

function failedText({ name, last }: Vertex): string {
  const lines = last.map((line) => `${line}\n`).join('');
  return `------\n > ${name}:\n${lines}------\n`;
}

/** What a build warns of, as BuildKit lists it at its end. */
export function warningsText(warnings: Vertices['warnings']): string {
  if (warnings.length === 0) return '';
  const count = `${warnings.length} warning${warnings.length === 1 ? '' : 's'} found`;
  const lines = warnings.map(({ message, range }) => {
    const where = range === undefined ? '' : ` (line ${range.start.line})`;
    return ` - ${printableLine(message)}${where}\n`;
  });
  return `\n ${count}:\n${lines.join('')}`;
}
