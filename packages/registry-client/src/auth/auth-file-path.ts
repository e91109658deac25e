import { homedir } from 'node:os';
import { join } from 'node:path';

const given = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

const homeOf = (env: NodeJS.ProcessEnv): string => given(env['HOME']) ?? homedir();

/** Where docker keeps logins: `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. */
export function dockerConfigPath(env: NodeJS.ProcessEnv = process.env): string {
  return join(given(env['DOCKER_CONFIG']) ?? join(homeOf(env), '.docker'), 'config.json');
}

/** Where a login is kept: in `$REGISTRY_AUTH_FILE` if that is set, else where docker keeps it. */
export function loginPath(env: NodeJS.ProcessEnv = process.env): string {
  return given(env['REGISTRY_AUTH_FILE']) ?? dockerConfigPath(env);
}

/**
 * Where logins are looked for, in this order: `$REGISTRY_AUTH_FILE`, docker's file, podman's of this session
 * (`$XDG_RUNTIME_DIR/containers/auth.json`) and podman's lasting one (`$XDG_CONFIG_HOME/containers/auth.json`).
 * https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
 */
export function authFilePaths(env: NodeJS.ProcessEnv = process.env): string[] {
  const explicit = given(env['REGISTRY_AUTH_FILE']);
  const runtime = given(env['XDG_RUNTIME_DIR']);
  const session =
    runtime === undefined
      ? `/run/containers/${process.getuid?.() ?? 0}`
      : join(runtime, 'containers');
  const lasting = given(env['XDG_CONFIG_HOME']) ?? join(homeOf(env), '.config');
  return [
    ...(explicit === undefined ? [] : [explicit]),
    dockerConfigPath(env),
    join(session, 'auth.json'),
    join(lasting, 'containers', 'auth.json'),
  ];
}
