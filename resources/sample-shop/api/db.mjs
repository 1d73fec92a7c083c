import pg from 'pg';

export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL ?? 'postgres://shop:shop@127.0.0.1:5432/shop', max: 4 });

export async function topProducts(limit = 5) {
  const { rows } = await pool.query(
    `select p.name, sum(o.quantity)::int as sold, sum(o.quantity * p.price)::float as revenue
       from orders o join products p on p.id = o.product_id group by p.id, p.name order by revenue desc, p.id limit $1`,
    [limit],
  );
  return rows;
}

export async function orderById(id) {
  const { rows } = await pool.query('select o.*, c.name as customer from orders o join customers c on c.id = o.customer_id where o.id = $1', [id]);
  return rows[0];
}
