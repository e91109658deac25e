import type { Ora } from 'ora';
import type { Output } from './output.ts';
import { printable } from './printable.ts';
import type { LayerEvent } from './progress-event.ts';
import { createMeter, formatRemaining } from './progress-meter.ts';
import type { Progress } from './progress.ts';
import { rateLimitLine } from './rate-limit-line.ts';
import { formatBytes } from './sizes.ts';

/** What ends sooner shows no line, and does not pay for loading what draws it. */
const PATIENCE_MS = 150;
const TICK_MS = 500;

const complete: ReadonlySet<LayerEvent['status']> = new Set([
  'exists',
  'downloaded',
  'done',
  'present',
  'mounted',
  'pushed',
]);

const isComplete = (layer: LayerEvent): boolean => complete.has(layer.status);

const isArriving = ({ status }: LayerEvent): boolean =>
  status === 'downloading' || status === 'pushing' || status === 'retrying';

const bytesLeft = ({ current = 0, total = 0 }: LayerEvent): number => Math.max(0, total - current);

/** The live line: `2/3 layers  12.3MB/45MB  5.4MB/s  7s left  unpacking`. */
export function describeLayers(layers: ReadonlyMap<string, LayerEvent>, speed?: number): string {
  const all = [...layers.values()];
  const sum = (key: 'current' | 'total'): number =>
    all.reduce((bytes, layer) => bytes + (layer[key] ?? 0), 0);
  const parts = [`${all.filter(isComplete).length}/${all.length} layers`];
  if (sum('total') > 0) parts.push(`${formatBytes(sum('current'))}/${formatBytes(sum('total'))}`);
  const left = all.filter(isArriving).reduce((bytes, layer) => bytes + bytesLeft(layer), 0);
  if (speed !== undefined && left > 0) parts.push(`${formatBytes(Math.round(speed))}/s`);
  const remaining = formatRemaining(left, speed);
  if (remaining !== undefined) parts.push(`${remaining} left`);
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
  const meter = createMeter();
  let spinner: Ora | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let ticks: NodeJS.Timeout | undefined;

  const draw = (): void => {
    if (spinner !== undefined) spinner.text = describeLayers(layers, meter.speed(Date.now()));
  };
  const start = async (): Promise<void> => {
    const started = await startSpinner();
    if (stopped) return;
    spinner = started.start(describeLayers(layers, meter.speed(Date.now())));
    // What stalls has no events, and must not look as if it were fast.
    ticks = setInterval(draw, TICK_MS).unref();
  };
  const show = (event: LayerEvent): void => {
    layers.set(event.id, { ...layers.get(event.id), ...event });
    meter.note(event, Date.now());
    // A drawing that fails must not fail the work.
    timer ??= setTimeout(() => void start().catch(() => undefined), PATIENCE_MS);
    draw();
  };
  return {
    event: (event) => {
      if (event.type === 'layer') return show(event);
      const text = event.type === 'message' ? printable(event.text) : rateLimitLine(event);
      spinner?.clear();
      output.write(`${text}\n`);
    },
    clear: () => void spinner?.clear(),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      clearInterval(ticks);
      spinner?.stop();
      spinner = undefined;
    },
  };
}
