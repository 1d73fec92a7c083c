create table customers (id integer primary key, name text not null, city text not null);
create table products (id integer primary key, name text not null, price numeric(8, 2) not null);
create table orders (
  id integer primary key,
  customer_id integer not null references customers (id),
  product_id integer not null references products (id),
  quantity integer not null check (quantity > 0),
  day integer not null
);
