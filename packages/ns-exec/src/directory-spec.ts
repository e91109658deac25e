import { resolve } from 'node:path';
import { defaultSpec, rootlessSpec } from '@ctrkit/oci';
import type { ContainerIds, RuntimeSpec } from '@ctrkit/oci';
import { withMachineMasks } from './machine-masks.ts';

export interface DirectoryChoices {
  readonly directory: string;
  readonly args: readonly string[];
  readonly env?: readonly string[];
  readonly hostname?: string;
  readonly readonly?: boolean;
  /** Keep the host's network. Default: only a loopback interface of its own. */
  readonly hostNetwork?: boolean;
  /** Those of its user namespace. @default it has none, which takes root */
  readonly ids?: ContainerIds | undefined;
}

/** The default sandbox around a directory: no image, no store, no limits. */
export function directorySpec(choices: DirectoryChoices): RuntimeSpec {
  const { directory, args, env = [], hostname = 'container', ids } = choices;
  const spec = withMachineMasks(defaultSpec());
  const process = spec.process ?? { cwd: '/', user: { uid: 0, gid: 0 } };
  const namespaces = spec.linux?.namespaces ?? [];
  const { resources: _none, ...linux } = spec.linux ?? {};
  const whole: RuntimeSpec = {
    ...spec,
    hostname,
    root: { path: resolve(directory), readonly: choices.readonly ?? false },
    process: { ...process, args: [...args], env: [...(process.env ?? []), 'HOME=/root', ...env] },
    linux: {
      ...linux,
      namespaces: namespaces.filter(
        ({ type }) => choices.hostNetwork !== true || type !== 'network',
      ),
    },
  };
  return ids === undefined ? whole : rootlessSpec(whole, ids);
}
