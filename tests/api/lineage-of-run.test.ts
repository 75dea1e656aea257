import { expect, test } from 'vitest';
import { edgesOfOneMaking } from '../../api/lineage-of-run.ts';
import type { LineageEdge, LineageNode } from '../../contracts/lineage.ts';

const node = (name: string): LineageNode => ({ kind: 'artifact', id: name });
const edge = (output: string, input: string, runId: string, by = 'fit'): LineageEdge => ({ output: node(output), input: node(input), runId, by });
const told = (edges: readonly LineageEdge[]): string[] => edges.map(({ output, input, runId }) => `${output.id} < ${input.id} (${runId})`);

test('what other runs recorded of shared work is left out, and so is what only they used', () => {
  const walked = [edge('forecast', 'model', 'b'), edge('model', 'panel', 'c'), edge('model', 'panel', 'b'), edge('model', 'panel', 'a'), edge('model', 'other', 'c'), edge('other', 'file', 'c'), edge('panel', 'file', 'b')];
  expect(told(edgesOfOneMaking(node('forecast'), walked))).toEqual(['forecast < model (b)', 'model < panel (b)', 'panel < file (b)']);
});

test('a node that the run did not record is told as the first run made it', () => {
  const walked = [edge('forecast', 'model', 'z'), edge('model', 'panel', 'c'), edge('model', 'panel', 'a')];
  expect(told(edgesOfOneMaking(node('forecast'), walked))).toEqual(['forecast < model (z)', 'model < panel (a)']);
});

test('an edge that was recorded twice comes once; circles end', () => {
  const walked = [edge('x', 'y', 'a'), edge('x', 'y', 'a'), edge('y', 'x', 'a')];
  expect(told(edgesOfOneMaking(node('x'), walked))).toEqual(['x < y (a)', 'y < x (a)']);
});
