import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
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

// Whatever the umask: every user of the container reads them.
function writeReadable(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o644);
}

/** Writes the container's own /etc/hosts, hostname and resolv.conf into its directory. */
export function writeNetworkFiles(directory: string, network: NetworkMode, hostname: string): void {
  const hosts = network === 'host' ? hostFile('/etc/hosts') : `${loopbackHosts.join('\n')}\n`;
  const resolver = network === 'host' ? hostFile('/etc/resolv.conf') : '';
  writeReadable(join(directory, 'hosts'), hosts);
  writeReadable(join(directory, 'hostname'), `${hostname}\n`);
  writeReadable(join(directory, 'resolv.conf'), resolver);
}
