import { isNameOnly, parseReference } from '@ctrkit/oci';
import type { PulledImage } from '@ctrkit/engine';

/** What docker says before it pulls. Throws OciError REFERENCE_INVALID. */
export function linesBefore(name: string): string[] {
  const { repository, tag, digest } = parseReference(name);
  return [
    ...(isNameOnly(name) ? ['Using default tag: latest'] : []),
    `${digest ?? tag}: Pulling from ${repository}`,
  ];
}

/** What docker says when it is done. */
export function linesAfter({ name, digest, isNew }: PulledImage): string[] {
  return [
    `Digest: ${digest}`,
    `Status: ${isNew ? 'Downloaded newer image for' : 'Image is up to date for'} ${name}`,
  ];
}
