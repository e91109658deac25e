/**
 * Whether a registry (`host` or `host:port`) is on this machine, where docker allows plain http:
 * localhost, 127.0.0.0/8, ::1. By the text alone; no name is looked up.
 */
export function isLoopbackRegistry(registry: string): boolean {
  const host = registry.replace(/^\[(.*)\](?::[0-9]+)?$/, '$1').toLowerCase();
  const name = host.replace(/^([^:]*):[0-9]+$/, '$1');
  return name === 'localhost' || name === '::1' || isLoopbackIPv4(name);
}

// Exactly four numbers: 127.0.0.1.example.com is somebody else.
function isLoopbackIPv4(name: string): boolean {
  const parts = /^127\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})$/.exec(name)?.slice(1);
  return parts?.every((part) => Number(part) <= 255) ?? false;
}
