import type { Operand, Pipeline, Stage } from './nodes.ts';

const fields = (names: readonly string[]): string => names.map((name) => `.${name}`).join('');

function operandText(node: Operand): string {
  switch (node.kind) {
    case 'literal':
      return node.text;
    case 'field':
      return node.names.length === 0 ? '.' : fields(node.names);
    case 'variable':
      return node.name + fields(node.names);
    case 'identifier':
      return node.name;
    case 'chain':
      return wordText(node.base) + fields(node.names);
    case 'pipeline':
      return pipelineText(node);
  }
}

const wordText = (node: Operand): string =>
  node.kind === 'pipeline' ? `(${pipelineText(node)})` : operandText(node);

function pipelineText({ variables, assigns, stages }: Pipeline): string {
  const declared = variables.length === 0 ? '' : `${variables.join(', ')} ${assigns ? '=' : ':='} `;
  return declared + stages.map(nodeText).join(' | ');
}

/** A part of a template as messages name it: the source with single spaces. */
export function nodeText(node: Operand | Stage): string {
  return node.kind === 'stage' ? node.words.map(wordText).join(' ') : operandText(node);
}
