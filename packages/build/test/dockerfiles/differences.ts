/** Where ours answers otherwise than BuildKit. */
export interface Difference {
  /** As the classic builder did; or what differs, as `difference` tells it. */
  readonly ours: 'as the classic builder' | readonly string[];
  readonly why: string;
  /** Whether it is meant to stay so. */
  readonly isMeant: boolean;
}

type Entry = readonly [name: string, difference: Difference];

const asClassic = (why: string, ...names: readonly string[]): Entry[] =>
  names.map((name) => [name, { ours: 'as the classic builder', why, isMeant: true }]);

const otherwise = (why: string, name: string, ...ours: readonly string[]): Entry => [
  name,
  { ours, why, isMeant: true },
];

const scratch = 'An image from scratch says nothing of a working directory: none is `/` too.';
const numbers = 'A stage may be named by its number wherever it may be named.';
const several =
  'With several sources the destination ends with a slash, as docker’s reference asks: else one file would replace the other.';
const unknownOwner = 'An owner that the image does not know is an error, not root.';
const environmentFirst = 'ENV wins over ARG of the same name, as docker’s reference says.';
const meant: readonly Entry[] = [
  ...asClassic(scratch, 'from: scratch with a file', 'from: scratch with settings only'),
  otherwise(scratch, 'from: scratch alone', '- WorkingDir "/"'),
  ...asClassic('Stages have the same name in any case.', 'from: stage by name, whatever its case'),
  otherwise(numbers, 'from: target by number', '- refused'),
  otherwise(numbers, 'mounts: bind from a stage', '- refused'),
  otherwise('The commands of a build have no more rights than other containers, and those make no devices.', 'run: device', '+ refused'), // prettier-ignore
  ...asClassic(several, 'copy: two files to no directory', 'copy: two files to a directory that is there'), // prettier-ignore
  ...asClassic('A source that matches nothing at all is an error, a pattern too.', 'copy: star that matches nothing'), // prettier-ignore
  ...asClassic('Brackets are a pattern: `[*]` is a star.', 'copy: name that has a star in it'),
  ...asClassic(unknownOwner, 'copy-links: owner that is not there', 'copy-links: group that is not there'), // prettier-ignore
  otherwise('`--chmod` sets the sticky bit of directories too.', 'copy-links: permissions with special bits', '+ d 1777 0:0 /y', '- d 0777 0:0 /y'), // prettier-ignore
  otherwise('`--chmod` is of what is copied, not of what is made on the way.', 'copy-from: linked with an owner', '+ d 0755 5:6 /x', '- d 0700 5:6 /x'), // prettier-ignore
  otherwise('`--link` finds names of owners too: in the image below.', 'copy-from: linked with an owner by name', '- refused'), // prettier-ignore
  otherwise('An archive of names that lead out is refused, not mended.', 'add: archive of names that lead out', '+ refused'), // prettier-ignore
  ...asClassic(environmentFirst, 'substitution: ENV hides ARG', 'substitution: ENV hides ARG that is given'), // prettier-ignore
  otherwise('WorkingDir is the path as it is, without dots and doubled slashes.', 'settings: WORKDIR with dots and slashes', '+ WorkingDir "/a/c"', '- WorkingDir "//a///b/../c/."'), // prettier-ignore
  otherwise('A heredoc may be named by a path.', 'heredoc: COPY with a path for a name', '- refused'), // prettier-ignore
  otherwise('The files that every container is given lie over a tmpfs too.', 'mounts: tmpfs hides what is there', '+ f 0644 0:0 /seen "hostname\\nhosts\\nresolv.conf\\n"', '- f 0644 0:0 /seen ""'), // prettier-ignore
  otherwise('Names of whiteouts in an archive are left out, and remove nothing.', 'add: archive with the name of a whiteout', '+ f 0644 0:0 /x/passwd ""'), // prettier-ignore
];

/** By table and case: everything in which ours is not as BuildKit. */
export const differences: ReadonlyMap<string, Difference> = new Map(meant);
