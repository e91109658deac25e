import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { expandWord, expandWords, splitWords } from '@ctrkit/oci';
import type { WordOptions } from '@ctrkit/oci';
import { codeOf, errorOf } from './code-of.ts';

const variables = new Map([
  ['A', 'one'],
  ['B', 'two words'],
  ['EMPTY', ''],
  ['PATH', '/usr/lib/gcc/lib.so'],
  ['größe', 'XL'],
  ['1', 'first'],
]);

const words: [text: string, expected: string, options?: WordOptions][] = [
  ['plain', 'plain'],
  ['$A', 'one'],
  ['${A}x', 'onex'],
  ['$Ax', ''],
  ['$A-$B', 'one-two words'],
  ['$größe', 'XL'],
  ['$1st', 'firstst'],
  ['$', '$'],
  ['$.', '$.'],
  ['a$', 'a$'],
  ['$NONE', ''],
  ['\\$A', '$A'],
  ['\\${A}', '${A}'],
  ['\\\\$A', '\\one'],
  ['a\\b\\', 'ab'],
  ['`$A', '$A', { escape: '`' }],
  ['\\$A', '\\one', { escape: '`' }],
  ["'$A'", '$A'],
  ["'a\\'", 'a\\'],
  ['"$A"', 'one'],
  ['"\\$A \\" \\n"', '$A " \\n'],
  ['"\'$A\'"', "'one'"],
  ['a"b"\'c\'d', 'abcd'],
  ['""', ''],
  ['${A:-x}', 'one'],
  ['${NONE:-x}', 'x'],
  ['${EMPTY:-x}', 'x'],
  ['${EMPTY-x}', ''],
  ['${NONE-x}', 'x'],
  ['${A:+x}', 'x'],
  ['${EMPTY:+x}', ''],
  ['${EMPTY+x}', 'x'],
  ['${NONE+x}', ''],
  ['${A:?x}', 'one'],
  ['${EMPTY?x}', ''],
  ['${NONE:-${A}}', 'one'],
  ['${NONE:-${NONE:-${B}}}', 'two words'],
  ['${NONE:-a b "c}" \\}}', 'a b c} }'],
  ['${PATH#/*/}', 'lib/gcc/lib.so'],
  ['${PATH##/*/}', 'lib.so'],
  ['${PATH#usr}', '/usr/lib/gcc/lib.so'],
  ['${PATH%/*}', '/usr/lib/gcc'],
  ['${PATH%%/lib*}', '/usr'],
  ['${PATH%.??}', '/usr/lib/gcc/lib'],
  ['${PATH/lib/x}', '/usr/x/gcc/lib.so'],
  ['${PATH//lib/x}', '/usr/x/gcc/x.so'],
  ['${PATH//\\//:}', ':usr:lib:gcc:lib.so'],
  ['${PATH/l*c/}', '/usr//lib.so'],
  ['${A//?/x}', 'xxx'],
  ['${NONE#x}', ''],
  ['"${NONE:-"x"}"', 'x'],
  ['$NONE ${NONE} ${NONE:-x}', '$NONE ${NONE} ${NONE:-x}', { keepUnset: true }],
  ['"$A" \'b\'', '"one" \'b\'', { quotes: 'keep' }],
  ['"$A" \'$A\'', '"one" \'one\'', { quotes: 'plain' }],
  ['\\$A \\b', '\\$A \\b', { keepEscapes: true }],
];

for (const [text, expected, options] of words) {
  test(`${text} ${JSON.stringify(options ?? {})}`, () => {
    assert.is(expandWord(text, variables, options), expected);
  });
}

const refused: [text: string, message: RegExp][] = [
  ["it's", /single-quote/],
  ['"open', /double-quote/],
  ['"open\\"', /double-quote/],
  ['${A', /missing '}'/],
  ['${', /missing '}'/],
  ['${A:-x', /missing '}'/],
  ['${}', /bad substitution/],
  ['${:x}', /bad substitution/],
  ['${{A}}', /bad substitution/],
  ['${.}', /unsupported modifier/],
  ['${A:=x}', /unsupported modifier \(:=\)/],
  ['${A:#x}', /unsupported modifier \(:#\)/],
  ['${NONE?}', /^NONE: is not allowed to be unset$/],
  ['${EMPTY:?}', /^EMPTY: is not allowed to be empty$/],
  ['${NONE:?say $A}', /^NONE: say one$/],
  ['${A#\\x}', /invalid pattern/],
  ['${A/x}', /missing '\/'/],
];

for (const [text, message] of refused) {
  test(`refused: ${text}`, () => {
    const error = errorOf(() => expandWord(text, variables));
    assert.is(error.code, 'SUBSTITUTION_INVALID');
    assert.match(error.message, message);
  });
}

test('words are what white space divides, that of variables too, but not in quotes', () => {
  const cases: [string, string[]][] = [
    [' a  b ', ['a', 'b']],
    ['x$B', ['xtwo', 'words']],
    ['"$B"', ['two words']],
    ['a\\ b', ['a b']],
    ['"" $EMPTY a', ['a']],
    ['cat << EOF 3<<-"E F"', ['cat', '<< EOF', '3<<-E F']],
    ['x${NONE:-80}', ['x80']],
  ];
  for (const [text, expected] of cases) assert.equal(expandWords(text, variables), expected, text);
});

test('words that stay as written keep their quotes, escapes and variables', () => {
  const cases: [string, string[]][] = [
    ['a=1 b="x y" c=\'$A\'', ['a=1', 'b="x y"', "c='$A'"]],
    ['a\\ b "c\\" d"', ['a\\ b', '"c\\" d"']],
    ["'a\\' b", ["'a\\'", 'b']],
    ['a\\', ['a']],
    ['a\\\\', ['a\\\\']],
    ['"open b', ['"open b']],
  ];
  for (const [text, expected] of cases) assert.equal(splitWords(text), expected, text);
});

test('tells which variables were asked for', () => {
  const asked: string[] = [];
  expandWord("$A ${NONE:-$B} '$X'", variables, {
    onVariable: (name, isSet) => void asked.push(`${name} ${isSet}`),
  });
  assert.equal(asked.toSorted(), ['A true', 'B true', 'NONE false']);
});

test('a value that grows without end, depth without end, and patterns without end are refused', () => {
  const large = new Map([['X', 'a'.repeat(200_000)]]);
  const hostile = [
    '$X$X$X$X$X$X',
    '"$X$X$X$X$X$X"',
    '${N:-'.repeat(100_000),
    `\${X//${'*a'.repeat(1000)}b/}`,
  ];
  for (const text of hostile) {
    assert.is(
      codeOf(() => expandWord(text, large)),
      'SUBSTITUTION_INVALID',
    );
  }
});

test('a pattern that a regular expression would need years for takes a moment', () => {
  const large = new Map([['X', 'a'.repeat(60_000)]]);
  assert.is(expandWord('${X//*a*a*a*a*b/}', large).length, 60_000);
  assert.is(expandWord('${X%%*b*a*a?b}', large).length, 60_000);
});

test.run();
