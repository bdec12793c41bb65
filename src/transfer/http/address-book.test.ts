import assert from "node:assert/strict";
import { test } from "node:test";
import { addressBook } from "./address-book.ts";

/** A book of a host whose addresses the test says. */
function setUp(named: string[] | Error) {
  const state = { named, now: 1_000_000, asked: 0 };
  const resolve = async () => {
    state.asked += 1;
    if (state.named instanceof Error) throw state.named;
    return state.named;
  };
  return { state, book: addressBook("many.example", resolve, () => state.now) };
}

test("the address with the fewest connections is next, also for many that ask at once", async () => {
  const { state, book } = setUp(["a", "b", "c"]);

  const taken = await Promise.all(Array.from({ length: 6 }, () => book.take()));
  assert.deepEqual(taken, ["a", "b", "c", "a", "b", "c"]);
  assert.equal(state.asked, 1);
  book.giveBack("b");
  assert.equal(await book.take(), "b");
});

test("addresses that others name later are used besides, and old ones are forgotten", async () => {
  const { state, book } = setUp(["a"]);
  assert.equal(await book.take(), "a");
  state.named = ["b"];
  assert.equal(await book.take(), "a", "asked only after half a minute");
  state.now += 31_000;
  assert.equal(await book.take(), "b");
  assert.equal(await book.take(), "b");
  book.giveBack("a");
  book.giveBack("a");
  state.now += 400_000;
  assert.equal(await book.take(), "b");
});

test("an address that failed is left out for a minute, and taken when there is no other", async () => {
  const { state, book } = setUp(["a", "b"]);
  await book.take();
  book.noteFailed("a");
  assert.deepEqual([await book.take(), await book.take()], ["b", "b"]);
  book.noteFailed("b");
  assert.equal(book.hasMore(), false);
  assert.equal(await book.take(), "a");
  state.now += 61_000;
  assert.equal(book.hasMore(), true);
});

test("addresses that are known are used while the resolver fails", async () => {
  const { state, book } = setUp(["a"]);
  await book.take();
  state.named = new Error("EAI_AGAIN");
  state.now += 60_000;
  assert.equal(await book.take(), "a");
  assert.equal(state.asked, 2);

  await assert.rejects(setUp(new Error("EAI_AGAIN")).book.take(), /EAI_AGAIN/);
});

test("an address is its own and only address", async () => {
  const book = addressBook("127.0.0.1", async () => assert.fail("asked a resolver"));
  assert.equal(await book.take(), "127.0.0.1");
});
