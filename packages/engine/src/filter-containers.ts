import { digestHex, formatReference, OciError, parseReference } from '@ctrkit/oci';
import { EngineError } from './engine-error.ts';
import type { Container } from './list.ts';

/** What containers must be to be listed: in each field one of the values, of `labels` all. */
export interface ContainerFilter {
  /** Regular expressions, looked for anywhere in the id. */
  readonly ids?: readonly string[];
  /** Regular expressions, looked for anywhere in the name, with or without docker's slash before it. */
  readonly names?: readonly string[];
  /** `created`, `running`, `exited` … */
  readonly statuses?: readonly string[];
  /** Exit codes of those that ran and ended. */
  readonly exitCodes?: readonly number[];
  /** `key` or `key=value`. */
  readonly labels?: readonly string[];
  /** Images: a name (tag `latest` where there is none), or the beginning of an id. Images built on it do not count. */
  readonly ancestors?: readonly string[];
  /** Names of volumes, or places in the container where something is mounted. */
  readonly volumes?: readonly string[];
  /** Names or ids of containers: those created before every one of them. */
  readonly before?: readonly string[];
  /** Names or ids of containers: those created after every one of them. */
  readonly since?: readonly string[];
}

export interface FilterOptions {
  /** @default {} (all) */
  readonly filter?: ContainerFilter;
  /** Those too that do not run; implied by `statuses` and by `last`. @default false */
  readonly all?: boolean;
  /** The newest so many, after filtering; 0 and less: no limit. @default 0 */
  readonly last?: number;
}

const resting: ReadonlySet<string> = new Set(['created', 'exited', 'dead', 'removing']);

function isSet<T>(values: readonly T[] | undefined): values is readonly T[] {
  return values !== undefined && values.length > 0;
}

/** A test of one value for a field that may be absent: then it lets everything through. */
function anyOf<T>(values: readonly T[] | undefined, test: (value: T) => boolean): boolean {
  return !isSet(values) || values.some(test);
}

/** Docker takes an expression that is none as a plain text. */
function matcher(pattern: string): (text: string) => boolean {
  try {
    const expression = new RegExp(pattern, 'u');
    return (text) => text === pattern || expression.test(text);
  } catch {
    return (text) => text === pattern;
  }
}

function fullName(image: string): string | undefined {
  try {
    return formatReference(parseReference(image));
  } catch (error) {
    if (error instanceof OciError) return undefined;
    throw error;
  }
}

function isOfImage(container: Container, wanted: string): boolean {
  const hex = /^(?:sha256:)?([0-9a-f]{1,64})$/.exec(wanted)?.[1];
  const digest = container.imageId as Parameters<typeof digestHex>[0];
  if (hex !== undefined && digestHex(digest).startsWith(hex)) return true;
  const name = fullName(wanted);
  return name !== undefined && name === fullName(container.image);
}

function hasLabel({ labels }: Container, wanted: string): boolean {
  const [key = '', ...value] = wanted.split('=');
  if (!Object.hasOwn(labels, key)) return false;
  return value.length === 0 || labels[key] === value.join('=');
}

function hasMount({ mounts = [] }: Container, wanted: string): boolean {
  return mounts.some(
    (mount) => mount.target === wanted || (mount.type === 'volume' && mount.name === wanted),
  );
}

function hasExitCode({ state }: Container, code: number): boolean {
  return state.status === 'exited' && state.exit.exitCode === code;
}

type Test = (container: Container) => boolean;

function testOf(filter: ContainerFilter): Test {
  const ids = filter.ids?.map(matcher);
  const names = filter.names?.map(matcher);
  return (container) =>
    anyOf(ids, (matches) => matches(container.id)) &&
    anyOf(names, (matches) => matches(container.name) || matches(`/${container.name}`)) &&
    anyOf(filter.statuses, (status) => container.state.status === status) &&
    anyOf(filter.exitCodes, (code) => hasExitCode(container, code)) &&
    anyOf(filter.volumes, (volume) => hasMount(container, volume)) &&
    anyOf(filter.ancestors, (image) => isOfImage(container, image)) &&
    (filter.labels ?? []).every((label) => hasLabel(container, label));
}

/** Where a container stands in a list, found as findContainer does. */
function positionOf(containers: readonly Container[], nameOrId: string): number {
  const wanted = nameOrId.replace(/^\//, '');
  const isIt: readonly Test[] = [({ id }) => id === wanted, ({ name }) => name === wanted];
  const exact = isIt.map((test) => containers.findIndex(test)).find((index) => index >= 0);
  if (exact !== undefined) return exact;
  const isPrefix: Test = ({ id }) => wanted !== '' && id.startsWith(wanted);
  const first = containers.findIndex(isPrefix);
  if (first === -1) {
    throw new EngineError('CONTAINER_NOT_FOUND', `No such container: ${nameOrId}`);
  }
  if (containers.findLastIndex(isPrefix) !== first) {
    const message = `multiple containers found with provided prefix: ${nameOrId}`;
    throw new EngineError('CONTAINER_AMBIGUOUS', message);
  }
  return first;
}

/** Those between `before` and `since`. */
function within(containers: readonly Container[], filter: ContainerFilter): readonly Container[] {
  const find = (nameOrId: string): number => positionOf(containers, nameOrId);
  const from = Math.max(-1, ...(filter.before ?? []).map(find)) + 1;
  const to = Math.min(containers.length, ...(filter.since ?? []).map(find));
  return containers.slice(from, Math.max(from, to));
}

/**
 * The containers that `ps` lists, in their order.
 * @param containers all there are, the newest first, as {@link listContainers} gives them
 *
 * Throws CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS for `before` and `since`.
 * @see https://docs.docker.com/reference/cli/docker/container/ls/#filter
 */
export function filterContainers(
  containers: readonly Container[],
  { filter = {}, all = false, last = 0 }: FilterOptions = {},
): Container[] {
  const showsAll = all || last > 0 || isSet(filter.statuses);
  const test = testOf(filter);
  const found = within(containers, filter).filter(
    (container) => (showsAll || !resting.has(container.state.status)) && test(container),
  );
  return last > 0 ? found.slice(0, last) : found;
}
