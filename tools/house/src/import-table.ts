const words = ['oci', 'durable', 'syscalls', 'cli-kit', 'layout'];
const tools = ['registry-client', 'image-store', 'rootfs', 'ns-exec', 'cgroup', 'network'];

/**
 * Who may import whom: the floors of docs/architecture.md. Floor 0 knows nothing of ours but what
 * stands here, no tool imports another tool, and everything above sees all below.
 */
export const importTable: Readonly<Record<string, readonly string[]>> = {
  oci: [],
  durable: [],
  syscalls: [],
  'cli-kit': ['oci'],
  layout: ['oci', 'durable'],

  'registry-client': words,
  'image-store': words,
  rootfs: words,
  // The runtime specification puts the limits into the bundle.
  'ns-exec': [...words, 'cgroup'],
  cgroup: words,
  network: words,

  engine: [...words, ...tools],
  build: [...words, ...tools, 'engine'],
  ctr: [...words, ...tools, 'engine', 'build'],
};

/** The packages that are always there; the others of the table come when something fills them. */
export const founded: readonly string[] = Object.keys(importTable).filter(
  (name) => name !== 'network',
);
