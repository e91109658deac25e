import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageRunConfig } from '@ctrkit/oci';
import { expandInstruction, parseInstruction } from '../../src/index.ts';
import { durationText } from '../../src/steps/go-text.ts';
import { changeConfig } from '../../src/steps/metadata.ts';
import type { MetadataInstruction } from '../../src/steps/metadata.ts';

const after = (line: string, config: ImageRunConfig = {}, cmdIsSet = false): ReturnType<typeof changeConfig> => changeConfig(config, expandInstruction(parseInstruction(line), new Map()) as MetadataInstruction, { cmdIsSet }); // prettier-ignore

test('each instruction changes the configuration, and is told as BuildKit tells it', () => {
  const table: [line: string, text: string, config: ImageRunConfig][] = [
    ['CMD ["cat", "/x"]', 'CMD ["cat" "/x"]', { Cmd: ['cat', '/x'] }],
    ['CMD cat /x', 'CMD ["/bin/sh" "-c" "cat /x"]', { Cmd: ['/bin/sh', '-c', 'cat /x'] }],
    ['ENTRYPOINT ["a"]', 'ENTRYPOINT ["a"]', { Entrypoint: ['a'] }],
    ['ENV A=1 B="2 3"', 'ENV A=1 B=2 3', { Env: ['A=1', 'B=2 3'] }],
    ['LABEL x=1', 'LABEL x=1', { Labels: { x: '1' } }],
    ['EXPOSE 80 53/udp', 'EXPOSE map[53/udp:{} 80/tcp:{}]', { ExposedPorts: { '80/tcp': {}, '53/udp': {} } }],
    ['VOLUME ["/a", "/b"]', 'VOLUME [/a /b]', { Volumes: { '/a': {}, '/b': {} } }],
    ['SHELL ["/bin/sh", "-ec"]', 'SHELL [/bin/sh -ec]', { Shell: ['/bin/sh', '-ec'] }],
    ['USER app:7', 'USER app:7', { User: 'app:7' }],
    ['STOPSIGNAL SIGINT', 'STOPSIGNAL SIGINT', { StopSignal: 'SIGINT' }],
    ['ONBUILD RUN x', 'ONBUILD RUN x', { OnBuild: ['RUN x'] }],
    ['HEALTHCHECK NONE', `HEALTHCHECK &{["NONE"] "0s" "0s" "0s" "0s" '\\x00'}`, { Healthcheck: { Test: ['NONE'] } }],
    ['HEALTHCHECK --interval=5s --retries=3 CMD true', `HEALTHCHECK &{["CMD-SHELL" "true"] "5s" "0s" "0s" "0s" '\\x03'}`, { Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 5e9, Retries: 3 } }],
    ['ARG WHO=world', 'ARG WHO=world', {}],
    ['ARG WHO', 'ARG WHO', {}],
  ]; // prettier-ignore
  for (const [line, text, config] of table) assert.equal(after(line), { text, config }, line);
});

test('what is set again takes the place that it had', () => {
  const { config } = after('ENV A=2', { Env: ['A=1', 'B=1'] });
  assert.equal(config.Env, ['A=2', 'B=1']);
});

test('a new ENTRYPOINT takes the base’s CMD away, not the stage’s own', () => {
  assert.is(after('ENTRYPOINT ["a"]', { Cmd: ['b'] }).config.Cmd, undefined);
  assert.equal(after('ENTRYPOINT ["a"]', { Cmd: ['b'] }, true).config.Cmd, ['b']);
});

test('durations as Go writes them', () => {
  const table: [number, string][] = [[0, '0s'], [5e9, '5s'], [90e9, '1m30s'], [3600e9, '1h0m0s'], [1.5e9, '1.5s'], [250e6, '250ms'], [7, '7ns']]; // prettier-ignore
  for (const [nanoseconds, text] of table) assert.is(durationText(nanoseconds), text);
});

test.run();
