import { describe, expect, it } from 'vitest';
import { ContextTree } from '../../../src/learn/sequence/contextTree.ts';
import { Followers, FollowerTable, remember } from '../../../src/learn/sequence/followers.ts';

/** Values are numbered in the order in which they are made; the root is 0. */
function numbered(order: number): ContextTree<number> {
  let next = 0;
  return new ContextTree(order, () => next++);
}

describe('a tree of contexts', () => {
  it('makes one value per order along a path, and finds the same again', () => {
    const tree = numbered(3);
    expect(tree.make([5, 6, 7])).toEqual([0, 1, 2, 3]);
    expect(tree.make([5, 8])).toEqual([0, 1, 4]);
    expect(tree.find([5, 6, 7])).toEqual([0, 1, 2, 3]);
    expect(tree.make([5, 6, 7])).toEqual([0, 1, 2, 3]);
  });

  it('finds only as far as the path was met', () => {
    const tree = numbered(3);
    tree.make([5, 6]);
    expect(tree.find([5, 9])).toEqual([0, 1]);
    expect(tree.find([9, 6])).toEqual([0]);
    expect(tree.find([])).toEqual([0]);
    expect(tree.find([5])).toEqual([0, 1]);
  });

  it('is no deeper than its order, however long the path', () => {
    const tree = numbered(2);
    expect(tree.make([1, 2, 3, 4])).toEqual([0, 1, 2]);
    expect(tree.find([1, 2, 3, 4])).toEqual([0, 1, 2]);
    expect(numbered(0).make([1])).toEqual([0]);
    expect(numbered(0).find([1])).toEqual([0]);
  });

  it('stops at the end of the path where the tree goes on', () => {
    const deep = numbered(3);
    deep.make([1, 1, 1]);
    expect(deep.find([1, 1, 1, 1])).toHaveLength(4);
    expect(deep.find([1, 1])).toHaveLength(3);
  });
});

describe('followers', () => {
  it('count, in the order of first appearance, and know when last', () => {
    const followers = new Followers();
    for (const [at, symbol] of [4, 2, 4].entries()) followers.add(symbol, 10 + at);
    expect([followers.symbols, followers.counts, followers.lastAt]).toEqual([
      [4, 2],
      [2, 1],
      [12, 11],
    ]);
    expect([4, 2, 3].map((s) => followers.place(s))).toEqual([0, 1, -1]);
  });

  it('are kept for every context of the history, with the number of the lesson', () => {
    const table = new FollowerTable(2);
    const history: number[] = [];
    for (const symbol of [0, 1, 0, 1, 2]) {
      table.learn(history, symbol);
      remember(history, symbol, 2);
    }
    expect(history).toEqual([2, 1]);
    expect([table.known, table.learnt]).toEqual([3, 5]);
    // After 0 came 1 twice, in lessons 1 and 3; after 0 1 came 0 and 2, in lessons 2 and 4.
    const [any, after1, after01] = table.contexts([1, 0]) as [Followers, Followers, Followers];
    expect([any.symbols, any.counts, any.lastAt]).toEqual([
      [0, 1, 2],
      [2, 2, 1],
      [2, 3, 4],
    ]);
    expect([after1.symbols, after1.lastAt]).toEqual([
      [0, 2],
      [2, 4],
    ]);
    expect([after01.symbols, after01.lastAt]).toEqual([
      [0, 2],
      [2, 4],
    ]);
    expect(table.contexts([2, 1])).toHaveLength(1);
  });

  it('keeps what is known when an older symbol comes', () => {
    const table = new FollowerTable(0);
    table.learn([], 3);
    table.learn([], 1);
    expect(table.known).toBe(4);
  });

  it('remembers no more than the order', () => {
    const history = [2, 1];
    remember(history, 3, 3);
    expect(history).toEqual([3, 2, 1]);
    remember(history, 4, 3);
    expect(history).toEqual([4, 3, 2]);
  });
});
