"""
A small HTTP API as people run one: a queue, worker threads, a connection pool to PostgreSQL, and a cache in Redis if there is one.

Each request is answered by one worker from its begin to its end: some work of the processor, then what it asks of others. Requests
and those who wait for a connection are served in the order in which they came. The work is a loop in C that lets other threads run,
so THREADS is how many are served at once, and the container's limit is how fast.

Set by the environment:
  PORT (8080), THREADS (8), QUEUE_LIMIT (who comes when so many wait is answered 503; none),
  WORK (4000: rounds of the loop that a request takes), SPREAD (0: coefficient of variation of that, log-normal, from a fixed seed),
  DATABASE_URL (none), POOL (8 connections), POOL_TIMEOUT_MS (30000), ORDERS (100000 rows), CUSTOMERS (1000), INDEX (yes or no: of orders by customer),
  REDIS_URL (none), CACHE_SECONDS (60).

  GET  /health                 200 as soon as all is there
  GET  /work                   work alone
  GET  /products/7             work, then a row by its key: from the cache, else from the database
  GET  /orders?customer=7      work, then a sum over a customer's orders
  POST /orders?customer=7      work, then an order more
Each answer tells by `Server-Timing` what it took: queue, work, pool, db, cache (ms).
"""

import hashlib
import json
import math
import os
import queue
import random
import selectors
import signal
import socket
import sys
import threading
import time
from urllib.parse import parse_qs, urlsplit

import psycopg2
import redis


def setting(name, otherwise):
    return type(otherwise)(os.environ.get(name, otherwise))


PORT = setting("PORT", 8080)
THREADS = setting("THREADS", 8)
QUEUE_LIMIT = setting("QUEUE_LIMIT", 0)
WORK = setting("WORK", 4000)
SPREAD = setting("SPREAD", 0.0)
DATABASE_URL = setting("DATABASE_URL", "")
POOL = setting("POOL", 8)
POOL_TIMEOUT_MS = setting("POOL_TIMEOUT_MS", 30_000)
ORDERS = setting("ORDERS", 100_000)
CUSTOMERS = setting("CUSTOMERS", 1000)
INDEX = setting("INDEX", "no")
REDIS_URL = setting("REDIS_URL", "")
CACHE_SECONDS = setting("CACHE_SECONDS", 60)

MOST_HEAD = 16 * 1024
SCHEMA_LOCK = 7261


class Failure(Exception):
    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class Timing:
    """What parts of one answer took, ms."""

    def __init__(self):
        self.parts = {}

    def of(self, name, action):
        began = time.perf_counter()
        try:
            return action()
        finally:
            self.parts[name] = self.parts.get(name, 0.0) + 1000 * (time.perf_counter() - began)

    def header(self):
        return ", ".join(f"{name};dur={ms:.3f}" for name, ms in self.parts.items())


chance = random.Random(7)
chance_lock = threading.Lock()


def rounds():
    if SPREAD <= 0:
        return WORK
    variance = math.log(1 + SPREAD**2)
    with chance_lock:
        factor = math.exp(chance.gauss(-variance / 2, math.sqrt(variance)))
    return max(1, round(WORK * factor))


def work():
    hashlib.pbkdf2_hmac("sha256", b"prewarm", b"test", rounds())


# ------------------------------------------------------------------------------------------------ database

connections = queue.Queue()


def with_connection(timing, action):
    try:
        connection = timing.of("pool", lambda: connections.get(timeout=POOL_TIMEOUT_MS / 1000))
    except queue.Empty:
        raise Failure(503, "no connection is free") from None
    try:
        if connection is None or connection.closed:
            connection = connect()
        return timing.of("db", lambda: action(connection))
    finally:
        connections.put(connection)


def connect():
    connection = psycopg2.connect(DATABASE_URL)
    connection.autocommit = True
    return connection


def ask(timing, sql, values):
    def run(connection):
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchone()

    return with_connection(timing, run)


SCHEMA = """
create table products (id int primary key, name text not null, price int not null);
insert into products select i, 'product ' || i, 100 + (i * 7919) % 900 from generate_series(1, 1000) i;
create table orders (id serial primary key, customer int not null, product int not null, quantity int not null);
insert into orders (customer, product, quantity)
  select 1 + (i::bigint * 7919) % {customers}, 1 + i % 1000, 1 + i % 5 from generate_series(1, {orders}) i;
analyze products;
analyze orders;
"""


def prepare_database():
    for tries in range(120):
        try:
            connection = connect()
            break
        except psycopg2.OperationalError as error:
            if tries == 119:
                raise
            print(f"waiting for the database: {error}".strip(), file=sys.stderr, flush=True)
            time.sleep(0.5)
    with connection.cursor() as cursor:
        # Several replicas begin at once.
        cursor.execute("select pg_advisory_lock(%s)", (SCHEMA_LOCK,))
        cursor.execute("select to_regclass('orders')")
        if cursor.fetchone()[0] is None:
            cursor.execute(SCHEMA.format(customers=CUSTOMERS, orders=ORDERS))
        if INDEX == "yes":
            cursor.execute("create index if not exists orders_by_customer on orders (customer)")
        cursor.execute("select pg_advisory_unlock(%s)", (SCHEMA_LOCK,))
    connection.close()
    for _ in range(POOL):
        connections.put(connect())


