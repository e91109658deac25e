import { once } from 'node:events';
import { defineCommand, formatError, formatOption, printRows } from '@ctrkit/cli-kit';
import type { Command, Context } from '@ctrkit/cli-kit';
import { serveRegistry } from '../serve/serve-registry.ts';
import type { ServeEvent } from '../serve/serve-registry.ts';
import { rootOption, storeOf } from './root-option.ts';

export const command: Command = defineCommand({
  options: {
    ...rootOption,
    address: {
      type: 'string',
      valueName: 'HOST:PORT',
      default: '127.0.0.1:0',
      describe: 'Where to listen, on loopback; port 0 takes a free one',
      coerce: parseAddress,
    },
    'allow-push': {
      type: 'boolean',
      describe: 'Accept pushes, from any user of this machine: there is no login',
    },
    'allow-delete': {
      type: 'boolean',
      describe: 'Let tags and manifests be deleted, by any user of this machine',
    },
    format: formatOption,
  },
  async run({ options }, context) {
    const { signal, stdout, env } = context;
    const store = await storeOf(options.root, env);
    await using registry = await serveRegistry(store, {
      ...options.address,
      readOnly: !options['allow-push'],
      allowDelete: options['allow-delete'],
      onEvent: (event) => tell(event, context),
    });
    const { origin, host, port } = registry;
    await printRows(stdout, [{ origin, host, port }], {
      format: options.format,
      columns: [{ header: 'ORIGIN', value: (row) => row.origin }],
    });
    if (!signal.aborted) await once(signal, 'abort');
  },
});

function parseAddress(text: string): { host: string; port: number } {
  const match = /^(?<host>\[[^\]]*\]|[^:]*):(?<port>\d{1,5})$/.exec(text);
  const { host = '', port = '' } = match?.groups ?? {};
  if (host === '' || Number(port) > 65_535) throw new Error(`${text}: is not HOST:PORT`);
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

function tell(event: ServeEvent, { stderr, debug }: Context): void {
  if (event.type === 'fault') {
    const lines = formatError(event.error, { name: 'image-store', debug });
    stderr.write(`${lines.join('\n')}\n`);
  } else if (debug) {
    stderr.write(`${event.status} ${event.method} ${JSON.stringify(event.url)}\n`);
  }
}
