import { adminClient } from "../../../local-cloud/admin-client.ts";
import { defineCommand } from "../../define-command.ts";
import { requireLocalCloud } from "../../require-local-cloud.ts";

export const status = defineCommand({
  summary: "Show what runs",
  examples: ["local status", "local status --output json"],
  flags: {},
  positionals: {},
  run: async (_input, { options }) =>
    adminClient(await requireLocalCloud(options.stateDirectory)).status(),
  render: ({ endpoint, backend, pid, counts, faults }) =>
    [
      `${endpoint} (${backend} backend, process ${pid})`,
      ...Object.entries(counts).map(([kind, count]) => `${kind}: ${count}`),
      ...faults.map((fault) => `fault: ${JSON.stringify(fault)}`),
    ].join("\n"),
});