# ------------------------------------------------------------------------------------------------ what is answered

cache = redis.Redis.from_url(REDIS_URL) if REDIS_URL else None


def product(number, timing):
    key = f"product:{number}"
    if cache is not None:
        kept = timing.of("cache", lambda: cache.get(key))
        if kept is not None:
            return json.loads(kept)
    row = ask(timing, "select id, name, price from products where id = %s", (number,))
    if row is None:
        raise Failure(404, f"there is no product {number}")
    found = {"id": row[0], "name": row[1], "price": row[2]}
    if cache is not None:
        timing.of("cache", lambda: cache.setex(key, CACHE_SECONDS, json.dumps(found)))
    return found


def orders_of(customer, timing):
    sql = "select count(*), coalesce(sum(quantity), 0) from orders where customer = %s"
    row = ask(timing, sql, (customer,))
    return {"customer": customer, "orders": row[0], "quantity": row[1]}


def order(customer, timing):
    sql = "insert into orders (customer, product, quantity) values (%s, 1 + %s %% 1000, 1) returning id"
    return {"order": ask(timing, sql, (customer, customer))[0]}


def answer(method, target, timing):
    path = urlsplit(target)
    values = {name: all[0] for name, all in parse_qs(path.query).items()}
    parts = [part for part in path.path.split("/") if part]
    if method == "GET" and parts == ["health"]:
        return {"ok": True}
    try:
        number = int(parts[1]) if len(parts) == 2 else int(values.get("customer", 1))
    except ValueError:
        raise Failure(400, "a number is wanted") from None
    timing.of("work", work)
    if method == "GET" and parts == ["work"]:
        return {"ok": True}
    if not DATABASE_URL:
        raise Failure(404, f"there is no {path.path} without a database")
    if method == "GET" and len(parts) == 2 and parts[0] == "products":
        return product(number, timing)
    if parts == ["orders"] and method in ("GET", "POST"):
        return orders_of(number, timing) if method == "GET" else order(number, timing)
    raise Failure(404, f"there is no {method} {path.path}")


# ------------------------------------------------------------------------------------------------ the server

WORDS = {200: "OK", 400: "Bad Request", 404: "Not Found", 500: "Internal Server Error", 503: "Service Unavailable"}


def respond(connection, status, body, timing=None):
    text = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} {WORDS[status]}\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n"
    if timing is not None:
        head += f"Server-Timing: {timing.header()}\r\n"
    connection.sendall(head.encode() + b"\r\n" + text)


class Server:
    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.requests = queue.Queue()
        self.answered = queue.Queue()
        self.bell, self.ringer = socket.socketpair()
        self.listener = socket.create_server(("", PORT), backlog=1024)

    def run(self):
        for source in (self.listener, self.bell):
            source.setblocking(False)
            self.selector.register(source, selectors.EVENT_READ)
        for _ in range(THREADS):
            threading.Thread(target=self.serve, daemon=True).start()
        print(f"listening on {PORT}", file=sys.stderr, flush=True)
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.listener:
                    self.accept()
                elif key.fileobj is self.bell:
                    self.go_on()
                else:
                    self.read(key.fileobj, key.data)

    def accept(self):
        connection, _ = self.listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(connection, selectors.EVENT_READ, bytearray())

    def read(self, connection, head):
        """One request at a time of each connection; bodies are not read, since none is needed."""
        try:
            received = connection.recv(65536)
        except OSError:
            received = b""
        head += received
        end = head.find(b"\r\n\r\n")
        if not received or (end < 0 and len(head) > MOST_HEAD):
            self.selector.unregister(connection)
            connection.close()
        elif end >= 0:
            self.selector.unregister(connection)
            if QUEUE_LIMIT and self.requests.qsize() >= QUEUE_LIMIT:
                respond(connection, 503, {"error": "too many wait"})
                self.selector.register(connection, selectors.EVENT_READ, bytearray())
            else:
                self.requests.put((connection, bytes(head[:end]), time.perf_counter()))

    def serve(self):
        while True:
            connection, head, came = self.requests.get()
            timing = Timing()
            timing.parts["queue"] = 1000 * (time.perf_counter() - came)
            try:
                try:
                    method, target = head.split(b"\r\n", 1)[0].decode().split(" ")[:2]
                    respond(connection, 200, answer(method, target, timing), timing)
                except Failure as failure:
                    respond(connection, failure.status, {"error": str(failure)}, timing)
                except (psycopg2.Error, redis.RedisError, ValueError) as error:
                    respond(connection, 500, {"error": str(error)}, timing)
            except OSError:
                connection.close()
                continue
            self.answered.put(connection)
            self.ringer.send(b".")

    def go_on(self):
        self.bell.recv(4096)
        while not self.answered.empty():
            self.selector.register(self.answered.get(), selectors.EVENT_READ, bytearray())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if DATABASE_URL:
        prepare_database()
    Server().run()
