import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkMode } from './spec.ts';

const loopbackHosts = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'ff00::0\tip6-mcastprefix',
  'ff02::1\tip6-allnodes',
  'ff02::2\tip6-allrouters',
];

function hostFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // A host without the file resolves nothing by it, and neither does the container.
    return '';
  }
}

/** Writes the container's own /etc/hosts, hostname and resolv.conf into its directory. */
export function writeNetworkFiles(directory: string, network: NetworkMode, hostname: string): void {
  const hosts = network === 'host' ? hostFile('/etc/hosts') : `${loopbackHosts.join('\n')}\n`;
  const resolver = network === 'host' ? hostFile('/etc/resolv.conf') : '';
  writeFileSync(join(directory, 'hosts'), hosts, { mode: 0o644 });
  writeFileSync(join(directory, 'hostname'), `${hostname}\n`, { mode: 0o644 });
  writeFileSync(join(directory, 'resolv.conf'), resolver, { mode: 0o644 });
}
