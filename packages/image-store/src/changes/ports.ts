const LAST_PORT = 65_535;
const FORM = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i;

/** The ports that EXPOSE names, `80`, `53/udp`, `8000-8010`, as a configuration lists them. */
export function exposedPorts(words: readonly string[]): Record<string, object> {
  return Object.fromEntries(words.flatMap(portsIn).map((port) => [port, {}]));
}

function portsIn(word: string): string[] {
  const [, first, last = first, protocol = 'tcp'] = FORM.exec(word) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (first === undefined || from < 1 || to > LAST_PORT || to < from) {
    throw new Error(`invalid containerPort: ${word}`);
  }
  const ports = Array.from({ length: to - from + 1 }, (_, at) => from + at);
  return ports.map((port) => `${port}/${protocol.toLowerCase()}`);
}
