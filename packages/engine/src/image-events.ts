import { layersOf } from '@ctrkit/rootfs';
import type { LayeredImage, RootfsEvent } from '@ctrkit/rootfs';
import type { PullEvent } from '@ctrkit/registry-client';
import { parsePlatform } from '@ctrkit/oci';
import type { Platform } from '@ctrkit/oci';

/** What happens to an image on its way to a container; layers go by the digest of their blob. */
export type ImageEvent =
  | PullEvent
  | {
      readonly type: 'layer';
      readonly id: string;
      readonly status: 'unpacking' | 'done';
    };

export interface ImageOptions {
  /** `os/architecture[/variant]`; default: this machine's. */
  readonly platform?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: (event: ImageEvent) => void;
}

/** The platform that was asked for, as an option of others. Throws OciError PLATFORM_INVALID. */
export function platformOf({ platform }: ImageOptions): { platform?: Platform } {
  return platform === undefined ? {} : { platform: parsePlatform(platform) };
}

/** Events of unpacking, as events of the image: to a user a layer is one thing, by the name of what was downloaded. */
export function unpackingEvents(
  image: LayeredImage,
  onEvent: ((event: ImageEvent) => void) | undefined,
): (event: RootfsEvent) => void {
  const blobs = new Map(layersOf(image).map((layer) => [layer.diffId as string, layer.descriptor]));
  return (event) => {
    if (event.type === 'dropped') {
      onEvent?.({ type: 'message', text: `left out ${event.what} ${event.path}` });
    } else if (event.status !== 'exists') {
      onEvent?.({ ...event, status: event.status, id: blobs.get(event.id)?.digest ?? event.id });
    }
  };
}
