import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lintDockerfile } from '../../src/index.ts';
import type { LintOptions } from '../../src/index.ts';
import { errorOf, parse } from '../dockerfile/support.ts';

const amd64 = { os: 'linux', architecture: 'amd64' };
const platforms = { build: amd64, target: amd64 };

/** `line rule: message` of each finding. */
function found(text: string, options: LintOptions = {}): string[] {
  const { findings } = lintDockerfile(parse(text), { platforms, ...options });
  return findings.map(({ rule, message, range }) => `${range.start.line} ${rule}: ${message}`);
}

const table: [rule: string, dockerfile: string, expected: string[], options?: LintOptions][] = [
  [
    'StageNameCasing',
    'FROM scratch AS Base\nFROM scratch AS other\n',
    ["1 StageNameCasing: Stage name 'Base' should be lowercase"],
  ],
  [
    'FromAsCasing',
    'FROM scratch as a\nFROM scratch AS b\n',
    ["1 FromAsCasing: 'as' and 'FROM' keywords' casing do not match"],
  ],
  [
    'NoEmptyContinuation',
    'FROM scratch\nCOPY a \\\n\n b\n',
    ['3 NoEmptyContinuation: Empty continuation line'],
  ],
  [
    'ConsistentInstructionCasing, most in upper case',
    'FROM scratch\ncopy a b\nCopy a c\nUSER d\n',
    [
      "2 ConsistentInstructionCasing: Command 'copy' should match the case of the command majority (uppercase)",
      "3 ConsistentInstructionCasing: Command 'Copy' should match the case of the command majority (uppercase)",
    ],
  ],
  [
    'ConsistentInstructionCasing, most in lower case',
    'from scratch\ncopy a b\nUSER d\n',
    [
      "3 ConsistentInstructionCasing: Command 'USER' should match the case of the command majority (lowercase)",
    ],
  ],
  [
    'DuplicateStageName',
    'FROM scratch AS a\nFROM scratch AS a\n',
    ['2 DuplicateStageName: Duplicate stage name "a", stage names should be unique'],
  ],
  [
    'ReservedStageName',
    'FROM scratch AS context\n',
    ['1 ReservedStageName: Stage name should not use the same name as reserved stage "context"'],
  ],
  [
    'JSONArgsRecommended',
    'FROM scratch AS a\nCMD x\nFROM scratch AS b\nSHELL ["x"]\nENTRYPOINT y\nFROM b\nCMD z\n',
    [
      '2 JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals',
    ],
  ],
  [
    'MaintainerDeprecated',
    'FROM scratch\nMAINTAINER me\n',
    ['2 MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label'],
  ],
  [
    'UndefinedArgInFrom',
    'ARG VERSION=1\nFROM a:${VERSOIN:-1}\nFROM --platform=$PLATFROM b\nFROM --platform=$BUILDPLATFORM c:$VERSION\n',
    [
      "2 UndefinedArgInFrom: FROM argument 'VERSOIN' is not declared (did you mean VERSION?)",
      "3 UndefinedArgInFrom: FROM argument 'PLATFROM' is not declared",
    ],
  ],
  [
    'UndefinedVar',
    'FROM scratch AS a\nARG DIR=/x NONE\nENV A=$DIR$NONE B=$BB\nCOPY $DRI /\nRUN echo $C\nEXPOSE $D\nENV PATH=$PATH:/y\nFROM a\nWORKDIR /$B/$E\n',
    [
      "3 UndefinedVar: Usage of undefined variable '$BB'",
      "4 UndefinedVar: Usage of undefined variable '$DRI' (did you mean $DIR?)",
      "9 UndefinedVar: Usage of undefined variable '$E' (did you mean $A?)",
    ],
  ],
  ['UndefinedVar, of an image that nobody knows', 'FROM a\nENV A=$B\n', []],
  [
    'UndefinedVar, of an image that is known',
    'FROM a\nENV A=$B C=$D\n',
    ["2 UndefinedVar: Usage of undefined variable '$D' (did you mean $B?)"],
    { variablesOf: (image) => new Map(image === 'a' ? [['B', '1']] : []) },
  ],
  [
    'WorkdirRelativePath',
    'FROM scratch AS a\nWORKDIR b\nWORKDIR c\nFROM a\nWORKDIR d\nFROM scratch\nWORKDIR /e\nWORKDIR f\n',
    [
      '2 WorkdirRelativePath: Relative workdir "b" can have unexpected results if the base image changes',
    ],
  ],
  [
    'MultipleInstructionsDisallowed',
    'FROM scratch AS a\nCMD ["a"]\nCMD ["b"]\nHEALTHCHECK NONE\nHEALTHCHECK NONE\nFROM a\nCMD ["c"]\nENTRYPOINT ["d"]\n',
    [
      '2 MultipleInstructionsDisallowed: Multiple CMD instructions should not be used in the same stage because only the last one will be used',
      '4 MultipleInstructionsDisallowed: Multiple HEALTHCHECK instructions should not be used in the same stage because only the last one will be used',
    ],
  ],
  [
    'LegacyKeyValueFormat',
    'FROM scratch\nENV a b\nLABEL a=b\nLABEL "a b"=c\nLABEL d =e\nENV \\\n f=g\n',
    [
      '2 LegacyKeyValueFormat: "ENV key=value" should be used instead of legacy "ENV key value" format',
      '5 LegacyKeyValueFormat: "LABEL key=value" should be used instead of legacy "LABEL key value" format',
    ],
  ],
  [
    'RedundantTargetPlatform',
    'FROM --platform=$TARGETPLATFORM a\nFROM --platform=${TARGETPLATFORM:-x} b\nFROM --platform=$BUILDPLATFORM c\n',
    [
      '1 RedundantTargetPlatform: Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior',
      '2 RedundantTargetPlatform: Setting platform to predefined ${TARGETPLATFORM:-x} in FROM is redundant as this is the default behavior',
    ],
  ],
  [
    'SecretsUsedInArgOrEnv',
    'FROM scratch\nARG TOKEN api_key=1 token_file\nENV PUBLIC_KEY=1 password=2 keyboard=3\n',
    [
      '2 SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ARG "TOKEN")',
      '2 SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ARG "api_key")',
      '3 SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ENV "password")',
    ],
  ],
  [
    'InvalidDefaultArgInFrom',
    'ARG TAG\nARG NAME=a\nFROM a:$TAG\nFROM $NAME\n',
    [
      '3 InvalidDefaultArgInFrom: Default value for ARG a:$TAG results in empty or invalid base image name',
    ],
    { buildArguments: new Map([['TAG', '1']]) },
  ],
  [
    'FromPlatformFlagConstDisallowed',
    'FROM --platform=linux/amd64 a AS x\nFROM --platform=linux/amd64 a AS build-amd64\nFROM --platform=$BUILDPLATFORM a\n',
    [
      '1 FromPlatformFlagConstDisallowed: FROM --platform flag should not use constant value "linux/amd64"',
    ],
  ],
  [
    'CopyIgnoredFile',
    'FROM scratch AS a\nCOPY ./secret /a\nADD secret/ https://secret /b\nCOPY --from=a secret /c\nCOPY . /d\n',
    [
      '2 CopyIgnoredFile: Attempting to Copy file "secret" that is excluded by .dockerignore',
      '3 CopyIgnoredFile: Attempting to Add file "secret" that is excluded by .dockerignore',
    ],
    { isIgnored: (path) => path.startsWith('secret') },
  ],
  [
    'InvalidDefinitionDescription',
    '# check=experimental=all\n# foo what it is\nARG foo\n# bar what it is\nARG baz\n# nothing\n#\nARG qux\n# x\n# base what it is\nFROM scratch AS base\n# none\nARG a b\n',
    [
      '5 InvalidDefinitionDescription: Comment for ARG should follow the format: `# baz <description>`',
      '13 InvalidDefinitionDescription: Comment for ARG should follow the format: `# <arg_key> <description>`',
    ],
  ],
  [
    'ExposeProtoCasing',
    'FROM scratch\nEXPOSE 80/TCP 81/udp\n',
    ["2 ExposeProtoCasing: Defined protocol '80/TCP' in EXPOSE instruction should be lowercase"],
  ],
  [
    'ExposeInvalidFormat',
    'FROM scratch\nEXPOSE 127.0.0.1:80:80 [::1]:81:81 5000-5005\n',
    [
      "2 ExposeInvalidFormat: EXPOSE instruction should not define an IP address or host-port mapping, found '127.0.0.1:80:80'",
      "2 ExposeInvalidFormat: EXPOSE instruction should not define an IP address or host-port mapping, found '[::1]:81:81'",
    ],
  ],
  ['nothing to say', 'ARG V=1\nFROM a:$V AS b\nWORKDIR /c\nCOPY . .\nRUN d\nCMD ["e"]\n', []],
];

