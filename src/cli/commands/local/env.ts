import { defineCommand } from "../../define-command.ts";
import { requireLocalCloud } from "../../require-local-cloud.ts";

export const env = defineCommand({
  summary: "Shell exports for the aws CLI and any SDK",
  examples: ['local env  # then: eval "$(runctl local env)"', "local env --output json"],
  flags: {},
  positionals: {},
  async run(_input, { options }) {
    const cloud = await requireLocalCloud(options.stateDirectory);
    return {
      AWS_ENDPOINT_URL: cloud.endpoint,
      AWS_ACCESS_KEY_ID: cloud.accessKeyId,
      AWS_SECRET_ACCESS_KEY: cloud.secretAccessKey,
      AWS_REGION: cloud.region,
      AWS_DEFAULT_REGION: cloud.region,
      // Whatever else the shell has must not win over these keys.
      AWS_SESSION_TOKEN: "",
      AWS_PROFILE: "",
      AWS_EC2_METADATA_DISABLED: "true",
    };
  },
  render: (variables) =>
    Object.entries(variables)
      .map(([name, value]) => (value === "" ? `unset ${name}` : `export ${name}='${value}'`))
      .join("\n"),
});
