import { isIP } from 'node:net';

const LAST_PORT = 65_535;
const RANGE = /^(\d{1,5})(?:-(\d{1,5}))?$/;
const protocols: ReadonlySet<string> = new Set(['tcp', 'udp', 'sctp']);

/**
 * The ports that EXPOSE names, `80`, `53/udp`, `8000-8010`, as a configuration lists them. Of what publishes one, `8080:80` or
 * `127.0.0.1:8080:80`, it is the container's, as with docker: where it is on the host no image says. Throws an Error.
 */
export function exposedPorts(words: readonly string[]): Record<string, object> {
  return Object.fromEntries(words.flatMap(portsIn).map((port) => [port, {}]));
}

function portsIn(word: string): string[] {
  const parts = word.split(':');
  const [last = '', host = ''] = parts.toReversed();
  const [ports = '', given = '', ...rest] = last.split('/');
  const protocol = given === '' ? 'tcp' : given.toLowerCase();
  const range = rangeOf('containerPort', ports, word);
  if (!protocols.has(protocol) || rest.length > 0) {
    throw new Error(`invalid proto: ${last.slice(ports.length + 1)}`);
  }
  checkAddress(parts.slice(0, -2).join(':'));
  if (host !== '') checkHost(host, range, word);
  return range.map((port) => `${port}/${protocol}`);
}

function rangeOf(what: string, text: string, word: string): number[] {
  const [, first, last = first] = RANGE.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (first === undefined || from < 1 || to > LAST_PORT || to < from) {
    throw new Error(`invalid ${what}: ${text === '' ? word : text}`);
  }
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

function checkAddress(text: string): void {
  if (text === '' || isIP(text.replace(/^\[(.*)\]$/s, '$1')) !== 0) return;
  throw new Error(`invalid IP address: ${text}`);
}

// One port may be found at any of several of the host, several only at as many.
function checkHost(text: string, { length }: readonly number[], word: string): void {
  const host = rangeOf('hostPort', text, word);
  if (length === 1 || host.length === length) return;
  throw new Error(`invalid ranges specified for container and host Ports: ${word}`);
}
