import type { Digest } from './digest.ts';
import {
  listOf,
  mapOf,
  optional,
  readBoolean,
  readDigest,
  readDocument,
  readObject,
  readSize,
  readString,
  readStrings,
  required,
  wrong,
} from './shape.ts';
import type { Place } from './shape.ts';

/**
 * An image's configuration: how to run it, and what its layers unpack to.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md
 */
export interface ImageConfig {
  architecture: string;
  os: string;
  variant?: string;
  'os.version'?: string;
  'os.features'?: string[];
  created?: string;
  author?: string;
  config: ImageRunConfig;
  rootfs: { type: 'layers'; diff_ids: Digest[] };
  history?: HistoryEntry[];
}

/** What a container of the image starts with, unless the user says otherwise. */
export interface ImageRunConfig {
  User?: string;
  ExposedPorts?: Record<string, object>;
  /** Each `NAME=value`. */
  Env?: string[];
  Entrypoint?: string[];
  Cmd?: string[];
  Volumes?: Record<string, object>;
  WorkingDir?: string;
  Labels?: Record<string, string>;
  StopSignal?: string;
  Shell?: string[];
  Healthcheck?: Healthcheck;
  OnBuild?: string[];
  ArgsEscaped?: boolean;
}

/** Docker's health check. Times in nanoseconds; 0 means the default. */
export interface Healthcheck {
  Test?: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  StartInterval?: number;
  Retries?: number;
}

/** One step of the image's making; those with `empty_layer` added no layer. */
export interface HistoryEntry {
  created?: string;
  created_by?: string;
  author?: string;
  comment?: string;
  empty_layer?: boolean;
}

/** The configuration in a document of at most 4 MiB; members that are not known are left out. Throws CONFIG_INVALID. */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  const place: Place = { code: 'CONFIG_INVALID', path: 'image config' };
  const fields = readDocument(bytes, place);
  return {
    architecture: required(fields, 'architecture', place, readString),
    os: required(fields, 'os', place, readString),
    ...optional(fields, 'variant', place, readString),
    ...optional(fields, 'os.version', place, readString),
    ...optional(fields, 'os.features', place, readStrings),
    ...optional(fields, 'created', place, readString),
    ...optional(fields, 'author', place, readString),
    config: optional(fields, 'config', place, readRunConfig).config ?? {},
    rootfs: required(fields, 'rootfs', place, readRootfs),
    ...optional(fields, 'history', place, listOf(readHistoryEntry)),
  };
}

function readRunConfig(value: unknown, place: Place): ImageRunConfig {
  const fields = readObject(value, place);
  return {
    ...optional(fields, 'User', place, readString),
    ...optional(fields, 'ExposedPorts', place, mapOf(readAnything)),
    ...optional(fields, 'Env', place, listOf(readVariable)),
    ...optional(fields, 'Entrypoint', place, readStrings),
    ...optional(fields, 'Cmd', place, readStrings),
    ...optional(fields, 'Volumes', place, mapOf(readAnything)),
    ...optional(fields, 'WorkingDir', place, readString),
    ...optional(fields, 'Labels', place, mapOf(readString)),
    ...optional(fields, 'StopSignal', place, readString),
    ...optional(fields, 'Shell', place, readStrings),
    ...optional(fields, 'Healthcheck', place, readHealthcheck),
    ...optional(fields, 'OnBuild', place, readStrings),
    ...optional(fields, 'ArgsEscaped', place, readBoolean),
  };
}

// A name without `=` made podman hand the host's variable to the container (podman#29027).
function readVariable(value: unknown, place: Place): string {
  const text = readString(value, place);
  if (/^[^=]+=/.test(text)) return text;
  throw wrong(place, 'not NAME=value');
}

// A set is written as an object whose values mean nothing.
function readAnything(): object {
  return {};
}

function readHealthcheck(value: unknown, place: Place): Healthcheck {
  const fields = readObject(value, place);
  return {
    ...optional(fields, 'Test', place, readStrings),
    ...optional(fields, 'Interval', place, readSize),
    ...optional(fields, 'Timeout', place, readSize),
    ...optional(fields, 'StartPeriod', place, readSize),
    ...optional(fields, 'StartInterval', place, readSize),
    ...optional(fields, 'Retries', place, readSize),
  };
}

function readRootfs(value: unknown, place: Place): ImageConfig['rootfs'] {
  const fields = readObject(value, place);
  const type = required(fields, 'type', place, readString);
  if (type !== 'layers') throw wrong(place, 'has a type that is not "layers"');
  return { type, diff_ids: required(fields, 'diff_ids', place, listOf(readDigest)) };
}

function readHistoryEntry(value: unknown, place: Place): HistoryEntry {
  const fields = readObject(value, place);
  return {
    ...optional(fields, 'created', place, readString),
    ...optional(fields, 'created_by', place, readString),
    ...optional(fields, 'author', place, readString),
    ...optional(fields, 'comment', place, readString),
    ...optional(fields, 'empty_layer', place, readBoolean),
  };
}
