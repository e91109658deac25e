import type { CaseGroup } from '../dockerfile-case.ts';
import { lines } from './lines.ts';

export const command: CaseGroup = {
  name: 'command',
  about: 'CMD and ENTRYPOINT, and what they reset',
  cases: [
    { name: 'CMD in exec form', dockerfile: lines('FROM busybox', 'CMD ["echo", "a b", "$HOME"]') },
    { name: 'CMD in shell form', dockerfile: lines('FROM busybox', 'CMD echo "a b" $HOME') },
    { name: 'CMD twice', dockerfile: lines('FROM busybox', 'CMD ["a"]', 'CMD ["b"]') },
    { name: 'CMD of nothing', dockerfile: lines('FROM busybox', 'CMD []') },
    { name: 'CMD without words', dockerfile: lines('FROM busybox', 'CMD') },
    { name: 'CMD with a shell of its own', dockerfile: lines('FROM busybox', 'SHELL ["/bin/sh", "-ec"]', 'CMD echo hi') }, // prettier-ignore
    { name: 'CMD with numbers in it', dockerfile: lines('FROM busybox', 'CMD ["echo", 1]') },
    { name: 'CMD with escapes', dockerfile: lines('FROM busybox', 'CMD ["echo", "a\\tb\\"c\\\\", "\\u00e9"]') }, // prettier-ignore
    {
      name: 'CMD and what follows its list',
      dockerfile: lines('FROM busybox', 'CMD ["echo"] more'),
    },
    { name: 'CMD over several lines', dockerfile: lines('FROM busybox', 'CMD [ \\', '  "echo", \\', '  "x" \\', ']') }, // prettier-ignore
    {
      name: 'ENTRYPOINT in exec form',
      dockerfile: lines('FROM busybox', 'ENTRYPOINT ["echo", "x"]'),
    },
    { name: 'ENTRYPOINT in shell form', dockerfile: lines('FROM busybox', 'ENTRYPOINT echo x') },
    { name: 'ENTRYPOINT of nothing', dockerfile: lines('FROM configured', 'ENTRYPOINT []') },
    { name: 'ENTRYPOINT resets the CMD of the base', dockerfile: lines('FROM configured', 'ENTRYPOINT ["cat"]') }, // prettier-ignore
    { name: 'ENTRYPOINT keeps a CMD of this stage', dockerfile: lines('FROM configured', 'CMD ["mine"]', 'ENTRYPOINT ["cat"]') }, // prettier-ignore
    { name: 'ENTRYPOINT before CMD', dockerfile: lines('FROM configured', 'ENTRYPOINT ["cat"]', 'CMD ["mine"]') }, // prettier-ignore
    { name: 'CMD alone keeps the ENTRYPOINT of the base', dockerfile: lines('FROM configured', 'CMD ["mine"]') }, // prettier-ignore
    { name: 'CMD of a stage is reset by the ENTRYPOINT of the next', dockerfile: lines('FROM busybox AS a', 'CMD ["mine"]', 'FROM a', 'ENTRYPOINT ["cat"]') }, // prettier-ignore
    { name: 'neither substitutes', dockerfile: lines('FROM busybox', 'ENV A=1', 'ENTRYPOINT ["$A"]', 'CMD echo ${A}') }, // prettier-ignore
  ],
};
