import { hostPlatform, parsePlatform } from '@ctrkit/oci';
import type { Platform } from '@ctrkit/oci';
import { selectImage } from '../pull/select-image.ts';
import type { SelectedImage, Sources } from '../pull/select-image.ts';

/** Whose image of an index is looked at. */
export const platformOption = {
  platform: {
    type: 'string',
    describe: "Follow an index to this platform's manifest, such as linux/arm64",
    coerce: (text: string): Platform => parsePlatform(text),
  },
} as const;

/** The image that a reference means, found without any of its layers. */
export async function selectedImage(
  sources: Sources,
  platform: Platform = hostPlatform(),
): Promise<SelectedImage> {
  const first = await sources.client.resolve(sources.reference, sources);
  return await selectImage(sources, first, platform);
}
