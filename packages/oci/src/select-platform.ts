import type { Descriptor } from './descriptor.ts';
import { normalizePlatform } from './platform.ts';
import type { Platform } from './platform.ts';

/**
 * The manifest of an index that suits `wanted` best, by docker's preference: the very platform first, then
 * those that the same processor also runs (arm/v6 on arm/v7, 386 on amd64), then one that names no platform.
 * Attestations, which have the platform `unknown/unknown`, and artifacts are not chosen. Undefined when there is
 * none. A manifest without a platform may be for any: its config says.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md
 */
export function selectPlatform(
  descriptors: readonly Descriptor[],
  wanted: Platform,
): Descriptor | undefined {
  const images = descriptors.filter((descriptor) => !isAttestation(descriptor));
  for (const platform of runnable(normalizePlatform(wanted))) {
    const match = images.find((image) => image.platform && isSame(image.platform, platform));
    if (match !== undefined) return match;
  }
  return images.find((image) => image.platform === undefined && image.artifactType === undefined);
}

function isAttestation({ annotations }: Descriptor): boolean {
  return annotations?.['vnd.docker.reference.type'] === 'attestation-manifest';
}

function isSame(platform: Platform, wanted: Platform): boolean {
  const { os, architecture, variant } = normalizePlatform(platform);
  return os === wanted.os && architecture === wanted.architecture && variant === wanted.variant;
}

// containerd's platforms.Only, the order in which docker looks.
function runnable(wanted: Platform): Platform[] {
  const { os, architecture, variant } = wanted;
  if (architecture === 'amd64') {
    return [
      ...withVariants(os, architecture, variant, 2),
      { os, architecture },
      { os, architecture: '386' },
    ];
  }
  if (architecture === 'arm64') {
    const older = withVariants(os, architecture, variant, 9);
    return [...older, { os, architecture }, ...withVariants(os, 'arm', 'v8', 5)];
  }
  if (architecture === 'arm') return withVariants(os, architecture, variant, 5);
  return [wanted];
}

/** From the given variant down to `lowest`, newest first; none when there is no variant. */
function withVariants(
  os: string,
  architecture: string,
  variant: string | undefined,
  lowest: number,
): Platform[] {
  if (variant === undefined) return [];
  const exact: Platform = { os, architecture, variant };
  const version = /^v([0-9]{1,2})$/.exec(variant)?.[1];
  const below = Math.max(0, Number(version ?? 0) - lowest);
  const older = Array.from({ length: below }, (_, index) => `v${Number(version) - 1 - index}`);
  return [exact, ...older.map((name) => ({ os, architecture, variant: name }))];
}
