import { printableLine } from '@ctrkit/cli-kit';
import type { MissReason } from '@ctrkit/build';

/** Why a step was not taken from the cache, on one line: the first thing that is not as it was. */
export function explainText(reason: MissReason): string {
  switch (reason.type) {
    case 'first-time':
      return 'never built before';
    case 'no-cache':
      return 'the cache is not to be used';
    case 'gone':
      return 'its result is no longer there';
    case 'step-above':
      return `step ${reason.number} above it was built anew`;
    case 'base':
      return `the image below it changed${change(reason.before, reason.now)}`;
    case 'instruction':
      return `the instruction changed${change(reason.before, reason.now)}`;
    case 'file':
      return `${printableLine(reason.path)}: ${fileText(reason)}`;
    default:
      return `${reason.type} ${printableLine(reason.name)} changed${change(reason.before, reason.now)}`;
  }
}

const fileWords = {
  contents: 'contents changed',
  metadata: 'owner, mode or attributes changed',
  added: 'was not there before',
  removed: 'is no longer there',
} as const;

function fileText({ aspect, before, now }: MissReason & { readonly type: 'file' }): string {
  return `${fileWords[aspect]}${aspect === 'contents' ? change(before, now) : ''}`;
}

function change(before: string | undefined, now: string | undefined): string {
  return `: ${valueText(before)} → ${valueText(now)}`;
}

function valueText(value: string | undefined): string {
  if (value === undefined) return '(none)';
  const short = /^sha(?:256|512):/.test(value) ? value.slice(0, 19) : value;
  const shown = printableLine(short);
  return shown.length > 120 ? `${shown.slice(0, 120)}…` : shown || '(empty)';
}
