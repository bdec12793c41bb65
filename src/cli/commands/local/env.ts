import { statePaths } from "../../../local-cloud/state-directory.ts";
import { defineCommand } from "../../define-command.ts";
import { localEnvironment, shellLine } from "../../local-environment.ts";
import { requireLocalCloud } from "../../require-local-cloud.ts";

export const env = defineCommand({
  summary: "Shell exports for the aws CLI and any SDK",
  examples: ['local env  # then: eval "$(runctl local env)"', "local env --output json"],
  details:
    "The shell then speaks to the local cloud only: profiles and files of yours are out of its reach, so no key of yours " +
    "is sent there. In JSON an empty value means: to be unset.",
  flags: {},
  positionals: {},
  async run(_input, { options: { stateDirectory }, env: shell }) {
    const cloud = await requireLocalCloud(stateDirectory);
    return localEnvironment(cloud, statePaths(stateDirectory).clientConfig, shell);
  },
  render: (variables) => Object.entries(variables).map(shellLine).join("\n"),
});
