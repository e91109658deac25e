import { rootDirectory } from '@ctrkit/cli-kit';
import { openImageStore } from '../image-store.ts';
import type { ImageStore } from '../image-store.ts';

/** `--root`, which every command has. */
export const rootOption: {
  readonly root: { readonly type: 'string'; readonly valueName: 'DIR'; readonly describe: string };
} = {
  root: {
    type: 'string',
    valueName: 'DIR',
    describe: 'Where the images are (default: $CTR_ROOT, /var/lib/ctr or ~/.local/share/ctr)',
  },
};

/** The store that a command line means. */
export async function storeOf(
  root: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<ImageStore> {
  return await openImageStore({ root: root ?? rootDirectory(env) });
}
