import { DockerfileParser } from 'dockerfile-ast';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from './support.ts';

/** Keyword, line and column of each instruction: by ours and by dockerfile-ast. */
function ours(text: string): string[] {
  const { args, stages } = parse(text);
  const all = [...args, ...stages.flatMap(({ from, instructions }) => [from, ...instructions])];
  return all.map(({ keyword, range: { start } }) => `${keyword} ${start.line}:${start.column}`);
}

function theirs(text: string): string[] {
  const all = DockerfileParser.parse(text).getInstructions();
  return all.map((one) => {
    const { line, character } = one.getRange().start;
    return `${one.getKeyword()} ${line + 1}:${character + 1}`;
  });
}

const agreed: Record<string, string> = {
  'a Dockerfile as most are':
    'ARG V=1\nFROM debian:$V AS build\nWORKDIR /src\nCOPY . .\nRUN apt-get update && \\\n    apt-get install -y gcc && \\\n    make\n\nFROM scratch\nCOPY --from=build /src/a /a\nENV A=1 \\\n    B="2 3"\nEXPOSE 80\nUSER 1\nCMD ["/a"]\n',
  'comments and empty lines': '# a\n\nFROM b\n# c\n  RUN d \\\n# e\n\n   f\n\n\nCMD g\n',
  'line ends of Windows': 'FROM a\r\nRUN b \\\r\n  c\r\nCMD d\r\n',
  'a heredoc': 'FROM a\nRUN <<EOF\nRUN x\nEOF\nCMD b\n',
  'another escape character': '# escape=`\nFROM a\nRUN b `\n c\nCMD d\n',
  triggers: 'FROM a\nONBUILD COPY . /x\nONBUILD RUN y\nHEALTHCHECK --interval=1s CMD z\n',
};

for (const [name, text] of Object.entries(agreed)) {
  test(`${name}: the same instructions at the same places`, () => {
    assert.equal(ours(text), theirs(text));
  });
}

// Why it is not the parser. Should one of them agree one day, docs/adr/0004-dependencies.md is to be read again.
const disagreed: Record<string, string> = {
  'two escapes at the end of a line': 'FROM a\nRUN b \\\\\nRUN c\n',
  'a heredoc of a descriptor': 'FROM a\nRUN cat 3<<E\nRUN x\nE\nRUN c\n',
  'a heredoc behind a blank': 'FROM a\nRUN cat << E\nRUN x\nE\nRUN c\n',
  'a quoted name with a blank': 'FROM a\nRUN cat <<"E F"\nRUN x\nE F\nRUN c\n',
  'heredocs with and without tabs': 'FROM a\nCOPY <<-A <<B /x/\n\tA\n\tB\nRUN x\nB\nRUN c\n',
  'an escape directive behind a comment': '# x=y\n# escape=`\nFROM a\nRUN b \\\n RUN c\n',
};

for (const [name, text] of Object.entries(disagreed)) {
  test(`${name}: not the same`, () => assert.not.equal(ours(text), theirs(text)));
}

test.run();
