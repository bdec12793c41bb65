import assert from "node:assert/strict";
import { test } from "node:test";
import { warnOfSecrets } from "./secret-variables.ts";

test("a variable that is named like a secret is warned of", () => {
  assert.match(
    warnOfSecrets([
      ["WANDB_API_KEY", "x"],
      ["EPOCHS", "3"],
    ])!,
    /^WANDB_API_KEY looks like a secret: /,
  );
  assert.match(
    warnOfSecrets([
      ["AWS_SECRET_ACCESS_KEY", "x"],
      ["HF_TOKEN", "x"],
    ])!,
    /^AWS_SECRET_ACCESS_KEY, HF_TOKEN look like secrets: /,
  );
});

test("others are not: tokenizers, keys of dictionaries", () => {
  const env = [
    ["TOKENIZERS_PARALLELISM", "false"],
    ["SORT_KEY", "a"],
  ] as const;
  assert.equal(warnOfSecrets(env), undefined);
});
