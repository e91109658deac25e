import { formatBytes, printable } from '@ctrkit/cli-kit';
import type { BuildEvent, Step } from '@ctrkit/build';
import { familiarReference, parseReference } from '@ctrkit/oci';
import { explainText } from './explain.ts';
import { pullLines } from './pull-lines.ts';
import type { PullLines } from './pull-lines.ts';
import type { Renderer, RendererSettings } from './renderer.ts';

type StepEvent = Extract<BuildEvent, { readonly step: Step }>;
type EventOf<T extends BuildEvent['type']> = BuildEvent & { readonly type: T };

const NOTHING = Buffer.alloc(0);

/**
 * Docker's lines from before BuildKit, to the letter: `Step 1/3 : FROM busybox`, ` ---> Using cache`. Steps come one after another
 * as they stand in the Dockerfile, so what runs at the same time waits for its turn. Output comes as the container wrote it.
 */
export function legacyRenderer({ explain = false }: RendererSettings = {}): Renderer {
  const turns = createTurns();
  const pulls = new Map<number, PullLines>();
  return {
    event: (event) => {
      if (!('step' in event)) return Buffer.concat([turns.rest(), Buffer.from(plainText(event))]);
      const { number } = event.step;
      const pull = pulls.get(number) ?? pullLines();
      pulls.set(number, pull);
      turns.add(number, stepText(event, pull, explain));
      return event.type === 'step-done' ? turns.done(number) : turns.next();
    },
    end: () => turns.rest(),
  };
}

interface Turns {
  add(number: number, text: string | Uint8Array): void;
  /** What the step has to say whose turn it is. */
  next(): Buffer;
  /** The same, when a step has said all. */
  done(number: number): Buffer;
  /** What all have to say. */
  rest(): Buffer;
}

function createTurns(): Turns {
  const waiting = new Map<number, Buffer[]>();
  const over = new Set<number>();
  let turn = 1;
  const take = (number: number): Buffer => {
    const texts = waiting.get(number) ?? [];
    waiting.delete(number);
    return texts.length === 0 ? NOTHING : Buffer.concat(texts);
  };
  const next = (): Buffer => {
    const texts = [take(turn)];
    while (over.has(turn)) {
      turn += 1;
      texts.push(take(turn));
    }
    return Buffer.concat(texts);
  };
  return {
    add: (number, text) => {
      const before = waiting.get(number) ?? [];
      before.push(Buffer.from(text));
      waiting.set(number, before);
    },
    next,
    done: (number) => {
      over.add(number);
      return next();
    },
    rest: () => Buffer.concat([...waiting.keys()].toSorted((a, b) => a - b).map(take)),
  };
}

const short = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12);

function stepText(event: StepEvent, pull: PullLines, explain: boolean): string | Uint8Array {
  const { number, total, text } = event.step;
  switch (event.type) {
    case 'step-started':
      return `Step ${number}/${total} : ${printable(text)}\n`;
    case 'missed':
      return explain ? ` ---> Not in cache: ${explainText(event.reason)}\n` : '';
    case 'run-started':
      return ` ---> Running in ${short(event.containerId)}\n`;
    case 'output':
      return outputBytes(event);
    case 'run-removed':
      return `Removing intermediate container ${short(event.containerId)}\n`;
    case 'image':
      return pull.event(event.event);
    case 'step-done':
      return pull.end() + doneText(event);
    case 'step-failed':
      return pull.end();
  }
}

// As docker does, errors in red.
function outputBytes({ stream, bytes }: EventOf<'output'>): Uint8Array {
  if (stream === 'stdout') return bytes;
  return Buffer.concat([Buffer.from('\u001b[91m'), bytes, Buffer.from('\u001b[0m')]);
}

function doneText({ step, isCached, imageId: idOf }: EventOf<'step-done'>): string {
  const imageId = idOf();
  const id = ` ---> ${imageId === undefined ? '' : short(imageId)}\n`;
  // What a stage stands on is not made, and not from the cache.
  return isCached && !/^FROM\s/i.test(step.text) ? ` ---> Using cache\n${id}` : id;
}

function plainText(event: Exclude<BuildEvent, StepEvent>): string {
  switch (event.type) {
    case 'context': {
      const isMain = event.name === 'context' && event.isDone;
      const size = formatBytes(event.bytes, 4);
      return isMain ? `Sending build context to Docker daemon  ${size}\n` : '';
    }
    case 'warning':
      return `[Warning] ${printable(event.message)}\n`;
    case 'exporting':
      return '';
    case 'built': {
      const tags = event.names.map((name) => `Successfully tagged ${familiar(name)}\n`);
      return [`Successfully built ${short(event.imageId)}\n`, ...tags].join('');
    }
  }
}

function familiar(name: string): string {
  return familiarReference(parseReference(name));
}
