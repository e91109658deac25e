import { liveText } from './live-text.ts';
import type { Output } from './output.ts';
import { printable } from './printable.ts';
import type { LayerEvent } from './progress-event.ts';
import { createMeter, formatRemaining } from './progress-meter.ts';
import type { Progress } from './progress.ts';
import { rateLimitLine } from './rate-limit-line.ts';
import { formatBytes } from './sizes.ts';

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

/** One line that is drawn again and again; messages scroll above it. */
export function liveProgress(output: Output): Progress {
  const layers = new Map<string, LayerEvent>();
  const meter = createMeter();
  const describe = (): string => describeLayers(layers, meter.speed(Date.now()));
  const live = liveText(output, describe, TICK_MS);

  const show = (event: LayerEvent): void => {
    layers.set(event.id, { ...layers.get(event.id), ...event });
    meter.note(event, Date.now());
    live.draw();
  };
  return {
    event: (event) => {
      if (event.type === 'layer') return show(event);
      const text = event.type === 'message' ? printable(event.text) : rateLimitLine(event);
      live.print(`${text}\n`);
    },
    clear: live.clear,
    stop: live.stop,
  };
}
