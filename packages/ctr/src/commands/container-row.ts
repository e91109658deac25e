import { formatAge, formatDuration, quote } from '@ctrkit/cli-kit';
import type { Column, ListSettings } from '@ctrkit/cli-kit';
import type { Container } from '@ctrkit/engine';
import { createdAt } from './created-at.ts';

/** What `ps` shows of a container, under docker's names of its fields. */
interface ContainerRow {
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
  /** Volumes by their names, the rest by its source, with commas between them. */
  readonly Mounts: string;
  /** How many volumes it has. */
  readonly LocalVolumes: string;
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
  Mounts: 'MOUNTS',
  LocalVolumes: 'LOCAL VOLUMES',
  // As docker: the last part of its name, in words.
  Label: (name: string): string => (name.split('.').at(-1) ?? '').replaceAll(/[-_]/g, ' '),
} as const;

const COMMAND_WIDTH = 20;

function shortened(text: string, width = COMMAND_WIDTH): string {
  const letters = Array.from(text);
  return letters.length <= width ? text : `${letters.slice(0, width - 1).join('')}…`;
}

const MOUNT_WIDTH = 15;

function mountsOf({ mounts = [] }: Container, truncate: boolean): string {
  const shown = mounts.filter(({ option }) => option !== 'tmpfs').map(sourceOf);
  return shown.map((source) => (truncate ? shortened(source, MOUNT_WIDTH) : source)).join(',');
}

function sourceOf(mount: NonNullable<Container['mounts']>[number]): string {
  if (mount.type === 'volume') return mount.name;
  return mount.type === 'bind' ? mount.source : '';
}

const volumesIn = ({ mounts = [] }: Container): number =>
  mounts.filter(({ type }) => type === 'volume').length;

function statusOf({ state }: Container, now: Date): string {
  if (state.status === 'created') return 'Created';
  if (state.status === 'running')
    return `Up ${formatDuration(now.getTime() - Date.parse(state.startedAt))}`;
  const { exitCode, finishedAt } = state.exit;
  const ago = finishedAt === undefined ? '' : ` ${formatAge(new Date(finishedAt), now)}`;
  return `Exited (${exitCode})${ago}`;
}

function labelOf({ labels }: Container, name: string): string {
  return Object.hasOwn(labels, name) ? (labels[name] ?? '') : '';
}

function labelsOf({ labels }: Container): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.toSorted().join(',');
}

/** An id as lists show it. */
export const shownId = (id: string, truncate: boolean): string => (truncate ? id.slice(0, 12) : id);

export interface View {
  readonly now: Date;
  /** Whether long ids and commands are cut short. */
  readonly truncate: boolean;
}

type Fields = {
  readonly [Name in keyof ContainerRow]: (container: Container) => ContainerRow[Name];
};

function fieldsOf({ now, truncate }: View): Fields {
  return {
    ID: ({ id }) => shownId(id, truncate),
    Image: ({ image }) => image,
    Command: ({ command }) => quote(truncate ? shortened(command.join(' ')) : command.join(' ')),
    CreatedAt: ({ created }) => createdAt(new Date(created)),
    RunningFor: ({ created }) => formatAge(new Date(created), now),
    Status: (container) => statusOf(container, now),
    State: ({ state }) => state.status,
    Ports: () => '',
    Names: ({ name }) => name,
    Labels: labelsOf,
    Mounts: (container) => mountsOf(container, truncate),
    LocalVolumes: (container) => String(volumesIn(container)),
    Label: (container) => (name) => labelOf(container, name),
  };
}

/** Columns of some fields. */
export function containerColumns(
  view: View,
  names: readonly Exclude<keyof ContainerRow, 'Label'>[],
): Column<Container>[] {
  const fields = fieldsOf(view);
  return names.map((name) => ({ header: headers[name], value: fields[name] }));
}

/** How `ps` shows containers at a moment. A field is made when it is shown: of a thousand, those of a table alone. */
export function containerList(view: View): Omit<ListSettings<Container>, 'format'> {
  const fields = fieldsOf(view);
  const shown = ['ID', 'Image', 'Command', 'RunningFor', 'Status', 'Ports', 'Names'] as const;
  return {
    columns: containerColumns(view, shown),
    rowOf: (container) =>
      Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field(container)])),
    headers,
    type: '*formatter.ContainerContext',
    errors: { parsing: 'failed to parse template', executing: 'failed to execute template' },
  };
}
