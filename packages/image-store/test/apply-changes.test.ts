import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { applyChanges } from '../src/changes/apply-changes.ts';

const S = 1_000_000_000;

const table: [string[], object][] = [
  [['CMD sh'], { Cmd: ['/bin/sh', '-c', 'sh'] }],
  [['cmd ["sh", "-c", "a b"]'], { Cmd: ['sh', '-c', 'a b'] }],
  [['CMD [not json]'], { Cmd: ['/bin/sh', '-c', '[not json]'] }],
  [['CMD sh', 'CMD'], { Cmd: [] }],
  [['ENTRYPOINT ["/init"]'], { Entrypoint: ['/init'] }],
  [['ENV A=1 B="two words" C=\'$A\''], { Env: ['A=1', 'B=two words', 'C=$A'] }],
  [['ENV A the rest of it'], { Env: ['A=the rest of it'] }],
  [['ENV A=1', 'ENV A=2', 'ENV B=$A/${A} C=${X:-none} D=${A:+yes}'], { Env: ['A=2', 'B=2/2', 'C=none', 'D=yes'] }], // prettier-ignore
  [['ENV A=a\\ b C="say \\"hi\\"" D=\\$A E=""'], { Env: ['A=a b', 'C=say "hi"', 'D=$A', 'E='] }],
  [['LABEL a=b "c d"=e'], { Labels: { a: 'b', 'c d': 'e' } }],
  [['EXPOSE 80 53/udp 8000-8002'], { ExposedPorts: { '80/tcp': {}, '53/udp': {}, '8000/tcp': {}, '8001/tcp': {}, '8002/tcp': {} } }], // prettier-ignore
  [['EXPOSE 8080:80 :81/UDP 127.0.0.1::82', 'EXPOSE [::1]:1:83 9000-9001:84 1-2:5-6/'], { ExposedPorts: { '80/tcp': {}, '81/udp': {}, '82/tcp': {}, '83/tcp': {}, '84/tcp': {}, '5/tcp': {}, '6/tcp': {} } }], // prettier-ignore
  [['VOLUME /a /b'], { Volumes: { '/a': {}, '/b': {} } }],
  [['VOLUME ["/a b"]'], { Volumes: { '/a b': {} } }],
  [['USER 1:2', 'STOPSIGNAL SIGQUIT'], { User: '1:2', StopSignal: 'SIGQUIT' }],
  [['WORKDIR /a', 'WORKDIR b/../c'], { WorkingDir: '/a/c' }],
  [['ONBUILD RUN x'], { OnBuild: ['RUN x'] }],
  [['HEALTHCHECK NONE'], { Healthcheck: { Test: ['NONE'] } }],
  [['HEALTHCHECK --interval=1m30s --retries=3 CMD curl x'], { Healthcheck: { Test: ['CMD-SHELL', 'curl x'], Interval: 90 * S, Retries: 3 } }], // prettier-ignore
  [['HEALTHCHECK CMD ["true"]'], { Healthcheck: { Test: ['CMD', 'true'] } }],
  [['CMD sh\n# a comment\n\nUSER a'], { Cmd: ['/bin/sh', '-c', 'sh'], User: 'a' }],
  [['ENV A=1 \\\n  B=2'], { Env: ['A=1', 'B=2'] }],
  [[''], {}],
];

for (const [changes, expected] of table) {
  test(changes.join(' | '), () => assert.equal(applyChanges({}, changes), expected));
}

const refused = [
  'RUN x',
  'FROM y',
  'nonsense',
  'ENV A',
  'ENV =a',
  'ENV A=1 B',
  'ENV A="open',
  'LABEL a=b c',
  'EXPOSE 0',
  'EXPOSE 70000',
  'EXPOSE 9-8',
  'EXPOSE 80/icmp',
  'EXPOSE http',
  'EXPOSE 80:',
  'EXPOSE x:80',
  'EXPOSE nosuch:1:80',
  'EXPOSE 1:80-81',
  'EXPOSE 80/tcp/udp',
  'VOLUME [""]',
  'WORKDIR $NOSUCH',
  'STOPSIGNAL a b',
  'HEALTHCHECK',
  'HEALTHCHECK CMD',
  'HEALTHCHECK --interval=x CMD y',
  'HEALTHCHECK --color=1 CMD y',
  'ONBUILD ONBUILD RUN x',
  'ONBUILD FROM x',
];

for (const change of refused) {
  test(`refuses ${change}`, () => {
    try {
      applyChanges({}, [change]);
    } catch (error) {
      assert.is((error as { code?: unknown }).code, 'CHANGE_INVALID');
      return;
    }
    assert.unreachable();
  });
}

test.run();