for (const [rule, dockerfile, expected, options] of table) {
  test(rule, () => assert.equal(found(dockerfile, options), expected));
}

test('a rule says where docker explains it', () => {
  const { findings } = lintDockerfile(parse('FROM scratch\nCMD a\n'), { platforms });
  assert.is(findings[0]?.url, 'https://docs.docker.com/go/dockerfile/rule/json-args-recommended/');
});

const wrong = 'FROM scratch AS Base\nCMD a\n';
const checks: [check: string, rules: string[], isError: boolean][] = [
  ['', ['StageNameCasing', 'JSONArgsRecommended'], false],
  ['skip=StageNameCasing', ['JSONArgsRecommended'], false],
  ['skip=StageNameCasing, JSONArgsRecommended', ['JSONArgsRecommended'], false],
  ['skip=StageNameCasing,JSONArgsRecommended;error=true', [], false],
  ['skip=all', [], false],
  ['error=true', ['StageNameCasing', 'JSONArgsRecommended'], true],
  ['error=true;skip=JSONArgsRecommended', ['StageNameCasing'], true],
];

for (const [check, rules, isError] of checks) {
  test(`check=${check}`, () => {
    const directive = check === '' ? '' : `# check=${check}\n`;
    for (const result of [
      lintDockerfile(parse(directive + wrong), { platforms }),
      lintDockerfile(parse(`# check=skip=all\n${wrong}`), { platforms, check }),
    ]) {
      assert.equal(
        result.findings.map(({ rule }) => rule),
        rules,
      );
      assert.is(result.isError, isError);
    }
  });
}

test('a comment above an instruction spares that one', () => {
  const text =
    'FROM scratch\n# check=skip=SecretsUsedInArgOrEnv // a public one\nENV TOKEN=a\nENV KEY=b\n# check=skip=all\nENV AUTH=c\n';
  assert.equal(
    found(text).map((line) => line.split(' ', 1)[0]),
    ['4'],
  );
});

for (const check of ['nonsense', 'skip', 'nope=1', 'error=perhaps']) {
  test(`refused: check=${check}`, () => {
    const { code } = errorOf(() => lintDockerfile(parse(`# check=${check}\nFROM a\n`)));
    assert.is(code, 'ARGUMENT_INVALID');
  });
}

test.run();
