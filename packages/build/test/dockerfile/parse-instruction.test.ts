import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { errorOf, parse, parseOne, saysOf } from './support.ts';

const copied = {
  chown: undefined,
  chmod: undefined,
  link: false,
  exclude: [],
  heredocs: [],
};
const copy = { ...copied, from: undefined, parents: false };
const add = { ...copied, checksum: undefined, keepGitDir: false, unpack: undefined };
const run = { heredocs: [], mounts: [], network: 'default' };
const check = {
  interval: undefined,
  timeout: undefined,
  startPeriod: undefined,
  startInterval: undefined,
  retries: undefined,
};
const shell = (line: string): object => ({ form: 'shell', line });
const exec = (...args: string[]): object => ({ form: 'exec', args });

const table: [line: string, says: object][] = [
  ['RUN a  b', { ...run, command: shell('a  b') }],
  ['run ["a", "b c"]', { ...run, command: exec('a', 'b c') }],
  ["RUN ['a']", { ...run, command: shell("['a']") }],
  ['RUN', { ...run, command: shell('') }],
  ['RUN --network=none a', { ...run, network: 'none', command: shell('a') }],
  ['RUN --security=sandbox a', { ...run, command: shell('a') }],
  ['RUN -- --x', { ...run, command: shell('--x') }],
  ['RUN a --network=none', { ...run, command: shell('a --network=none') }],
  ['CMD', { command: shell('') }],
  ['CMD []', { command: exec() }],
  ['ENTRYPOINT ["a"]', { command: exec('a') }],
  ['SHELL ["sh", "-c"]', { values: ['sh', '-c'] }],
  ['COPY a b /c/', { ...copy, sources: ['a', 'b'], destination: '/c/' }],
  ['COPY ["a b", "c"]', { ...copy, sources: ['a b'], destination: 'c' }],
  ['COPY ["a b" c]', { ...copy, sources: ['["a', 'b"'], destination: 'c]' }],
  [
    'COPY --from=x --chown=1:2 --chmod=u+x --link --parents a b',
    {
      ...copy,
      sources: ['a'],
      destination: 'b',
      from: 'x',
      chown: '1:2',
      chmod: 'u+x',
      link: true,
      parents: true,
    },
  ],
  [
    'COPY --link=FALSE --parents=true a b',
    { ...copy, sources: ['a'], destination: 'b', parents: true },
  ],
  [
    'COPY --exclude=*.md --exclude=!a.md . /',
    { ...copy, sources: ['.'], destination: '/', exclude: ['*.md', '!a.md'] },
  ],
  ['COPY --chown="a b":c\\ d x y', { ...copy, sources: ['x'], destination: 'y', chown: 'a b:c d' }],
  [
    'ADD --checksum=sha256:0 --keep-git-dir --unpack=false u /v',
    {
      ...add,
      sources: ['u'],
      destination: '/v',
      checksum: 'sha256:0',
      keepGitDir: true,
      unpack: false,
    },
  ],
  ['ADD --unpack a b', { ...add, sources: ['a'], destination: 'b', unpack: true }],
  [
    'ENV a=1 b="2 3" c=\'4\' d=',
    {
      pairs: [
        ['a', '1'],
        ['b', '"2 3"'],
        ['c', "'4'"],
        ['d', ''],
      ],
    },
  ],
  ['ENV a  b  c=d', { pairs: [['a', 'b  c=d']] }],
  [
    'LABEL "a b"=c d=e\\ f',
    {
      pairs: [
        ['"a b"', 'c'],
        ['d', 'e\\ f'],
      ],
    },
  ],
  [
    'ARG a b=c d="e f" g=',
    {
      args: [
        { name: 'a', value: undefined },
        { name: 'b', value: 'c' },
        { name: 'd', value: '"e f"' },
        { name: 'g', value: '' },
      ],
    },
  ],
  ['EXPOSE 80 53/udp', { values: ['53/udp', '80'] }],
  ['VOLUME /a /b', { values: ['/a', '/b'] }],
  ['VOLUME ["/a b"]', { values: ['/a b'] }],
  ['USER a b', { value: 'a b' }],
  ['WORKDIR a b', { value: 'a b' }],
  ['STOPSIGNAL 9', { value: '9' }],
  ['MAINTAINER a <b>', { value: 'a <b>' }],
  ['HEALTHCHECK NONE', { ...check, command: undefined }],
  ['HEALTHCHECK cmd a b', { ...check, command: shell('a b') }],
  [
    'HEALTHCHECK --interval=1m30s --timeout=500ms --start-period=1h --start-interval=.5s --retries=3 CMD ["a"]',
    {
      command: exec('a'),
      interval: 90e9,
      timeout: 5e8,
      startPeriod: 3600e9,
      startInterval: 5e8,
      retries: 3,
    },
  ],
  ['HEALTHCHECK --interval=0 CMD a', { ...check, interval: 0, command: shell('a') }],
  ['ONBUILD run a', { trigger: 'run a' }],
  ['ONBUILD COPY <<-E /x\n\thi\n\tE', { trigger: 'COPY <<-E /x\nhi\nE' }],
];

