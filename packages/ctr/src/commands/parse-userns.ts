import { IDS_OF_BLOCK } from '@ctrkit/engine';

/**
 * How many ids of its own a container is to have, by what `--userns` says: `host` none, `auto` or `auto:size=N` some. Throws an error
 * that says what is wrong.
 */
export function parseUserns(text: string): number | undefined {
  if (text === 'host' || text === '') return undefined;
  const [mode, options = '', ...rest] = text.split(':');
  if (mode !== 'auto' || rest.length > 0) {
    throw new Error(`invalid USER mode: ${text}: it can be host, auto or auto:size=N`);
  }
  if (options === '') return IDS_OF_BLOCK;
  const size = Number(/^size=(\d{1,6})$/.exec(options)?.[1]);
  if (size >= 1 && size <= IDS_OF_BLOCK) return size;
  throw new Error(`invalid option ${JSON.stringify(options)}: size=N has 1 to ${IDS_OF_BLOCK} ids`);
}
