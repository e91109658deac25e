import { formatAge, formatBytes } from '@ctrkit/cli-kit';
import type { Column, ListSettings } from '@ctrkit/cli-kit';
import type { HistoryItem } from '@ctrkit/image-store';
import { digestHex } from '@ctrkit/oci';

/** A line of `history`, under docker's names of its fields. */
export interface HistoryRow {
  readonly ID: string;
  readonly CreatedAt: string;
  readonly CreatedSince: string;
  readonly CreatedBy: string;
  readonly Size: string;
  readonly Comment: string;
}

const headers = {
  ID: 'IMAGE',
  CreatedAt: 'CREATED AT',
  CreatedSince: 'CREATED',
  CreatedBy: 'CREATED BY',
  Size: 'SIZE',
  Comment: 'COMMENT',
} as const;

const column = (name: keyof HistoryRow): Column<HistoryRow> => ({
  header: headers[name],
  value: (row) => row[name],
});

/** How `history` shows its rows: moments by their age, or as they are. */
export function historyList({
  human,
}: {
  human: boolean;
}): Omit<ListSettings<HistoryRow>, 'format'> {
  const created = human ? 'CreatedSince' : 'CreatedAt';
  return {
    columns: (['ID', created, 'CreatedBy', 'Size', 'Comment'] as const).map(column),
    headers,
    type: '*formatter.historyContext',
  };
}

const MISSING = '<missing>';
const NOT_KNOWN = 'N/A';
const CREATED_BY_WIDTH = 45;

/** Cut off to a width, as docker does: with an ellipsis, in letters. */
function shortened(text: string, width: number): string {
  const letters = Array.from(text);
  return letters.length <= width ? text : `${letters.slice(0, width - 1).join('')}…`;
}

/** Docker's moments have whole seconds. */
function secondsOf(moment: Date): string {
  return `${moment.toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length)}Z`;
}

/** What `history` shows of a step at a moment; `size` is that of its layer, in bytes. */
export function historyRow(
  step: HistoryItem,
  { now, truncate, human, size }: { now: Date; truncate: boolean; human: boolean; size: number },
): HistoryRow {
  const created = new Date(step.created ?? NaN);
  const isKnown = !Number.isNaN(created.getTime());
  const at = isKnown ? secondsOf(created) : NOT_KNOWN;
  const by = step.createdBy.replaceAll('\t', ' ');
  const id = step.id ?? MISSING;
  return {
    ID: truncate && step.id !== undefined ? digestHex(step.id).slice(0, 12) : id,
    CreatedAt: at,
    CreatedSince: human && isKnown ? formatAge(created, now) : at,
    CreatedBy: truncate ? shortened(by, CREATED_BY_WIDTH) : by,
    Size: human ? formatBytes(size) : String(size),
    Comment: step.comment,
  };
}
