import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import * as fc from "fast-check";
import { combineCrc32 } from "./crc-combine.ts";
import { combineCrc32c, crc32c, Crc32c } from "./crc32c.ts";
import { combineCrc64Nvme, crc64Nvme, Crc64Nvme } from "./crc64-nvme.ts";

const check = Buffer.from("123456789");
const bytes = (): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: 200 });

test("the check values of the CRC catalogue come out", () => {
  assert.equal(crc32c(check), 0xe3069283);
  assert.equal(crc64Nvme(check), 0xae8b14860a799888n);
});

test("32 zero bytes give the CRC-32C of RFC 3720", () => {
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
});

test("bytes fed in pieces give the same CRC as at once, wherever they are cut", () => {
  fc.assert(
    fc.property(bytes(), bytes(), (a, b) => {
      const whole = Buffer.concat([a, b]);
      assert.equal(new Crc32c().update(a).update(b).value(), crc32c(whole));
      assert.equal(new Crc64Nvme().update(a).update(b).value(), crc64Nvme(whole));
    }),
  );
});

test("the CRCs of two pieces combine to the CRC of the whole", () => {
  fc.assert(
    fc.property(bytes(), bytes(), (a, b) => {
      const whole = Buffer.concat([a, b]);
      assert.equal(combineCrc32c(crc32c(a), crc32c(b), b.length), crc32c(whole));
      assert.equal(combineCrc64Nvme(crc64Nvme(a), crc64Nvme(b), b.length), crc64Nvme(whole));
      assert.equal(combineCrc32(crc32(a), crc32(b), b.length), crc32(whole));
    }),
  );
});
