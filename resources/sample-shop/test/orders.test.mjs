import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { orderById, pool, topProducts } from '../api/db.mjs';

after(() => pool.end());

test('the seed has 30,000 orders', async () => {
  const { rows } = await pool.query('select count(*)::int as n from orders');
  assert.equal(rows[0].n, 30_000);
});

test('an order names its customer', async () => {
  const order = await orderById(1);
  assert.match(order.customer, /^Customer \d+$/);
});

test('the best products come first', async () => {
  const [first, second] = await topProducts(2);
  assert.ok(first.revenue >= second.revenue);
});
