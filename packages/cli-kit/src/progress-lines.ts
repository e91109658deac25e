import type { Output } from './output.ts';
import { printable, printableLine } from './printable.ts';
import type { LayerEvent } from './progress-event.ts';
import type { Progress } from './progress.ts';
import { rateLimitLine } from './rate-limit-line.ts';

const words: Readonly<Partial<Record<LayerEvent['status'], string>>> = {
  exists: 'Already exists',
  downloaded: 'Download complete',
  done: 'Pull complete',
  retrying: 'Retrying',
  present: 'Layer already exists',
  mounted: 'Mounted from',
  pushed: 'Pushed',
};

/** The first twelve digits of a digest, as docker shows it. */
export function shortId(id: string): string {
  return printableLine(id.replace(/^sha(?:256|512):/, '').slice(0, 12));
}

/** One NDJSON line an event. */
export function jsonProgress(output: Output): Progress {
  return {
    event: (event) => output.write(`${printable(JSON.stringify(event))}\n`),
    clear: () => undefined,
    stop: () => undefined,
  };
}

/**
 * One line a layer when it is complete (and one each time that it is tried again), one a message. A layer that was
 * downloaded may yet be unpacked, so its line waits for that or for the end.
 */
export function plainProgress(output: Output): Progress {
  const downloaded = new Set<string>();
  const say = (id: string, what: string | undefined): void =>
    output.write(`${shortId(id)}: ${what}\n`);
  return {
    event: (event) => {
      if (event.type === 'message') output.write(`${printable(event.text)}\n`);
      else if (event.type === 'rate-limit') output.write(`${rateLimitLine(event)}\n`);
      else if (event.status === 'downloaded') downloaded.add(event.id);
      else if (words[event.status] !== undefined) {
        const wasThere = event.status === 'done' && !downloaded.delete(event.id);
        const from = event.from === undefined ? '' : ` ${printableLine(event.from)}`;
        say(event.id, wasThere ? 'Unpacked' : `${words[event.status]}${from}`);
      }
    },
    clear: () => undefined,
    stop: () => {
      for (const id of downloaded) say(id, words.downloaded);
      downloaded.clear();
    },
  };
}
