import assert from "node:assert/strict";
import { test } from "node:test";
import { parseXml } from "@rgrove/parse-xml";
import { simulatedReport } from "../../test/support/simulated-report.ts";
import { bottomAxis, place, ticks } from "./axis.ts";
import { element } from "./markup.ts";
import { reportPage } from "./report-page.ts";

test("the page needs no script and nothing from elsewhere, and escapes what it was given", async () => {
  const page = reportPage(await simulatedReport());
  assert.ok(!/<script|https?:|src=|@import|url\(/.test(page));
  assert.ok(page.includes("copy &#60;from&#62; S3"));
  assert.ok(!page.includes("<from>"));
  assert.ok(page.includes("a test &#38; nothing else"));
  assert.match(page, /prefers-color-scheme: dark/);
});

test("every drawing is well-formed, has words for those who do not see it, and stays within its frame", async () => {
  const page = reportPage(await simulatedReport());
  const drawings = [...page.matchAll(/<svg.*?<\/svg>/gs)].map(([svg]) => svg);
  assert.equal(drawings.length, 2 + 3);
  for (const svg of drawings) {
    const { root } = parseXml(svg);
    assert.ok((root?.attributes["aria-label"] ?? "").length > 10);
    const [, , width = 0, height = 0] = root?.attributes["viewBox"]?.split(" ").map(Number) ?? [];
    for (const [, x, y, w, h] of svg.matchAll(
      /<rect x="([^"]+)" y="([^"]+)" width="([^"]+)" height="([^"]+)"/g,
    )) {
      assert.ok(Number(x) >= 0 && Number(x) + Number(w) <= width + 0.5, svg.slice(0, 80));
      assert.ok(Number(y) >= 0 && Number(y) + Number(h) <= height);
    }
    for (const [, points = ""] of svg.matchAll(/ points="([^"]+)"/g))
      for (const point of points.split(" ")) {
        const [x = -1, y = -1] = point.split(",").map(Number);
        assert.ok(x >= 0 && x <= width && y >= 0 && y <= height, point);
      }
    assert.ok(!svg.includes("NaN") && !svg.includes("undefined"));
  }
});

test("the crossing of two lines is marked where the plans cost the same", async () => {
  const report = await simulatedReport();
  const [crossing] = report.breakEven!.crossings;
  // 0.03 USD/h for 730 h against 0.4 h at 1 USD/h.
  assert.ok(Math.abs(crossing!.restarts - 54.75) < 2, `${crossing!.restarts}`);
  assert.match(reportPage(report), /cost the same at 5\d restarts a month/);
});

test("axes have round numbers that cover the data", () => {
  assert.deepEqual(ticks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(ticks(48.7, 58.2), [50, 52, 54, 56, 58]);
  assert.deepEqual(
    ticks(0, 1, 5).map((value) => Number(value.toFixed(6))),
    [0, 0.2, 0.4, 0.6, 0.8, 1],
  );
  const scale = { low: 10, high: 20, from: 100, to: 300 };
  assert.equal(place(scale, 15), 200);
  assert.match(bottomAxis(scale, 50, "hours"), />hours</);
});

test("what has no place on a page is a bug and not a drawing", () => {
  assert.throws(() => element("rect", { x: Number.NaN }), RangeError);
});
