import { resolve } from 'node:path';
import { EngineError } from '@ctrkit/engine';
import type { ContainerMount, Propagation } from '@ctrkit/engine';

const propagations = new Set(['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared']);
// What SELinux and other systems are told: without them nothing is to be done.
const withoutEffect = new Set(['z', 'Z', 'consistent', 'cached', 'delegated']);

const invalid = (message: string): EngineError => new EngineError('MOUNT_INVALID', message);

type Mode = Pick<ContainerMount, 'readOnly'> & {
  readonly chown: boolean;
  readonly idmap: boolean;
  readonly noCopy: boolean;
  readonly propagation: Propagation | undefined;
};

function parseMode(mode: string, isBind: boolean): Mode {
  const words = mode === '' ? [] : mode.split(',');
  const given = (...names: string[]): string[] => words.filter((word) => names.includes(word));
  const travels = words.filter((word) => propagations.has(word));
  const known = new Set([
    'ro',
    'rw',
    'U',
    ...withoutEffect,
    ...(isBind ? [...travels, 'idmap'] : ['nocopy']),
  ]);
  const rest = words.filter((word) => !known.has(word));
  const isTwice = given('ro', 'rw').length > 1 || travels.length > 1 || given('z', 'Z').length > 1;
  if (rest.length > 0 || isTwice) throw invalid(`invalid mode: ${mode}`);
  return {
    readOnly: words.includes('ro'),
    chown: words.includes('U'),
    idmap: words.includes('idmap'),
    noCopy: words.includes('nocopy'),
    propagation: travels[0] as Propagation | undefined,
  };
}

const isMode = (text: string): boolean =>
  /^(?:[rR][ow]|[zZU]|nocopy|idmap)(?:,|$)/.test(text) || propagations.has(text);

/**
 * What `--volume` asks for, as docker reads it: `TARGET`, `SOURCE:TARGET` or `SOURCE:TARGET:MODE`. A source that begins with
 * a dot or a slash is a path of the host, any other a volume. Throws EngineError MOUNT_INVALID.
 */
export function parseVolume(text: string): ContainerMount {
  const parts = text.split(':');
  if (parts.includes('')) throw invalid(`invalid spec: ${text}: empty section between colons`);
  const [first = '', target, mode = ''] = parts;
  if (target === undefined) return { type: 'volume', target: first, option: 'volume' };
  if (parts.length > 3 || (parts.length === 2 && isMode(target))) {
    throw invalid(`invalid volume specification: '${text}'`);
  }
  const isBind = /^[./]/.test(first);
  const { noCopy, propagation, idmap, ...common } = parseMode(mode, isBind);
  if (!isBind) {
    return { type: 'volume', name: first, target, noCopy, ...common, option: 'volume', text };
  }
  const source = resolve(first);
  const shown = [source, ...parts.slice(1)].join(':');
  return { type: 'bind', source, target, createSource: true, propagation, idmap, ...common, option: 'volume', text: shown }; // prettier-ignore
}

/** What `--tmpfs` asks for: `TARGET[:OPTIONS]`. */
export function parseTmpfs(text: string): ContainerMount {
  const [target = '', ...rest] = text.split(':');
  const given = rest.join(':');
  const options = given === '' ? [] : given.split(',');
  return { type: 'tmpfs', target, options, option: 'tmpfs', text: given };
}
