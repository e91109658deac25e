import { isDigest } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import type { MissReason } from '../build-event.ts';
import type { Input, Inputs } from './inputs.ts';
import type { RecordedStep } from './recorded-step.ts';

type FileReason = Extract<MissReason, { type: 'file' }>;

const digest = (value: string | undefined): Digest | undefined =>
  isDigest(value) ? value : undefined;

function aspectOf(before: Input | undefined, now: Input | undefined): FileReason['aspect'] {
  if (before === undefined) return 'added';
  if (now === undefined) return 'removed';
  return before.value === now.value ? 'metadata' : 'contents';
}

function fileReason(before: Input | undefined, now: Input | undefined): MissReason {
  const aspect = aspectOf(before, now);
  const of = (input: Input | undefined): Digest | undefined =>
    digest(aspect === 'metadata' ? input?.metadata : input?.value);
  const path = now?.name ?? before?.name ?? '';
  return { type: 'file', path, aspect, before: of(before), now: of(now) };
}

function reasonOf(before: Input | undefined, now: Input | undefined): MissReason | undefined {
  const { type = 'setting', name = '' } = now ?? before ?? {};
  const isSame = before?.value === now?.value && before?.metadata === now?.metadata;
  if (isSame && before !== undefined && now !== undefined) return undefined;
  if (type === 'file') return fileReason(before, now);
  return { type, name, before: before?.value, now: now?.value };
}

const idOf = ({ type, name }: Input): string => `${type} ${name}`;

/** The first input that differs: of those that there are now, else one that there was. */
function firstDifference(before: Inputs, now: Inputs): MissReason | undefined {
  const earlier = new Map(before.map((input) => [idOf(input), input]));
  for (const input of now) {
    const reason = reasonOf(earlier.get(idOf(input)), input);
    if (reason !== undefined) return reason;
  }
  const later = new Set(now.map(idOf));
  const gone = before.find((input) => !later.has(idOf(input)));
  return gone && reasonOf(gone, undefined);
}

/** What a step that is not in the cache stands on. */
export interface Below {
  /** The base of its stage, then and now, where that is another. */
  readonly base: { readonly before: Digest | undefined; readonly now: Digest } | undefined;
  /** The nearest step above it that was made anew. */
  readonly missed: number | undefined;
}

/** Why a step was not taken from the cache: the first thing that is not as it was the last time. */
export function explainMiss(
  before: RecordedStep | undefined,
  now: RecordedStep,
  { base, missed }: Below,
): MissReason {
  if (before === undefined) return { type: 'first-time' };
  if (before.text !== now.text) return { type: 'instruction', before: before.text, now: now.text };
  if (before.key === now.key) return { type: 'gone' };
  const own = firstDifference(before.inputs ?? [], now.inputs ?? []);
  if (before.inputs !== undefined && own !== undefined) return own;
  if (base !== undefined) return { type: 'base', ...base };
  if (missed !== undefined) return { type: 'step-above', number: missed };
  return { type: 'first-time' };
}
