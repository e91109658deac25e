import { formatAge, formatDuration } from '@ctrkit/cli-kit';
import type { Column } from '@ctrkit/cli-kit';
import type { Container } from '@ctrkit/engine';

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
}

export const containerColumns: readonly Column<ContainerRow>[] = [
  { header: 'CONTAINER ID', value: (row) => row.ID },
  { header: 'IMAGE', value: (row) => row.Image },
  { header: 'COMMAND', value: (row) => row.Command },
  { header: 'CREATED', value: (row) => row.RunningFor },
  { header: 'STATUS', value: (row) => row.Status },
  { header: 'PORTS', value: (row) => row.Ports },
  { header: 'NAMES', value: (row) => row.Names },
];

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

/** What `ps` shows of a container at a moment. */
export function containerRow(
  container: Container,
  { now, truncate }: { now: Date; truncate: boolean },
): ContainerRow {
  const command = container.command.join(' ');
  return {
    ID: truncate ? container.id.slice(0, 12) : container.id,
    Image: container.image,
    Command: `"${truncate ? shortened(command) : command}"`,
    CreatedAt: container.created,
    RunningFor: formatAge(new Date(container.created), now),
    Status: statusOf(container, now),
    State: container.state.status,
    Ports: '',
    Names: container.name,
  };
}
