import { formatAge, formatDuration, quote } from '@ctrkit/cli-kit';
import type { Column, ListSettings } from '@ctrkit/cli-kit';
import type { Container } from '@ctrkit/engine';
import { createdAt } from './created-at.ts';

/** A line of `ps`, under docker's names of its fields. */
export interface ContainerRow {
  readonly ID: string;
  readonly Image: string;
  readonly Command: string;
  readonly CreatedAt: string;
  readonly RunningFor: string;
  readonly Status: string;
  readonly State: string;
  readonly Ports: string;
  readonly Names: string;
  /** `key=value` with commas between them. */
  readonly Labels: string;
  /** The value of one label; empty where there is none. */
  readonly Label: (name: string) => string;
}

const headers = {
  ID: 'CONTAINER ID',
  Image: 'IMAGE',
  Command: 'COMMAND',
  CreatedAt: 'CREATED AT',
  RunningFor: 'CREATED',
  Status: 'STATUS',
  State: 'STATE',
  Ports: 'PORTS',
  Names: 'NAMES',
  Labels: 'LABELS',
  // As docker: the last part of its name, in words.
  Label: (name: string): string => (name.split('.').at(-1) ?? '').replaceAll(/[-_]/g, ' '),
} as const;

const column = (name: Exclude<keyof ContainerRow, 'Label'>): Column<ContainerRow> => ({
  header: headers[name],
  value: (row) => row[name],
});

/** How `ps` shows its rows. */
export const containerList: Omit<ListSettings<ContainerRow>, 'format'> = {
  columns: (['ID', 'Image', 'Command', 'RunningFor', 'Status', 'Ports', 'Names'] as const).map(
    column,
  ),
  headers,
  type: '*formatter.ContainerContext',
  errors: { parsing: 'failed to parse template', executing: 'failed to execute template' },
};

const COMMAND_WIDTH = 20;

function shortened(text: string): string {
  const letters = Array.from(text);
  return letters.length <= COMMAND_WIDTH
    ? text
    : `${letters.slice(0, COMMAND_WIDTH - 1).join('')}…`;
}

function statusOf({ state }: Container, now: Date): string {
  if (state.status === 'created') return 'Created';
  if (state.status === 'running')
    return `Up ${formatDuration(now.getTime() - Date.parse(state.startedAt))}`;
  const { exitCode, finishedAt } = state.exit;
  const ago = finishedAt === undefined ? '' : ` ${formatAge(new Date(finishedAt), now)}`;
  return `Exited (${exitCode})${ago}`;
}

function labelsOf({ labels }: Container): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.toSorted().join(',');
}

/** What `ps` shows of a container at a moment. */
export function containerRow(
  container: Container,
  { now, truncate }: { now: Date; truncate: boolean },
): ContainerRow {
  const command = container.command.join(' ');
  return {
    ID: truncate ? container.id.slice(0, 12) : container.id,
    Image: container.image,
    Command: quote(truncate ? shortened(command) : command),
    CreatedAt: createdAt(new Date(container.created)),
    RunningFor: formatAge(new Date(container.created), now),
    Status: statusOf(container, now),
    State: container.state.status,
    Ports: '',
    Names: container.name,
    Labels: labelsOf(container),
    Label: (name) => (Object.hasOwn(container.labels, name) ? (container.labels[name] ?? '') : ''),
  };
}
