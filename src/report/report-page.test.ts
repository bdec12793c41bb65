import assert from "node:assert/strict";
import { test } from "node:test";
import { parseXml } from "@rgrove/parse-xml";
import { simulatedReport } from "../../test/support/simulated-report.ts";
import { bottomAxis, place, ticks } from "./axis.ts";
import { breakEvenSection } from "./break-even-section.ts";
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
  const drawings = [...page.matchAll(/<svg[^>]*role="img".*?<\/svg>/gs)].map(([svg]) => svg);
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

const line = (name: string, extra: readonly number[]) => ({
  name,
  points: extra.map((extraUsd, at) => ({ interruptions: 50 * 2 ** at, usd: 9, extraUsd })),
});
test("a crossing is marked with its interval, and lines that do not cross are told", () => {
  const pair = { low: undefined, high: undefined, crossingShare: 1 };
  const section = breakEvenSection({
    interruptions: 100,
    range: [50, 200],
    lines: [line("copy", [0, 0, 0]), line("volume", [2, 1, -1]), line("other", [5, 5, 5])],
    pairs: [
      { ...pair, one: "copy", other: "volume", cheaperBelow: "copy", interruptions: 150, low: 120 },
      {
        ...pair,
        one: "copy",
        other: "other",
        cheaperBelow: "copy",
        interruptions: undefined,
        crossingShare: 0.02,
      },
    ],
  });
  assert.match(section, />150<small>\[120, beyond\]<.*>copy<.*>volume<.*>100 %</);
  assert.match(section, /from 50 to 200: copy is cheaper than other \(but in 2 % of the resamples/);
  const [, x, y] = /<circle cx="([\d.]+)" cy="([\d.]+)"/.exec(section)!.map(Number);
  // 150 of 50 to 200, by the logarithm; 0 of -1 to 5.
  assert.ok(Math.abs(x! - (64 + (876 * Math.log(3)) / Math.log(4))) < 0.02, `${x}`);
  assert.ok(Math.abs(y! - (280 - 268 / 6)) < 0.02, `${y}`);
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
