import type { Ora } from 'ora';
import type { Output } from './output.ts';
import { printable } from './printable.ts';
import type { LayerEvent } from './progress-event.ts';
import type { Progress } from './progress.ts';
import { formatBytes } from './sizes.ts';

/** What ends sooner shows no line, and does not pay for loading what draws it. */
const PATIENCE_MS = 150;

const complete: ReadonlySet<LayerEvent['status']> = new Set([
  'exists',
  'downloaded',
  'done',
  'present',
  'mounted',
  'pushed',
]);

const isComplete = (layer: LayerEvent): boolean => complete.has(layer.status);

/** The live line: `2/3 layers  12.3MB/45MB  unpacking`. */
export function describeLayers(layers: ReadonlyMap<string, LayerEvent>): string {
  const all = [...layers.values()];
  const sum = (key: 'current' | 'total'): number =>
    all.reduce((bytes, layer) => bytes + (layer[key] ?? 0), 0);
  const parts = [`${all.filter(isComplete).length}/${all.length} layers`];
  if (sum('total') > 0) parts.push(`${formatBytes(sum('current'))}/${formatBytes(sum('total'))}`);
  for (const status of ['retrying', 'unpacking'] as const) {
    if (all.some((layer) => layer.status === status)) parts.push(status);
  }
  return parts.join('  ');
}

async function startSpinner(): Promise<Ora> {
  const { default: ora } = await import('ora');
  return ora({ stream: process.stderr, discardStdin: false });
}

/** One line that is drawn again and again; messages scroll above it. */
export function liveProgress(output: Output): Progress {
  const layers = new Map<string, LayerEvent>();
  let spinner: Ora | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const start = async (): Promise<void> => {
    const started = await startSpinner();
    if (!stopped) spinner = started.start(describeLayers(layers));
  };
  const show = (event: LayerEvent): void => {
    layers.set(event.id, { ...layers.get(event.id), ...event });
    // A drawing that fails must not fail the work.
    timer ??= setTimeout(() => void start().catch(() => undefined), PATIENCE_MS);
    if (spinner !== undefined) spinner.text = describeLayers(layers);
  };
  return {
    event: (event) => {
      if (event.type === 'layer') return show(event);
      spinner?.clear();
      output.write(`${printable(event.text)}\n`);
    },
    clear: () => void spinner?.clear(),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      spinner?.stop();
      spinner = undefined;
    },
  };
}
