import { defaultSpec, hasOnlyRoot, imageToProcess, resolveUser, rootlessSpec } from '@ctrkit/oci';
import type { ContainerIds, ImageConfig, Mount, Process, RuntimeSpec } from '@ctrkit/oci';

/** What of a bundle is chosen by who makes it. */
export interface BundleChoices {
  /** The command, in place of the image's. */
  readonly args?: readonly string[] | undefined;
  /** The overlay at `/`, the lowest layer first; without it, `rootfs` is filled. */
  readonly lowers?: readonly string[] | undefined;
  /** Where the overlay writes. */
  readonly upper: string;
  readonly work: string;
  /** Those of its user namespace. @default it has none, which takes root */
  readonly ids?: ContainerIds | undefined;
  readonly accounts: {
    readonly passwd?: Uint8Array | undefined;
    readonly group?: Uint8Array | undefined;
  };
}

// overlayfs separates directories by colons and options by commas.
function escaped(path: string): string {
  return path.replaceAll(/[\\:,]/g, String.raw`\$&`);
}

function overlayMount({ lowers = [], upper, work, ids }: BundleChoices): Mount {
  const options = [
    `lowerdir=${lowers.toReversed().map(escaped).join(':')}`,
    `upperdir=${escaped(upper)}`,
    `workdir=${escaped(work)}`,
  ];
  if (ids !== undefined) options.push('userxattr');
  return { destination: '/', type: 'overlay', source: 'overlay', options };
}

function processOf(
  image: ImageConfig,
  present: Process,
  { args, accounts, ids }: BundleChoices,
): Process {
  const { uid, gid, additionalGids, home } = resolveUser(image.config.User ?? '', accounts);
  const { env, ...own } = imageToProcess(image, { cmd: args });
  const groups = hasOnlyRoot(ids?.gids) ? {} : { additionalGids };
  const umask = present.user.umask === undefined ? {} : { umask: present.user.umask };
  const withHome = env.some((variable) => variable.startsWith('HOME='))
    ? env
    : [...env, `HOME=${home}`];
  return { ...present, ...own, env: withHome, user: { uid, gid, ...umask, ...groups } };
}

/** https://github.com/opencontainers/image-spec/blob/v1.1.1/conversion.md#annotation-fields */
export function annotationsOf(image: ImageConfig): Record<string, string> {
  const named: Record<string, string | undefined> = {
    os: image.os,
    architecture: image.architecture,
    variant: image.variant,
    author: image.author,
    created: image.created,
    stopSignal: image.config.StopSignal,
  };
  const ports = Object.keys(image.config.ExposedPorts ?? {});
  if (ports.length > 0) named['exposedPorts'] = ports.join(',');
  const annotations: Record<string, string> = {};
  for (const [name, value] of Object.entries(named)) {
    if (value !== undefined) annotations[`org.opencontainers.image.${name}`] = value;
  }
  // Labels of the same name win.
  return { ...annotations, ...image.config.Labels };
}

/**
 * The runtime configuration of an image: the default sandbox, with what the image says to run, as whom and where.
 * Throws oci's NO_COMMAND, USER_NOT_FOUND, GROUP_NOT_FOUND, USER_INVALID.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/conversion.md
 */
export function bundleSpec(image: ImageConfig, choices: BundleChoices): RuntimeSpec {
  const spec = defaultSpec();
  const process = processOf(image, spec.process as Process, choices);
  const overlay = choices.lowers === undefined ? [] : [overlayMount(choices)];
  const whole: RuntimeSpec = {
    ...spec,
    process,
    mounts: [...overlay, ...(spec.mounts ?? [])],
    annotations: annotationsOf(image),
  };
  return choices.ids === undefined ? whole : rootlessSpec(whole, choices.ids);
}
