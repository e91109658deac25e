import { defineCommand, loginOptions, readLogin } from '@ctrkit/cli-kit';
import type { Command, Context } from '@ctrkit/cli-kit';
import type { Credentials, RegistryClient } from '@ctrkit/registry-client';

const UNENCRYPTED = (path: string): string =>
  `\nWARNING! Your credentials are stored unencrypted in '${path}'.\n` +
  'Configure a credential helper to remove this warning. See\n' +
  'https://docs.docker.com/go/credential-store/\n\n';

/** Whether a login that is kept already is still good; says so, and why not. */
async function isStillGood(
  client: RegistryClient,
  registry: string,
  stored: Credentials,
  { signal, stderr }: Context,
): Promise<boolean> {
  stderr.write(
    `Authenticating with existing credentials... [Username: ${stored.username ?? ''}]\n`,
  );
  try {
    await client.checkLogin(registry, stored, { signal });
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    stderr.write(`Login did not succeed, error: ${why}\n`);
    return false;
  }
  stderr.write(
    "\n Info -> To login with a different account, run 'ctr logout' followed by 'ctr login'\n\n\n",
  );
  return true;
}

export const command: Command = defineCommand({
  operands: '[SERVER]',
  options: {
    ...loginOptions,
    password: {
      type: 'string',
      alias: 'p',
      describe: 'Password or Personal Access Token (PAT)',
    },
  },
  async run({ options, operands: [server] }, context) {
    const { env, stdout, stderr, signal } = context;
    // No other command loads it at once.
    const { dockerConfigCredentials, logIn, loginPath, parseServer, userRegistryClient } =
      await import('@ctrkit/registry-client');
    const registry = parseServer(server);
    const client = await userRegistryClient({ env });
    const path = loginPath(env);
    const { username, password } = options;
    const isGiven = username !== undefined || password !== undefined || options['password-stdin'];
    const stored = isGiven ? undefined : await dockerConfigCredentials(path, { env })(registry);
    if (stored === undefined || !(await isStillGood(client, registry, stored, context))) {
      const credentials = await readLogin(options, context);
      const kept = await logIn({ client, registry, credentials, path, env, signal });
      if (kept.helper === undefined) stderr.write(UNENCRYPTED(kept.path));
    }
    stdout.write('Login Succeeded\n');
  },
});
