export type RuleName =
  | 'ConsistentInstructionCasing'
  | 'CopyIgnoredFile'
  | 'DuplicateStageName'
  | 'ExposeInvalidFormat'
  | 'ExposeProtoCasing'
  | 'FromAsCasing'
  | 'FromPlatformFlagConstDisallowed'
  | 'InvalidDefaultArgInFrom'
  | 'InvalidDefinitionDescription'
  | 'JSONArgsRecommended'
  | 'LegacyKeyValueFormat'
  | 'MaintainerDeprecated'
  | 'MultipleInstructionsDisallowed'
  | 'NoEmptyContinuation'
  | 'RedundantTargetPlatform'
  | 'ReservedStageName'
  | 'SecretsUsedInArgOrEnv'
  | 'StageNameCasing'
  | 'UndefinedArgInFrom'
  | 'UndefinedVar'
  | 'WorkdirRelativePath';

interface Rule {
  readonly description: string;
  /** Only when it is asked for. */
  readonly isExperimental?: true;
}

/** The rules of BuildKit's linter, by its names. https://docs.docker.com/reference/build-checks/ */
export const rules: Readonly<Record<RuleName, Rule>> = {
  ConsistentInstructionCasing: { description: 'All commands of a Dockerfile have the same case' },
  CopyIgnoredFile: { description: 'What .dockerignore excludes cannot be copied' },
  DuplicateStageName: { description: 'Stage names are unique' },
  ExposeInvalidFormat: { description: 'EXPOSE takes neither an IP address nor a port of the host' },
  ExposeProtoCasing: { description: 'Protocols of EXPOSE are in lower case' },
  FromAsCasing: { description: "The 'as' of a FROM has the case of its 'from'" },
  FromPlatformFlagConstDisallowed: { description: 'A FROM has no constant platform' },
  InvalidDefaultArgInFrom: { description: 'An image name is valid by the defaults of its ARGs' },
  InvalidDefinitionDescription: {
    description: 'A comment above an ARG or a stage begins with its name',
    isExperimental: true,
  },
  JSONArgsRecommended: { description: 'CMD and ENTRYPOINT as JSON lists get the signals' },
  LegacyKeyValueFormat: { description: 'ENV and LABEL are written NAME=value' },
  MaintainerDeprecated: { description: 'A label says who maintains an image' },
  MultipleInstructionsDisallowed: { description: 'Of some instructions only the last counts' },
  NoEmptyContinuation: { description: 'Continued lines have no empty ones between them' },
  RedundantTargetPlatform: { description: 'The target platform is the default one' },
  ReservedStageName: { description: 'No stage has the name of something else' },
  SecretsUsedInArgOrEnv: { description: 'ARG and ENV are seen by everyone who has the image' },
  StageNameCasing: { description: 'Stage names are in lower case' },
  UndefinedArgInFrom: { description: 'FROM sees the ARGs above the first FROM' },
  UndefinedVar: { description: 'Variables are there before they are used' },
  WorkdirRelativePath: { description: 'A first WORKDIR is absolute' },
};

/** Whether a rule is asked for by name alone. */
export function isExperimental(name: RuleName): boolean {
  return rules[name].isExperimental === true;
}

/** Where docker explains it. */
export function ruleUrl(name: RuleName): string {
  const slug = name.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase();
  return `https://docs.docker.com/go/dockerfile/rule/${slug}/`;
}
