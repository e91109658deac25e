/** What Node has not loaded by itself, and what takes a millisecond or several to load. */
const dear: ReadonlySet<string> = new Set([
  'node:child_process',
  'node:crypto',
  'node:fs/promises',
  'node:module',
  'node:net',
  'node:os',
  'node:stream',
  'node:stream/promises',
  'node:timers/promises',
]);

function lazy(load: () => object): object {
  let loaded: object | undefined;
  const module = (): object => (loaded ??= load());
  return new Proxy(
    {},
    {
      get: (_, name) => Reflect.get(module(), name) as unknown,
      // A module that is imported when it is needed is copied, name by name.
      has: (_, name) => Reflect.has(module(), name),
      ownKeys: () => Reflect.ownKeys(module()),
      getOwnPropertyDescriptor: (_, name) => {
        const found = Reflect.getOwnPropertyDescriptor(module(), name);
        return found && { ...found, configurable: true };
      },
    },
  );
}

/**
 * A `require` that loads dear modules of Node when something of them is used, so that each command pays for what it
 * does and pays when it does it. For code that uses their exports by name, not the module as a value.
 */
export function lazily(require: (id: string) => unknown): (id: string) => unknown {
  return (id) => (dear.has(id) ? lazy(() => require(id) as object) : require(id));
}