for (const [line, says] of table) test(line, () => assert.equal(saysOf(line), says));

test('FROM in all its forms', () => {
  const { stages } = parse('FROM --platform=$P a@b\nFROM c as BASE\nfrom d AS x.y_z-1\n');
  const froms = stages.map(({ from: { image, platform, as } }) => [image, platform, as]);
  assert.equal(froms, [
    ['a@b', '$P', undefined],
    ['c', undefined, 'base'],
    ['d', undefined, 'x.y_z-1'],
  ]);
});

function mountsOf(flags: string): unknown {
  const instruction = parseOne(`RUN ${flags} true`);
  return instruction.keyword === 'RUN' ? instruction.mounts : undefined;
}

const mounts: [flags: string, type: string, options: Record<string, string>][] = [
  ['--mount=target=/a', 'bind', { target: '/a' }],
  [
    '--mount=type=bind,src=a,dst=/b,from=c,rw',
    'bind',
    { source: 'a', target: '/b', from: 'c', readonly: 'false' },
  ],
  [
    '--mount=type=bind,source=a,destination=/b,ro=false',
    'bind',
    { source: 'a', target: '/b', readonly: 'false' },
  ],
  ['--mount=type=bind,readwrite=false,target=/b', 'bind', { readonly: 'true', target: '/b' }],
  [
    '--mount=type=CACHE,id=x,target=/c,sharing=Locked,mode=0755,uid=1,gid=2,readonly',
    'cache',
    {
      id: 'x',
      target: '/c',
      sharing: 'locked',
      mode: '0755',
      uid: '1',
      gid: '2',
      readonly: 'true',
    },
  ],
  [
    '--mount=type=secret,id=s,env=TOKEN,required',
    'secret',
    { id: 's', env: 'TOKEN', required: 'true' },
  ],
  ['--mount=required=1,type=ssh', 'ssh', { required: 'true' }],
  ['--mount=type=tmpfs,target=/t,size=64m', 'tmpfs', { target: '/t', size: '64m' }],
  ['--mount="type=bind,source=a b,target=/c"', 'bind', { source: 'a b', target: '/c' }],
  ['--mount=type=bind,\\"source=a,b\\",target=/c', 'bind', { source: 'a,b', target: '/c' }],
  ['--mount=type=$T,target=$X', 'bind', { type: '$T', target: '$X' }],
];

for (const [flags, type, options] of mounts) {
  test(flags, () => assert.equal(mountsOf(flags), [{ type, options }]));
}

const refused: [line: string, message: RegExp][] = [
  ['RUN --mount=type=nope true', /unsupported mount type "nope"/],
  ['RUN --mount=target true', /invalid field 'target' must be a key=value pair/],
  ['RUN --mount=nope=1 true', /unexpected key 'nope' in 'nope=1'/],
  ['RUN --mount=from=$x,target=/a true', /'from' doesn't support variable expansion/],
  ['RUN --mount=type=cache,target=/a,sharing=all true', /unsupported sharing value "all"/],
  ['RUN --mount=type=bind,mode=1 true', /mode not allowed for "bind" type mounts/],
  ['RUN --mount=type=cache,mode=9 true', /invalid value 9 for mode/],
  ['RUN --mount=type=cache,uid=x true', /invalid value x for uid/],
  ['RUN --mount=type=bind,size=1 true', /unexpected key 'size' for mount type 'bind'/],
  ['RUN --mount=type=tmpfs,size=x true', /invalid value for size: x/],
  ['RUN --mount=type=cache,required true', /unexpected key 'required'/],
  ['RUN --mount=type=bind,ro=maybe true', /invalid value for readonly: maybe/],
  ['RUN --mount=type=secret true', /one of source, target required/],
  ['RUN --mount=type=secret,id=a,src=b true', /both source and id/],
  ['RUN --mount=type=secret,id=a,from=b true', /should not have a from/],
  ['RUN --mount=type=tmpfs,sharing=shared true', /invalid cache sharing set for tmpfs mount/],
  ['RUN --mount=a"b true', /unexpected key/],
  ['RUN --mount true', /missing a value on flag: --mount/],
  ['RUN --network=vpn true', /invalid network mode "vpn"/],
  ['RUN --security=insecure true', /--security=insecure/],
  ['RUN --security=x true', /security "x" is not valid/],
  ['RUN --device=vendor.com\\/a=b true', /--device/],
  ['COPY --link=maybe a b', /expecting boolean value for flag --link, not: maybe/],
  ['COPY --link= a b', /missing a value on flag: --link/],
  ['COPY --checksum=x a b', /unknown flag: --checksum/],
  ['COPY --__proto__=x a b', /unknown flag: --__proto__/],
  ['ADD --parents a b', /unknown flag: --parents/],
];

for (const [line, message] of refused) {
  test(`refused: ${line}`, () => assert.match(errorOf(() => parseOne(line)).message, message));
}

test('a heredoc of COPY that a list names has no lines', () => {
  assert.equal(saysOf('COPY ["<<E", "/x"]'), {
    ...copy,
    sources: [],
    destination: '/x',
    heredocs: [{ name: 'E', content: '', expands: true }],
  });
});

test.run();
