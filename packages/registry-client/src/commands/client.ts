import type { Context, Values } from '@ctrkit/cli-kit';
import { parseServer } from '../auth/registry-key.ts';
import type { RegistryClient } from '../registry-client.ts';
import { parseMirror } from '../registries/mirror.ts';
import type { Mirror } from '../registries/mirror.ts';
import { userRegistryClient } from '../user-client.ts';

function mirrorOf(text: string): readonly [registry: string, Mirror] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new Error('a mirror is given as REGISTRY=MIRROR');
  return [parseServer(text.slice(0, equals)), parseMirror(text.slice(equals + 1))];
}

/** How registries are reached: flags of every command that speaks to one. */
export const clientOptions = {
  authfile: {
    type: 'string',
    valueName: 'FILE',
    describe: "The only file of logins (default: docker's and podman's)",
  },
  certs: {
    type: 'array',
    valueName: 'DIR',
    describe: 'A directory as /etc/docker/certs.d, looked into before those',
  },
  insecure: {
    type: 'array',
    valueName: 'REGISTRY',
    coerce: (text: string): string => parseServer(text),
    describe: 'Speak plain http to this registry, or TLS with any certificate',
  },
  mirror: {
    type: 'array',
    valueName: 'REGISTRY=MIRROR',
    coerce: (text: string): readonly [registry: string, Mirror] => mirrorOf(text),
    describe: 'Look there first for what the registry has',
  },
} as const;

/** The client of every command: as the user's files and the flags say. What is left out of these is told on stderr. */
export async function commandClient(
  { env, stderr }: Pick<Context, 'env' | 'stderr'>,
  options: Values<typeof clientOptions>,
): Promise<RegistryClient> {
  const version = process.env['CTRKIT_VERSION'] ?? '0.0.0';
  return await userRegistryClient({
    env,
    onMessage: (text) => stderr.write(`${text}\n`),
    authFile: options.authfile,
    certificates: options.certs,
    insecure: options.insecure,
    mirrors: options.mirror,
    userAgent: `ctrkit-registry-client/${version}`,
  });
}
