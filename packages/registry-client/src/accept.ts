import { mediaTypes } from '@ctrkit/oci';

/** The manifests and indexes that we understand, for the Accept header. */
export const acceptedManifests: string = [
  mediaTypes.index,
  mediaTypes.manifest,
  mediaTypes.dockerManifestList,
  mediaTypes.dockerManifest,
].join(', ');
